package testgen

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Source returns the part of a branch as written, on one line.
func (s *Suite) Source(b Branch) string {
	rule := s.Rules[b.Rule]
	switch b.Part {
	case Clause:
		span := b.Node.Span()
		return oneLine(rule.Condition.Content[span.Start:span.End])
	case From:
		if rule.Context != ruleset.Both {
			return "from " + contextName(rule.Context.String())
		}
		if b.Truth {
			return "from " + contextName(ruleset.Hub.String())
		}
		return "from " + contextName(ruleset.QMC.String())
	case Reached:
		at := rule.Items[b.Number].Range
		return "filter " + rule.Filter.Content[at.Start:at.End]
	case Whole:
		return "the condition"
	}
	panic("testgen: unknown part of a rule")
}

// Position returns the position of a branch in the file of its rule, as file:line:column, or
// "".
func (s *Suite) Position(b Branch) string {
	rule := s.Rules[b.Rule]
	switch b.Part {
	case Clause:
		return position(rule.Condition, b.Node.Span().Start)
	case Reached:
		return position(rule.Filter, rule.Items[b.Number].Range.Start)
	case Whole, From:
		return position(rule.Condition, 0)
	}
	panic("testgen: unknown part of a rule")
}

func position(text *diag.Text, offset int) string {
	if text == nil || text.Locate == nil {
		return ""
	}
	at := text.Locate(offset)
	return fmt.Sprintf("%s:%d:%d", filepath.Base(filepath.FromSlash(text.File)), at.Line, at.Column)
}

// Say describes a branch: the part of the rule and its result.
func (s *Suite) Say(b Branch) string {
	where := ""
	if at := s.Position(b); at != "" {
		where = ", " + at
	}
	return fmt.Sprintf("%s%s: %s", oneLine(s.Rules[b.Rule].Name), where, says(b.Part, s.Source(b), s.fits(b)))
}

// fits is the displayed result of a branch; a rule for all contexts always matches.
func (s *Suite) fits(b Branch) bool {
	return b.Truth || b.Part == From && s.Rules[b.Rule].Context == ruleset.Both
}

func says(part Part, text string, truth bool) string {
	switch {
	case part != From && part != Reached:
		return fmt.Sprintf("%s is %t", text, truth)
	case truth:
		return text + " fits"
	}
	return text + " does not fit"
}

// TypeName returns the name of the types of a class, for people.
func (s *Suite) TypeName(class string) string {
	if class == "" {
		return "any type"
	}
	return s.names.typeName(class)
}

// sentence describes a case: who may do what to which resource.
func (s *Suite) sentence(r Request, g Grants) string {
	may := "may do nothing to"
	if actions := g.actions(); len(actions) == len(ruleset.AllActions) {
		may = "may do everything to"
	} else if len(actions) > 0 {
		may = "may " + enumerate(actions)
	}
	text := fmt.Sprintf("%s %s %s from %s", subjectName(r.Subject), may, s.resourceName(r.Resource), contextName(r.Context.From))
	for _, name := range sortedKeys(r.Context.Environment) {
		text += fmt.Sprintf(" with %s %s", name, enumerate(r.Context.Environment[name]))
	}
	return oneLine(text)
}

// actions are the granted actions, in bit order.
func (g Grants) actions() []string {
	var list []string
	for _, a := range ruleset.AllActions {
		if len(g[a.Name()]) > 0 {
			list = append(list, a.Name())
		}
	}
	return list
}

func subjectName(e Entity) string {
	if e.Properties == nil {
		return e.ID
	}
	subject := "a subject"
	if directory, _, _ := strings.Cut(e.ID, `\`); schema.Fold(directory) == "none" {
		subject = "a visitor"
	}
	return subject + with(e.Properties)
}

func (s *Suite) resourceName(e Entity) string {
	if e.Properties != nil {
		return article(e.Type) + with(e.Properties)
	}
	if record := s.subject.Site.Records[schema.Fold(e.Type)][schema.Fold(e.ID)]; record != nil && record.Scalars["name"] != "" {
		return e.Type + " " + record.Scalars["name"]
	}
	if e.ID == anyID {
		return "any " + e.Type
	}
	return e.Type + " " + e.ID
}

func article(noun string) string {
	if strings.ContainsRune("AEIOUaeiou", []rune(noun + " ")[0]) {
		return "an " + noun
	}
	return "a " + noun
}

// with lists the properties that describe an entity, in parentheses, without synthesized ids.
func with(properties map[string]any) string {
	var parts []string
	var collect func(path string, v any)
	collect = func(path string, v any) {
		switch v := v.(type) {
		case string:
			if !strings.HasPrefix(v, anyPrefix) {
				parts = append(parts, path+" "+v)
			}
		case []string:
			parts = append(parts, path+" "+enumerate(v))
		case []any:
			for _, one := range v {
				collect(path, one)
			}
		case map[string]any:
			for _, name := range sortedKeys(v) {
				if name == "attributes" || name == "custom" {
					collect(path, v[name])
					continue
				}
				collect(strings.TrimPrefix(path+"."+name, "."), v[name])
			}
		}
	}
	collect("", properties)
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func contextName(context string) string {
	if context == ruleset.QMC.String() {
		return "the QMC"
	}
	return "the hub"
}

func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Group is the common part of several branches that are not shown, whatever the class.
type Group struct {
	Rule     string   `json:"rule"`
	Name     string   `json:"name"`
	Part     Part     `json:"part"`
	Text     string   `json:"text"`
	Truth    bool     `json:"truth"`
	Position string   `json:"position,omitempty"`
	Types    []string `json:"types"`
	// Proved says that no user, resource and request can show the branches, or show them so
	// that they decide. Otherwise none was found.
	Proved bool `json:"proved"`
	// Reason says why there is neither a proof nor a request.
	Reason string `json:"reason,omitempty"`
}

// proved reports whether it is proved that a branch cannot be shown better than it is, or why
// that is unknown.
func (s *Suite) proved(n int) (bool, string) {
	p := s.proofs[n]
	if slices.Contains(s.Seen, n) {
		return p.pinned, p.reason
	}
	return p.seen, p.reason
}

// Groups groups branches that differ in their class only, in their order.
func (s *Suite) Groups(numbers []int) []Group {
	var groups []Group
	index := map[string]int{}
	for _, n := range numbers {
		b := s.Branches[n]
		proved, reason := s.proved(n)
		key := fmt.Sprint(b.Rule, b.Part, b.Number, b.Truth, proved, reason)
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			rule := s.Rules[b.Rule]
			groups = append(groups, Group{Rule: rule.ID, Name: rule.Name, Part: b.Part, Text: s.Source(b), Truth: s.fits(b), Position: s.Position(b), Proved: proved, Reason: reason})
		}
		groups[i].Types = append(groups[i].Types, s.TypeName(b.Class))
	}
	return groups
}

// Says describes the result of the part.
func (g Group) Says() string { return says(g.Part, g.Text, g.Truth) }
