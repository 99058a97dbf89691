package mix

import "fmt"

// Kind is a kind of rule that resists fast layouts: it has no equality with a constant that selects which
// requests it cannot match.
type Kind string

// The kinds. All their rules are about reading apps. A request that none of them grants must be compared with
// each rule that its attributes do not exclude.
const (
	Or       Kind = "or"       // a long chain of alternatives, over user and resource
	Like     Kind = "like"     // text inside of names
	Not      Kind = "not"      // negations
	Cross    Kind = "cross"    // user.@A = resource.@B, each rule with its own pair
	Star     Kind = "star"     // filters on *, equality with a property of the resource
	Regexp   Kind = "regexp"   // regular expressions
	NotEqual Kind = "notequal" // !=
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Or, Like, Not, Cross, Star, Regexp, NotEqual} }

// crossedEach is the number of the properties for Cross that an entity has; there are five times as many.
const crossedEach = 5

// Resisting returns n different rules of a kind.
func (w *World) Resisting(kind Kind, n int) []Rule {
	r := w.random("resisting " + string(kind))
	rules := make([]Rule, n)
	for i := range rules {
		filter, condition := "App_*", ""
		switch kind {
		case Or:
			condition = fmt.Sprintf(`user.department = "Division %[1]d" or user.title = "Rank %[1]d" or user.group = "Circle %[1]d" `+
				`or resource.name = "Report %[1]d" or resource.@GroupAccess = "Circle %[1]d" or user.name = "User %[2]d"`, i, r.IntN(len(w.Users)))
		case Like:
			condition = fmt.Sprintf(`resource.name like "*p %d7*" and user.name like "*r %d*"`, i, i%100)
		case Not:
			// Names of one digit alone, repeated.
			condition = fmt.Sprintf(`!(resource.@GroupAccess = "Circle %d")`, i)
			for digit := range 10 {
				if digit != i%10 {
					condition += fmt.Sprintf(` and !(resource.name like "*%d*")`, digit)
				}
			}
		case Cross:
			condition = fmt.Sprintf(`user.@Left%d = resource.@Right%d`, i%(5*crossedEach), i/(5*crossedEach)%(5*crossedEach))
		case Star:
			filter, condition = "*", fmt.Sprintf(`user.group = "Group %d" and resource.name = "App %d" and !user.IsAnonymous()`, i%len(w.groups), r.IntN(len(w.Apps)))
		case Regexp:
			condition = fmt.Sprintf(`resource.name matches "App [0-9]*%d[0-9]" and user.name matches "User [0-9]%d"`, i, i%100)
		case NotEqual:
			// One office, one title: two of five users.
			condition = fmt.Sprintf(`resource.name != "Report %d"`, i)
			for d := range 10 {
				if d != i%10 {
					condition += fmt.Sprintf(` and user.office != "Office %d"`, d)
				}
			}
			for t := range 5 {
				if t != (i+i/10%2)%5 {
					condition += fmt.Sprintf(` and user.title != "Title %d"`, t)
				}
			}
		}
		rules[i] = newRule(r, fmt.Sprintf("Resists by %s %d", kind, i), filter, read, both, condition)
	}
	return rules
}
