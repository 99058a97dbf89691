package difference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Gate is a limit on differences: KIND:ACTION:TYPE=LIMIT.
type Gate struct {
	// Spec is the gate as written.
	Spec string `json:"gate"`
	// Limit is the allowed number of cells or, if Percent is set, the allowed share of users.
	Limit   int64 `json:"limit"`
	Percent bool  `json:"percent,omitempty"`
	// Cells is the number of counted cells, each once whatever its causes and contexts.
	Cells int64 `json:"cells"`
	// Users are the users with a counted cell, and Of all users, if Percent is set.
	Users int  `json:"users,omitempty"`
	Of    int  `json:"of_users,omitempty"`
	Hit   bool `json:"hit"`

	kind, action, typ string
}

// The kinds of gates in addition to Gain and Loss.
const (
	anyKind = "any"
	// leftOut counts what was not compared.
	leftOut = "left-out"
)

const gateForm = `a gate is KIND[:ACTION[:TYPE]][=LIMIT], such as gain:delete:App, loss=100, loss:read:App=5% or any:*:Stream`

// ParseGate parses a gate: gain, loss or any, an action or *, a type or *, and the allowed
// number of cells (0 by default) or percentage of users. Left-out has no parts and counts what
// was not compared. The error says what is wrong and suggests a correction.
func ParseGate(spec string) (Gate, error) {
	g := Gate{Spec: spec, action: "*", typ: "*"}
	body, limit, limited := strings.Cut(spec, "=")
	if limited {
		var err error
		if g.Limit, g.Percent, err = ParseLimit(limit); err != nil {
			return g, fmt.Errorf("%w: %s", err, gateForm)
		}
	}
	parts := strings.SplitN(body, ":", 3)
	g.kind = strings.ToLower(parts[0])
	kinds := []string{Gain, Loss, anyKind, leftOut}
	if !slices.Contains(kinds, g.kind) {
		return g, fmt.Errorf("%q is not a kind of difference%s\n%s", parts[0], diag.DidYouMean(g.kind, kinds, nil), gateForm)
	}
	if g.kind == leftOut && (len(parts) > 1 || g.Percent) {
		return g, fmt.Errorf("left-out has no action, type or limit: %s", gateForm)
	}
	if len(parts) > 1 && parts[1] != "*" {
		a, ok := ruleset.ParseAction(parts[1])
		if !ok {
			return g, fmt.Errorf("%q is not an action%s\n%s", parts[1], diag.DidYouMean(parts[1], ruleset.Actions(ruleset.All).Names(), nil), gateForm)
		}
		g.action = a.Name()
	}
	if len(parts) > 2 {
		if g.typ = schema.Fold(parts[2]); g.typ == "" {
			return g, fmt.Errorf("the type after the second colon is missing: %s", gateForm)
		}
	}
	return g, nil
}

// ParseLimit parses the limit of a gate: a number, or a percentage of users.
func ParseLimit(limit string) (n int64, percent bool, err error) {
	digits, percent := strings.CutSuffix(limit, "%")
	n, err = strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || percent && n > 100 {
		return 0, false, fmt.Errorf("%q is not a number or a percentage of users", limit)
	}
	return n, percent, nil
}

// Scope is what a gate counts: its kind, action and type.
func (g Gate) Scope() string { return g.kind + ":" + g.action + ":" + g.typ }

// CheckTypes returns an error for a gate with a type that is not among those known: it could
// never be exceeded.
func (g Gate) CheckTypes(known []string) error {
	if g.typ == "*" || slices.ContainsFunc(known, func(t string) bool { return schema.Fold(t) == g.typ }) {
		return nil
	}
	return fmt.Errorf("the gate %s names a type %q that neither the schema nor the snapshot has%s", g.Spec, g.typ, diag.DidYouMean(g.typ, known, nil))
}

// counts reports whether a part of a group counts for the gate.
func (g Gate) counts(kind string, p Part) bool {
	return !p.Accepted && (g.kind == anyKind || g.kind == kind) &&
		(g.action == "*" || g.action == p.Action) && (g.typ == "*" || g.typ == schema.Fold(p.Type))
}

// Judge evaluates gates for the report.
func (r *Report) Judge(gates []Gate) {
	for _, g := range gates {
		r.Gates = append(r.Gates, g.judge(r))
	}
}

// judge counts the cells of a gate in a report.
func (g Gate) judge(r *Report) Gate {
	g.Cells = r.distinct(func(group *Group, p Part) bool { return g.counts(group.Kind, p) })
	if g.kind == leftOut {
		g.Cells = int64(len(r.LeftOut))
	}
	if !g.Percent {
		g.Hit = g.Cells > g.Limit
		return g
	}
	g.Users, g.Of = r.users(func(group *Group, p Part) bool { return g.counts(group.Kind, p) }), r.Compared.Users
	g.Hit = int64(g.Users)*100 > g.Limit*int64(g.Of)
	return g
}

// users counts the users of chosen parts, without duplicates.
func (r *Report) users(chosen func(g *Group, p Part) bool) int {
	var all bitset
	for i := range r.tallied {
		for j, p := range r.Groups[i].Parts {
			if chosen(&r.Groups[i], p) {
				all.union(r.tallied[i].users[j])
			}
		}
	}
	return all.count()
}

// Hit reports whether a gate was exceeded.
func (r *Report) Hit() bool { return slices.ContainsFunc(r.Gates, func(g Gate) bool { return g.Hit }) }

// HitBy reports whether a group counts for a gate that was exceeded.
func (r *Report) HitBy(g Group) bool {
	return slices.ContainsFunc(r.Gates, func(gate Gate) bool {
		return gate.Hit && slices.ContainsFunc(g.Parts, func(p Part) bool { return gate.counts(g.Kind, p) })
	})
}
