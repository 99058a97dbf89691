package task

// Report says whether a user can do a task, and which rights are missing.
type Report struct {
	Task    string `json:"task"`
	Subject string `json:"subject"`
	// Allow says that no right is missing that the task requires.
	Allow bool `json:"allow"`
	// Rights are all rights that the task uses.
	Rights []Right `json:"rights"`
}

// Right is one right that a task uses.
type Right struct {
	Action string `json:"action"`
	Type   string `json:"type"`
	// ID is "" for a new resource, and for several.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	New  bool   `json:"new,omitempty"`
	// Of is the number of resources for which the right is checked, Held the number on which
	// the user has it.
	Of   int `json:"of"`
	Held int `json:"held"`
	// Unknown says that the site's data does not have the resources: the objects of the app, or
	// the app of the reload task. Nobody then has the right.
	Unknown bool `json:"unknown,omitempty"`
	// Unless says what the task does without the right; "" if it fails.
	Unless    string   `json:"unless,omitempty"`
	GrantedBy []string `json:"granted_by"`
}

// Complete reports whether the user has the right on all resources.
func (r Right) Complete() bool { return r.Held == r.Of && !r.Unknown }

// Missing reports whether the task fails because the user does not have the right.
func (r Right) Missing() bool { return !r.Complete() && r.Unless == "" }
