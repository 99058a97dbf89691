package studio

import "slices"

// step is one write that can be undone.
type step struct {
	// what describes the write for people.
	what string
	name string
	// before is the previous content, nil if there was no file; after is the revision of the written
	// content.
	before []byte
	after  string
}

// history are the writes of this session, the latest last.
type history struct {
	steps []step
}

// maxSteps is the maximum number of writes that can be undone.
const maxSteps = 100

func (h *history) add(s step) {
	h.steps = append(h.steps, s)
	if len(h.steps) > maxSteps {
		h.steps = slices.Delete(h.steps, 0, len(h.steps)-maxSteps)
	}
}

// undo reverts the last write. It returns errConflict if the file has changed since.
func (h *history) undo(f *directory) (step, error) {
	last := h.steps[len(h.steps)-1]
	if err := f.write(last.name, last.after, last.before); err != nil {
		return last, err
	}
	h.steps = h.steps[:len(h.steps)-1]
	return last, nil
}
