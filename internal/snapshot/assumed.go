package snapshot

// Assumed is an assumption about a snapshot, with the parts of the snapshot that it affects.
type Assumed struct {
	// ID names the assumption. Reading is the assumption, and Other is the alternative.
	ID, Reading, Other string
	// Why lists the affected parts of the snapshot, with the rules that read them.
	Why []string
}

// assumed collects the assumptions made while a snapshot is read.
type assumed struct{ references, partly []string }

// Assumed returns the assumptions made when the snapshot was last read. Assumptions without effect
// are included, with an empty Why.
func (s *Snapshot) Assumed() []Assumed {
	return []Assumed{
		{"missing-entities", "an entity that is referenced but not in the snapshot has only the fields of its references", "it has more fields", s.assumed.references},
		{"missing-fields", "a field that some entities of a type lack is empty for these entities", "it was not exported", s.assumed.partly},
	}
}
