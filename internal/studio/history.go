package studio

import "slices"

// step is one write that can be taken back.
type step struct {
	// what says what was done, for people.
	what string
	name string
	// before is the content that was there, nil if there was no file; after is the revision of
	// what was written.
	before []byte
	after  string
}

// history are the writes of this session, the newest last.
type history struct {
	steps []step
}

// maxSteps is how many writes can be taken back.
const maxSteps = 100

func (h *history) add(s step) {
	h.steps = append(h.steps, s)
	if len(h.steps) > maxSteps {
		h.steps = slices.Delete(h.steps, 0, len(h.steps)-maxSteps)
	}
}

// undo takes the last write back. It is errConflict if the file was changed since.
func (h *history) undo(f *directory) (step, error) {
	last := h.steps[len(h.steps)-1]
	if err := f.write(last.name, last.after, last.before); err != nil {
		return last, err
	}
	h.steps = h.steps[:len(h.steps)-1]
	return last, nil
}
