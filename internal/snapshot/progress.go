package snapshot

// Progress is told how far reading has come. Add is called from another
// goroutine than the others, but never at the same time as they are.
type Progress interface {
	// Start begins a piece of work of so many bytes of input.
	Start(what string, total int64)
	// Add says that so many bytes more have been read.
	Add(n int64)
	// Done ends the piece of work.
	Done()
}

// NoProgress is a Progress that tells nobody. A nil Progress means the same.
type NoProgress struct{}

// Start does nothing.
func (NoProgress) Start(string, int64) {}

// Add does nothing.
func (NoProgress) Add(int64) {}

// Done does nothing.
func (NoProgress) Done() {}
