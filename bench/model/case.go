package model

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Case is the input of a contender: a rule set, a site, and requests.
type Case struct {
	Bundle  *bundles.Bundle
	Site    *Site
	Program *Program
	// Stages are those that the requests reach. In Order each one follows those that it depends on.
	Stages map[Stage]*Rules
	Order  []Stage
	// Queries and Requests are the same, as values and as JSON.
	Queries  []*Query
	Requests [][]byte

	plain map[string]any
}

// Plain returns the bundle's data as maps, for stores other than the engine's. It is computed once: for
// a million objects it takes almost a gigabyte.
func (c *Case) Plain() map[string]any {
	if c.plain == nil {
		all, _ := c.Bundle.Data.Lookup()
		c.plain, _ = all.(map[string]any)
	}
	return c.plain
}

// Contender is one way to decide.
type Contender struct {
	// Name is a word, and About is a line that describes the implementation.
	Name, About string
	// Floor reports that it decides nothing: its answers are not compared.
	Floor bool
	// MaxRules is the maximum number of rules with which it is measured, 0 for no limit.
	MaxRules int
	Prepare  func(context.Context, *Case) (Decide, error)
}

// Decide decides the request with an index. It is not safe for concurrent use.
type Decide func(request int) (bool, error)

// Cannot is the error of a contender that cannot decide with a rule set.
type Cannot struct{ Reason string }

func (c Cannot) Error() string { return c.Reason }

// Cannotf returns a Cannot.
func Cannotf(format string, args ...any) error { return Cannot{fmt.Sprintf(format, args...)} }
