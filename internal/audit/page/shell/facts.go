package shell

// Fact is one line of a page's description of its input.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
