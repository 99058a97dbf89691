package snapshot

// Assumed is something that is assumed about a snapshot, and where that matters.
type Assumed struct {
	// ID names it; Reading is what is assumed and Other what may be instead.
	ID, Reading, Other string
	// Why says what of the snapshot it is about, with the rules that read that.
	Why []string
}

// assumed collects what is assumed while a snapshot is read.
type assumed struct{ references, partly []string }

// Assumed returns what was assumed about the snapshot when it was last read. Assumptions that
// nothing depends on are among it, without reasons.
func (s *Snapshot) Assumed() []Assumed {
	return []Assumed{
		{"missing-entities", "an entity that is referred to and is not in the snapshot has what the references say of it", "it has more", s.assumed.references},
		{"missing-fields", "a field that some entities of a type do not have is empty for them", "it was not exported", s.assumed.partly},
	}
}
