package assume

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Point is an open point of the language.
type Point struct {
	ID string
	// Reading is the interpretation of this program, Other the alternative.
	Reading, Other string
	// options returns the options of the other interpretation; nil leaves them.
	options func(compiler.Options) compiler.Options
	// rewrite rewrites a comparison to its other interpretation; nil rewrites nothing.
	rewrite func(condition.Node) condition.Node
	// touches reports whether a comparison depends on the option; nil for a point without one.
	touches func(condition.Node) bool
	// whole rewrites whole conditions, once for each interpretation; nil rewrites none.
	whole []func(condition.Node) condition.Node
	// undecided says why the other interpretation of a node cannot be decided, or "".
	undecided func(condition.Node) string
}

// Points returns the open points, in the order of the report.
func Points(options compiler.Options) []Point {
	inequality := Point{
		ID: "list-inequality", Reading: "!= with a list is true if any pair of values differs (any)", Other: "it is true if no pair of values is equal (all)",
		options: func(o compiler.Options) compiler.Options {
			o.ListInequality = resolve.All
			return o
		},
		touches: listInequality,
	}
	if options.ListInequality == resolve.All {
		inequality.Reading, inequality.Other = "!= with a list is true if no pair of values is equal (all)", "it is true if any pair of values differs (any)"
		inequality.options = func(o compiler.Options) compiler.Options {
			o.ListInequality = resolve.Any
			return o
		}
	}
	entity := Point{
		ID: "entity-text", Reading: "comparing an entity with a string " + entityTextReading(options.EntityText), Other: "the string is compared with the id, userId and name of the entity (id-or-name)",
		options: func(o compiler.Options) compiler.Options {
			o.EntityText = resolve.EntityTextIDOrName
			return o
		},
		touches: entityText,
	}
	if options.EntityText == resolve.EntityTextIDOrName {
		entity.Other = "the comparison is never true (never)"
		entity.options = func(o compiler.Options) compiler.Options {
			o.EntityText = resolve.EntityTextNever
			return o
		}
	}
	session := Point{
		ID: SessionID, Reading: "session attributes are separate from the attributes in the user's record", Other: "an attribute that a session sends replaces the one in the record (stored)",
		options: func(o compiler.Options) compiler.Options {
			o.SessionAttributes = resolve.SessionStored
			return o
		},
		touches: storedAttribute,
	}
	if options.SessionAttributes == resolve.SessionStored {
		session.Reading, session.Other = "an attribute that a session sends replaces the one in the user's record (stored)", "they are separate"
		session.options = func(o compiler.Options) compiler.Options {
			o.SessionAttributes = resolve.SessionSeparate
			return o
		}
	}
	return []Point{
		inequality,
		entity,
		session,
		{
			ID: "both-missing", Reading: "= is false if both sides are missing", Other: "it is true", rewrite: bothMissing,
		},
		{
			ID: "question-mark", Reading: "? in a pattern of like matches one character", Other: "it matches a question mark", rewrite: questionMark,
		},
		{
			ID: "regular-expressions", Reading: `\w, \d and \s match only ASCII, and $ matches only at the end (RE2)`, Other: `they match all of Unicode, and $ also matches before a final line feed (.NET)`,
			rewrite: dotNet, undecided: wordBoundary,
		},
		{
			ID: LettersID, Reading: "ſ, ς, ı and the Kelvin sign equal the letters to which RE2 and lower-casing map them", Other: "they equal only themselves",
			undecided: specialLetters,
		},
	}
}

// Uncertain is a rule whose other interpretation cannot be decided.
type Uncertain struct {
	Rule ruleset.Rule
	Why  string
}

// Variant is rules and options under another interpretation.
type Variant struct {
	Rules   []ruleset.Rule
	Options compiler.Options
}

// With returns rules and options under each other interpretation of the point, and the rules
// that cannot be decided.
func (p Point) With(rules []ruleset.Rule, options compiler.Options) ([]Variant, []Uncertain) {
	var open []Uncertain
	for _, r := range rules {
		if tree := conditionOf(r); tree != nil && p.undecided != nil {
			if why := firstReason(tree, p.undecided); why != "" {
				open = append(open, Uncertain{r, why})
			}
		}
	}
	if p.options != nil {
		options = p.options(options)
	}
	readings := p.whole
	if p.rewrite != nil {
		readings = append(readings, func(tree condition.Node) condition.Node { return rewritten(tree, p.rewrite) })
	}
	if len(readings) == 0 {
		return []Variant{{rules, options}}, open
	}
	var all []Variant
	for _, reading := range readings {
		all = append(all, Variant{changed(rules, reading), options})
	}
	return all, open
}

// Depends reports whether the meaning of a rule depends on the point, considering only its condition.
func (p Point) Depends(r ruleset.Rule) bool {
	tree := conditionOf(r)
	if tree == nil {
		return false
	}
	if p.undecided != nil && firstReason(tree, p.undecided) != "" {
		return true
	}
	if p.rewrite != nil && condition.Print(rewritten(tree, p.rewrite)) != condition.Print(tree) {
		return true
	}
	found := false
	if p.touches != nil {
		condition.Walk(tree, func(n condition.Node) bool {
			found = found || p.touches(n)
			return !found
		})
	}
	return found
}

// conditionOf returns the condition of a rule that can grant, nil for other rules and for rules
// with errors. A rule without a condition has the condition true.
func conditionOf(r ruleset.Rule) condition.Node {
	if r.Category != ruleset.Security || r.Disabled {
		return nil
	}
	if r.Condition == nil || strings.TrimSpace(r.Condition.Content) == "" {
		return &condition.Bool{Value: true}
	}
	tree, found := condition.Parse(r.Condition, diag.Rule{})
	if found.HasErrors() {
		return nil
	}
	return tree
}

// changed returns the rules with their conditions rewritten.
func changed(rules []ruleset.Rule, reading func(condition.Node) condition.Node) []ruleset.Rule {
	all := make([]ruleset.Rule, len(rules))
	for i, r := range rules {
		all[i] = r
		tree := conditionOf(r)
		if tree == nil {
			continue
		}
		if text := condition.Print(reading(tree)); text != condition.Print(tree) {
			all[i].Condition = &diag.Text{Content: text}
			if r.Condition != nil {
				all[i].Condition.File, all[i].Condition.Label = r.Condition.File, r.Condition.Label
			}
		}
	}
	return all
}

func firstReason(tree condition.Node, why func(condition.Node) string) (reason string) {
	condition.Walk(tree, func(n condition.Node) bool {
		if reason == "" {
			reason = why(n)
		}
		return true
	})
	return reason
}

// rewritten returns a condition with every comparison rewritten.
func rewritten(n condition.Node, rewrite func(condition.Node) condition.Node) condition.Node {
	each := func(operands []condition.Node) []condition.Node {
		list := make([]condition.Node, len(operands))
		for i, o := range operands {
			list[i] = rewritten(o, rewrite)
		}
		return list
	}
	switch n := n.(type) {
	case *condition.Or:
		return &condition.Or{Operands: each(n.Operands)}
	case *condition.And:
		return &condition.And{Operands: each(n.Operands)}
	case *condition.Not:
		return &condition.Not{Operand: rewritten(n.Operand, rewrite)}
	case *condition.Comparison:
		return rewrite(n)
	case *condition.Bool, *condition.Call:
	}
	return n // constants and calls have no open points
}

// bothMissing makes = true if both sides are missing.
func bothMissing(n condition.Node) condition.Node {
	c, ok := n.(*condition.Comparison)
	if !ok || !c.Op.Equality() {
		return n
	}
	left, isLeft := c.Left.(*condition.Path)
	right, isRight := c.Right.(*condition.Path)
	if !isLeft || !isRight || len(left.Segments) == 0 || len(right.Segments) == 0 {
		return n // a string or the user is never missing
	}
	return &condition.Or{Operands: []condition.Node{c, &condition.And{Operands: []condition.Node{empty(left), empty(right)}}}}
}

func empty(p *condition.Path) condition.Node {
	return &condition.Call{Path: *p, Function: condition.Empty.String()}
}

// withText returns a comparison with another string on its right.
func withText(c *condition.Comparison, value string) condition.Node {
	changed := *c
	changed.Right = &condition.String{Value: value}
	return &changed
}

// questionMark makes ? of like a literal.
func questionMark(n condition.Node) condition.Node {
	c, ok := n.(*condition.Comparison)
	if !ok || !c.Op.Wildcards() {
		return n
	}
	pattern, ok := c.Right.(*condition.String)
	if !ok {
		return n
	}
	var b strings.Builder
	for i := 0; i < len(pattern.Value); i++ {
		switch ch := pattern.Value[i]; {
		case ch == '\\' && i+1 < len(pattern.Value):
			b.WriteString(pattern.Value[i : i+2])
			i++
		case ch == '?':
			b.WriteString(`\?`)
		default:
			b.WriteByte(ch)
		}
	}
	return withText(c, b.String())
}

// unicodeClasses are the classes of .NET, as written inside brackets.
var unicodeClasses = map[byte]string{'w': `\p{L}\p{Mn}\p{Nd}\p{Pc}`, 'd': `\p{Nd}`, 's': `\s\v\x{85}\p{Z}`}

// dotNet rewrites a regular expression to the semantics of .NET.
func dotNet(n condition.Node) condition.Node {
	c, ok := n.(*condition.Comparison)
	if !ok || !c.Op.Expression() {
		return n
	}
	pattern, ok := c.Right.(*condition.String)
	if !ok {
		return n
	}
	text, inside := pattern.Value, false
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '\\' && i+1 < len(text):
			i++
			b.WriteString(dotNetEscape(text[i], inside))
		case ch == '[' && !inside:
			inside = true
			b.WriteByte(ch)
		case ch == ']' && inside:
			inside = false
			b.WriteByte(ch)
		case ch == '$' && !inside:
			b.WriteString(`\n?$`)
		default:
			b.WriteByte(ch)
		}
	}
	return withText(c, b.String())
}

// dotNetEscape is an escape with the semantics of .NET; inside says that it is inside brackets.
func dotNetEscape(letter byte, inside bool) string {
	class, small := unicodeClasses[letter]
	negated, large := unicodeClasses[letter|0x20]
	switch {
	case small && inside:
		return class
	case small:
		return "[" + class + "]"
	case large && !inside:
		return "[^" + negated + "]"
	}
	return `\` + string(letter)
}

// wordBoundary finds what cannot be expressed in RE2 with the semantics of .NET.
func wordBoundary(n condition.Node) string {
	c, ok := n.(*condition.Comparison)
	if !ok || !c.Op.Expression() {
		return ""
	}
	pattern, ok := c.Right.(*condition.String)
	if ok && (strings.Contains(pattern.Value, `\b`) || strings.Contains(pattern.Value, `\B`)) {
		return `\b depends on which characters are letters`
	}
	return ""
}

// The points with additional information from the caller.
const (
	LettersID = "letters"
	SessionID = "session-attributes"
)

// Letters are those that lower-casing and RE2 fold differently: ſ, ς, ı and the Kelvin sign.
const Letters = "\u017f\u03c2\u0131\u212a"

// specialLetters finds strings with letters that are folded differently.
func specialLetters(n condition.Node) string {
	c, ok := n.(*condition.Comparison)
	if !ok {
		return ""
	}
	for _, o := range []condition.Operand{c.Left, c.Right} {
		if s, isText := o.(*condition.String); isText && strings.ContainsAny(s.Value, Letters) {
			return "a string contains one of the letters " + Letters
		}
	}
	return ""
}
