package cli

import (
	"os"
	"sync"
)

// staging knows the temporary files and folders of all outputs of a command, so that they
// can be removed when the command is left behind.
type staging struct {
	mu    sync.Mutex
	temps map[string]bool
	ended bool
}

// add notes a temporary file or folder before it is made. It returns false if the command
// has been left behind: then nothing is to be made.
func (s *staging) add(temp string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.temps == nil {
		s.temps = map[string]bool{}
	}
	s.temps[temp] = true
	return !s.ended
}

// place moves an output to its place, unless the command has been left behind.
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

// drop forgets a temporary file or folder that is gone.
func (s *staging) drop(temp string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.temps, temp)
}

// removeAll removes what is staged, and keeps more from being made.
func (s *staging) removeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for temp := range s.temps {
		_ = os.RemoveAll(temp)
	}
}
