package difference

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// ConditionDiff is the difference between two conditions, for reviewers of a change.
type ConditionDiff struct {
	// Clauses are the parts that differ. It is empty if both conditions mean the same and only
	// their spelling differs.
	Clauses []ClauseChange `json:"clauses"`
	// Tree is the new condition as a tree, with the old parts next to the new ones.
	Tree []TreeLine `json:"tree"`
}

// The kinds of ClauseChange.
const (
	ClauseAdded    = "added"
	ClauseRemoved  = "removed"
	ClauseReplaced = "replaced"
)

// The values of ClauseChange.Reach.
const (
	Widens  = "widens"
	Narrows = "narrows"
)

// ClauseChange is a part of a condition that differs.
type ClauseChange struct {
	// What is ClauseAdded, ClauseRemoved or ClauseReplaced.
	What   string `json:"what"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Joined is the connective "and" or "or" that joins the part to its neighbours; "" for a
	// whole condition.
	Joined string `json:"joined,omitempty"`
	// Reach is Widens if this part can only make the condition true for more requests, Narrows
	// if for fewer, and "" if both are possible.
	Reach string `json:"reach,omitempty"`
	// Says describes the change in words.
	Says string `json:"says"`
}

// TreeLine is a line of a tree: a part of a condition, or "all of", "any of" or "not" above the
// parts that belong to it.
type TreeLine struct {
	Depth int `json:"depth"`
	// Mark is "+" for new, "-" for removed and " " for common parts.
	Mark string `json:"mark"`
	Text string `json:"text"`
}

// CompareConditions returns the difference between two conditions, nil if one of them does not
// parse.
func CompareConditions(old, new string) *ConditionDiff {
	before, found := condition.Parse(&diag.Text{Label: "condition", Content: old}, diag.Rule{})
	after, more := condition.Parse(&diag.Text{Label: "condition", Content: new}, diag.Rule{})
	if before == nil || after == nil || found.HasErrors() || more.HasErrors() {
		return nil
	}
	d := &ConditionDiff{Clauses: []ClauseChange{}, Tree: []TreeLine{}}
	c := &comparison{undo: -1, draw: func(line TreeLine) { d.Tree = append(d.Tree, line) }}
	c.node(before, after)
	for _, clause := range c.clauses {
		d.Clauses = append(d.Clauses, clause.change())
	}
	return d
}

func (c clause) change() ClauseChange {
	change := ClauseChange{What: ClauseReplaced, Joined: c.joined}
	if c.old != nil {
		change.Before = condition.Print(c.old)
	}
	if c.new != nil {
		change.After = condition.Print(c.new)
	}
	switch {
	case c.old == nil:
		change.What = ClauseAdded
	case c.new == nil:
		change.What = ClauseRemoved
	}
	change.Reach = reach(change.What, c.joined, c.negated)
	change.Says = change.words(c.negated)
	return change
}

// reach returns the effect of adding or removing a part on the condition around it. Below an
// odd number of negations it is the opposite.
func reach(what, joined string, negated bool) string {
	if what == ClauseReplaced || joined == "" {
		return ""
	}
	if widens := (what == ClauseAdded) == (joined == "or"); widens != negated {
		return Widens
	}
	return Narrows
}

func (c ClauseChange) words(negated bool) string {
	var text string
	switch {
	case c.What == ClauseReplaced:
		return fmt.Sprintf("%s becomes %s", c.Before, c.After)
	case negated && c.What == ClauseAdded:
		text = fmt.Sprintf("adds %s %s below not", c.Joined, c.After)
	case negated:
		text = fmt.Sprintf("removes %s %s below not", c.Joined, c.Before)
	case c.What == ClauseAdded && c.Joined == "or":
		text = "also applies where " + c.After
	case c.What == ClauseAdded:
		text = "also requires " + c.After
	case c.Joined == "or":
		text = "no longer applies where " + c.Before
	default:
		text = "no longer requires " + c.Before
	}
	return text + map[string]string{Widens: " (can only widen the rule)", Narrows: " (can only narrow the rule)"}[c.Reach]
}
