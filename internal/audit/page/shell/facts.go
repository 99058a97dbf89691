package shell

// Fact is one line of what a page says about what it was made from.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
