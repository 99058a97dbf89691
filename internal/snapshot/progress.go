package snapshot

// Progress receives the progress of reading. Add is called from another goroutine than Start and
// Done, but never concurrently with them.
type Progress interface {
	// Start begins a step with a number of bytes of input.
	Start(what string, total int64)
	// Add reports that n more bytes have been read.
	Add(n int64)
	// Done ends the step.
	Done()
}

// NoProgress is a Progress that ignores all calls. A nil Progress is equivalent.
type NoProgress struct{}

// Start does nothing.
func (NoProgress) Start(string, int64) {}

// Add does nothing.
func (NoProgress) Add(int64) {}

// Done does nothing.
func (NoProgress) Done() {}
