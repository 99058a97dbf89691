package cli

import (
	"os"
	"sync"
)

// staging tracks the temporary files and directories of all outputs of a command, so that they can
// be removed if the command continues to run after an interrupt.
type staging struct {
	mu    sync.Mutex
	temps map[string]bool
	ended bool
}

// add registers a temporary file or directory before it is created. It returns false after
// removeAll: the caller must not create it.
func (s *staging) add(temp string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.temps == nil {
		s.temps = map[string]bool{}
	}
	s.temps[temp] = true
	return !s.ended
}

// place moves an output to its target. It returns an error after removeAll.
func (s *staging) place(o staged) error {
	if o.streamed {
		err := o.place()
		s.drop(o.temp)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errLeft
	}
	delete(s.temps, o.temp)
	return o.place()
}

// drop removes a temporary file or directory that no longer exists from the list.
func (s *staging) drop(temp string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.temps, temp)
}

// removeAll removes all temporary files and prevents new ones.
func (s *staging) removeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for temp := range s.temps {
		_ = os.RemoveAll(temp)
	}
}
