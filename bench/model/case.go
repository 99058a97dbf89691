package model

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// Case is a rule set on a site, and requests: what a contender is prepared for.
type Case struct {
	Bundle  *bundles.Bundle
	Site    *Site
	Program *Program
	// Stages are those that the requests reach, and Order has each behind those
	// that it asks about.
	Stages map[Stage]*Rules
	Order  []Stage
	// Queries and Requests are the same, as values and as JSON.
	Queries  []*Query
	Requests [][]byte

	plain map[string]any
}

// Plain returns the bundle's data as maps, for stores other than the engine's. It
// is made once: for a million objects it takes most of a gigabyte.
func (c *Case) Plain() map[string]any {
	if c.plain == nil {
		all, _ := c.Bundle.Data.Lookup()
		c.plain, _ = all.(map[string]any)
	}
	return c.plain
}

// Contender is one way to decide.
type Contender struct {
	// Name is a word, About a line that says how it is made.
	Name, About string
	// Floor says that it decides nothing: its answers are not compared.
	Floor bool
	// MaxRules is the number of rules up to which it is asked, 0 for any.
	MaxRules int
	Prepare  func(context.Context, *Case) (Decide, error)
}

// Decide decides the request of a number. It runs on one goroutine at a time.
type Decide func(request int) (bool, error)

// Cannot says why a contender cannot decide by a rule set at all.
type Cannot struct{ Reason string }

func (c Cannot) Error() string { return c.Reason }

// Cannotf returns a Cannot.
func Cannotf(format string, args ...any) error { return Cannot{fmt.Sprintf(format, args...)} }
