package explain

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// side is one side of a comparison and its counterpart.
type side struct {
	locations       []location
	denotes, others evaluate.Values
	// compares reports whether the comparison is true with other strings on this side.
	compares func(strs []string) bool
}

// sides returns the sides of a comparison that are paths.
func (w *goalSearch) sides(e *snapshot.Entity, n *condition.Comparison, c evaluate.Clause) []side {
	var found []side
	if p, ok := n.Left.(*condition.Path); ok {
		found = append(found, side{w.locations(w.trace.Question, e, *p), c.Left, c.Right,
			func(strs []string) bool { return w.evaluator.Compares(n, strs, c.Right.Strings) }})
	}
	if p, ok := n.Right.(*condition.Path); ok {
		found = append(found, side{w.locations(w.trace.Question, e, *p), c.Right, c.Left,
			func(strs []string) bool { return w.evaluator.Compares(n, c.Left.Strings, strs) }})
	}
	return found
}

// comparison returns plans that may make a comparison true or false, as want says.
func (w *goalSearch) comparison(e *snapshot.Entity, n *condition.Comparison, c evaluate.Clause, want bool) []plan {
	equality := n.Op.Equality()
	sides := w.sides(e, n, c)
	var found []plan
	for _, s := range sides {
		if len(s.others.Entities) > 0 || len(s.denotes.Entities) > 0 {
			if equality && want {
				found = append(found, w.sameEntity(s)...)
			}
			continue
		}
		found = append(found, w.related(s.locations, func(target *snapshot.Entity, rest []condition.Segment) bool {
			return s.compares(w.reached(target, rest).Strings) == want
		})...)
		for _, at := range s.locations {
			found = append(found, w.changedStrings(n, s, at, want)...)
		}
	}
	if equality && want && len(sides) == 2 && len(c.Left.Strings)+len(c.Right.Strings) == 0 {
		found = append(found, w.bothGain(sides)...)
	}
	return found
}

// sameEntity returns plans that change the target of a relation to the entity on the other
// side.
func (w *goalSearch) sameEntity(s side) []plan {
	return w.related(s.locations, func(target *snapshot.Entity, rest []condition.Segment) bool {
		return slices.ContainsFunc(w.reached(target, rest).Entities, func(reached *snapshot.Entity) bool {
			return slices.Contains(s.others.Entities, reached)
		})
	})
}

// changedStrings returns plans that change the strings of a location at the end of a path.
func (w *goalSearch) changedStrings(n *condition.Comparison, s side, at location, want bool) []plan {
	if at.form == relation {
		return nil
	}
	var wanted []string
	for _, v := range w.candidates(n, s, at) {
		if s.compares([]string{v}) == want {
			wanted = append(wanted, v)
		}
	}
	found := w.with(at, wanted)
	stays := func(v string) bool { return s.compares([]string{v}) == want }
	left := slices.DeleteFunc(slices.Clone(at.values(w.trace.Question)), func(v string) bool { return !stays(v) })
	if s.compares(left) == want {
		found = append(found, w.without(at, func(v string) bool { return !stays(v) })...)
	}
	return found
}

// candidates returns strings that may make a comparison true: those of the other side, or those
// that match its pattern.
func (w *goalSearch) candidates(n *condition.Comparison, s side, at location) []string {
	if at.form == scalar && at.key() != "name" && at.key() != "description" {
		return []string{"true", "false"}
	}
	switch n.Op {
	case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual:
		return s.others.Strings
	case condition.Like:
		return append(slices.Clone(w.known(at)), plain(s.others.Strings[0]))
	case condition.Matches:
		return append(slices.Clone(w.known(at)), s.others.Strings[0])
	}
	panic("unknown operator " + n.Op.String())
}

// plain returns a string that a pattern of like usually matches: the pattern with its stars
// removed.
func plain(pattern string) string {
	return strings.NewReplacer(`\*`, "*", `\?`, "?", `\\`, `\`, "*", "").Replace(pattern)
}

// bothGain returns plans that give both sides a value that one of them has elsewhere on the
// site.
func (w *goalSearch) bothGain(sides []side) []plan {
	var found []plan
	for _, a := range sides[0].locations {
		for _, b := range sides[1].locations {
			values := slices.Concat(w.known(a), w.known(b))
			for _, v := range values[:min(len(values), maxTargets)] {
				for _, p := range w.with(a, []string{v}) {
					for _, q := range w.with(b, []string{v}) {
						found = append(found, join(p, q))
					}
				}
			}
		}
	}
	return found
}
