package lint

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/format"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

const readability = "Readability; reviewed text of published rules."

var _ = New(Lint{
	Code: "Q0480", Title: "property spelled differently than in the product", Category: Portability, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "A property or relation has a different case than in the product's documentation.",
		Wrong:  []string{`App.Object_*: resource.App.HasPrivilege("read") and resource.objecttype = "sheet"`},
		Right:  []string{`App.Object_*: resource.app.HasPrivilege("read") and resource.objectType = "sheet"`},
		Why:    "Names are not case-sensitive today. A single spelling is easier to search for.",
		Source: "Shipped rules, which mix `resource.App` and `resource.app`.",
	},
	Check: func(p *Pass) {
		type wrong struct {
			at   diag.Range
			name string
		}
		var first *wrong
		others := 0
		p.Rule.paths(func(path *condition.Path, _ condition.Node) {
			for i, s := range path.Segments {
				if name := p.canonicalName(path, i); !s.Custom && name != "" && name != s.Name {
					if first == nil {
						first = &wrong{s.Range, name}
					}
					others++
				}
			}
		})
		if first == nil {
			return
		}
		f := Finding{
			Summary: fmt.Sprintf("the product writes %s", first.name),
			Detail:  "Names are not case-sensitive. A single spelling is easier to search for.",
			Fix:     Replace("write "+first.name, first.at, first.name),
		}
		if others > 1 {
			f.Summary = fmt.Sprintf("%d names differ in case from the product, %s first", others, first.name)
		}
		p.Range(first.at, f)
	},
})

// canonicalName returns Qlik's spelling of a segment, or "".
func (p *Pass) canonicalName(path *condition.Path, i int) string {
	key := fold(path.Segments[i].Name)
	if path.Root == "user" && i == 0 {
		for _, name := range []string{"name", "userId", "userDirectory", "roles", "environment"} {
			if fold(name) == key {
				return name
			}
		}
	}
	if path.Root != "resource" {
		return ""
	}
	for _, s := range p.Rule.Scopes {
		if t := p.follow(s.Type, path.Segments[:i]); t != nil {
			if r, ok := t.Relations[key]; ok {
				return r.Name
			}
			if property, ok := t.Properties[key]; ok {
				return property.Name
			}
		}
	}
	return ""
}

// follow returns the type that segments lead to, or nil.
func (p *Pass) follow(t *schema.Type, segments []condition.Segment) *schema.Type {
	for _, s := range segments {
		r, ok := t.Relations[fold(s.Name)]
		if !ok {
			return nil
		}
		t = p.Options.Schema.Lookup(r.Target)
	}
	return t
}

var _ = New(Lint{
	Code: "Q0482", Title: "object type that the product no longer makes", Category: Portability, Level: diag.Info,
	Doc: Doc{
		What:   "A custom rule tests an object type that today's apps do not have.",
		Wrong:  []string{`App.Object_*: resource.app.HasPrivilege("read") and resource.objectType = "userstate"`},
		Right:  []string{`App.Object_*: resource.app.HasPrivilege("read") and resource.objectType = "bookmark"`},
		Why:    "The test only matters for old content. Remove it when no such object exists.",
		Source: "Shipped rules of older versions.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if last(t.path) == "objecttype" && slices.Contains([]string{"userstate", "app_appprops"}, fold(t.text.Value)) {
				p.Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("apps no longer have objects of the type %q", t.text.Value),
					Detail:  "Remove the test when no such object is left on the site.",
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0485", Title: "edited default rule", Category: Portability, Level: diag.Info, Disabled: true,
	Doc: Doc{
		What:   "A rule that came with the product has been edited: its type is Custom, and it still has a seed.",
		Wrong:  []string{`"Stream" App* seed: user.group = resource.@group`},
		Right:  []string{`"Our stream" App*: user.group = resource.@group`},
		Why:    "Upgrades skip edited rules, so corrections by the vendor are lost. Disable the default rule and create your own.",
		Source: "Qlik help, Editing security rules.",
	},
	Check: func(p *Pass) {
		if seed := p.Rule.seed(); seed != "" && strings.EqualFold(p.Rule.Type, "Custom") {
			p.Whole(Finding{
				Summary: "the rule is an edited default of the product",
				Detail:  "Upgrades skip it. Disable the default rule, and create your own.",
			})
		}
	},
})

// seed returns the id of the shipped rule that the rule was copied from, or "".
func (r *Rule) seed() string {
	var fields struct {
		SeedID string `json:"seedId"`
	}
	if json.Unmarshal(r.Raw, &fields) != nil || strings.Trim(fields.SeedID, "0-") == "" {
		return ""
	}
	return strings.ToLower(fields.SeedID)
}

var _ = New(Lint{
	Code: "Q0490", Title: "redundant parentheses", Category: Style, Level: diag.Info, Fix: Automatic, Disabled: true,
	Supersedes: []diag.Code{"Q0496"},
	Doc: Doc{
		What:  "Parentheses surround the whole condition, or are doubled.",
		Wrong: []string{`App_*: ((user.group = "A"))`, `App_*: user.group = "A" and ((resource.owner = user or resource.stream.Empty()))`},
		Right: []string{`App_*: user.group = "A"`},
		Why: "The QMC's wizard writes them. They make a condition harder to read. The Basic view of the QMC needs them, so keep " +
			"them in rules that are edited there.",
		Source: "Published rules: 47 of 126 have them.",
	},
	Check: func(p *Pass) {
		text := p.Rule.Text()
		if whole := strings.TrimSpace(text); strings.HasPrefix(whole, "(") && p.Rule.outer(p.Rule.Tree) == trimmed(text) && p.Rule.Tree.Span() != trimmed(text) {
			span := p.Rule.Tree.Span()
			p.Range(span, Finding{
				Summary: "parentheses around the whole condition",
				Detail:  "They have no meaning. The Basic view of the QMC writes them.",
				Fix:     Replace("remove them", trimmed(text), text[span.Start:span.End]),
			})
			return
		}
		done := false
		condition.Walk(p.Rule.Tree, func(n condition.Node) bool {
			span, outer := n.Span(), p.Rule.outer(n)
			if inner := text[outer.Start:span.Start]; !done && strings.Count(inner, "(") > 1 {
				done = true
				p.Range(span, Finding{
					Summary: "doubled parentheses",
					Detail:  "One pair is enough.",
					Fix:     Replace("keep one pair", outer, "("+text[span.Start:span.End]+")"),
				})
			}
			return !done
		})
	},
})

// trimmed is the range of a text without the space around it.
func trimmed(text string) diag.Range {
	start := len(text) - len(strings.TrimLeft(text, spaces))
	return diag.Range{Start: start, End: start + len(strings.Trim(text, spaces))}
}

var _ = New(Lint{
	Code: "Q0491", Title: "long line", Category: Style, Level: diag.Info, Max: 120, Disabled: true,
	Supersedes: []diag.Code{"Q0496"},
	Doc: Doc{
		What:   "A line of the condition is longer than the option `max` allows.",
		Wrong:  []string{`App_*: user.group = "A" and (resource.name = "` + strings.Repeat("long ", 20) + `name" or resource.owner = user)`},
		Right:  []string{`App_*: user.group = "A"\nand (resource.@team = "A" or resource.owner = user)`},
		Why:    "The editor of the QMC is narrow. Put each operand on a line of its own.",
		Source: readability,
	},
	Check: func(p *Pass) {
		if n := lengthOf(p.Rule.Text()); n > p.Max {
			p.Whole(Finding{
				Summary: fmt.Sprintf("a line of the condition has %d characters", n),
				Detail:  "Put each operand on a line of its own.",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0492", Title: "no description", Category: Style, Level: diag.Info,
	Doc: Doc{
		What:   "A custom rule has no description.",
		Wrong:  []string{`App_* nocomment: user.group = "A" and resource.owner = user`},
		Right:  []string{`App_* {Members of A see their own apps}: user.group = "A" and resource.owner = user`},
		Why:    "Without a description, nobody remembers the purpose of the rule.",
		Source: "Qlik Admin Playbook.",
	},
	Check: func(p *Pass) {
		if strings.TrimSpace(p.Rule.Comment) == "" {
			p.Whole(Finding{
				Summary: "the rule has no description",
				Detail:  "Describe the purpose of the rule.",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0493", Title: "name of another rule", Category: Style, Level: diag.Warning, Scope: PerSet,
	Doc: Doc{
		What:   "Two rules have the same name.",
		Wrong:  []string{"\"Readers\" App_*: user.group = \"A\"\n\"readers\" App_*: user.group = \"B\""},
		Right:  []string{"\"Readers of A\" App_*: user.group = \"A\"\n\"Readers of B\" App_*: user.group = \"B\""},
		Why:    "The audit page of the QMC and every report show rules by name. If two rules have the same name, readers cannot tell which one grants.",
		Source: readability,
	},
	Check: func(p *Pass) {
		first := map[string]*Rule{}
		for _, r := range p.Rules {
			key := strings.TrimSpace(fold(r.Name))
			if key == "" {
				continue
			}
			if before := first[key]; before != nil && !(before.Product() && r.Product()) {
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("another rule also has the name %q", r.Name),
					Detail:  "Reports show rules by name. Give each rule its own name.",
					Related: []diag.Related{See(before, "the other rule is this")},
				})
				continue
			}
			first[key] = r
		}
	},
})

var weakName = regexp.MustCompile(`(?i)^(copy of .*|new (security )?rule.*|.* - copy|rule ?\d*|test ?\d*|untitled.*)$`)

var _ = New(Lint{
	Code: "Q0494", Title: "name without meaning", Category: Style, Level: diag.Info,
	Doc: Doc{
		What:   "The name is `Copy of …`, `New rule` or empty.",
		Wrong:  []string{`"Copy of Stream" App*: user.group = "A" and resource.owner = user`},
		Right:  []string{`"Members of A see their own apps" App*: user.group = "A" and resource.owner = user`},
		Why:    "Reports show rules only by name.",
		Source: readability,
	},
	Check: func(p *Pass) {
		if name := strings.TrimSpace(p.Rule.Name); name == "" && !p.Rule.Derived || weakName.MatchString(name) && !plainNumber.MatchString(name) {
			p.Whole(Finding{
				Summary: fmt.Sprintf("the name %q does not say what the rule is for", name),
				Detail:  "Reports show rules only by name. Describe what the rule grants.",
			})
		}
	},
})

// plainNumber matches names from examples and generated rule sets.
var plainNumber = regexp.MustCompile(`^(rule|Rule) ?\d+$`)

var _ = New(Lint{
	Code: "Q0495", Title: "function spelled differently than in the product", Category: Style, Level: diag.Info, Fix: Automatic, Disabled: true,
	Supersedes: []diag.Code{"Q0496"},
	Doc: Doc{
		What:   "A function has a different case than in the product's documentation.",
		Wrong:  []string{`App_*: user.group = "A" and resource.stream.empty()`},
		Right:  []string{`App_*: user.group = "A" and resource.stream.Empty()`},
		Why:    "Names are not case-sensitive. A single spelling is easier to search for.",
		Source: "Shipped rules, which mix `Empty` and `empty`.",
	},
	Check: func(p *Pass) {
		done := false
		condition.Walk(p.Rule.Tree, func(n condition.Node) bool {
			if c, ok := n.(*condition.Call); ok && !done && c.Function != c.Kind().String() {
				done = true
				p.Range(c.FunctionRange, Finding{
					Summary: fmt.Sprintf("the product writes %s", c.Kind()),
					Detail:  "Names are not case-sensitive. A single spelling is easier to search for.",
					Fix:     Replace("write "+c.Kind().String(), c.FunctionRange, c.Kind().String()),
				})
			}
			return !done
		})
	},
})

var _ = New(Lint{
	Code: "Q0496", Title: "rule is not formatted", Category: Style, Level: diag.Info, Disabled: true,
	Doc: Doc{
		What:   "The condition or the filter of a rule file is not in the format of `qlik2rego fmt`. Exports are not checked.",
		Wrong:  []string{`App_*: user.group="A" and resource.owner=user`},
		Right:  []string{`App_*: user.group = "A" and resource.owner = user`},
		Why:    "With one format, a diff of two versions of a rule shows only real changes. Run `qlik2rego fmt -w`.",
		Source: "Regal, opa-fmt.",
	},
	Check: func(p *Pass) {
		if ext := filepath.Ext(p.Rule.Condition.File); ext != "" && !strings.EqualFold(ext, ".qrule") {
			return // Qlik writes it
		}
		rule := p.Rule.Rule.Rule
		filter, text, list := format.Rule(&rule, format.Options{Schema: p.Options.Schema, KeepParentheses: true})
		f := Finding{Summary: "the rule is not formatted", Detail: "Run `qlik2rego fmt -w`."}
		whole := diag.Range{End: len(p.Rule.Text())}
		switch {
		case list.HasErrors():
		case text != p.Rule.Text():
			p.Range(whole, f)
		case filter != p.Rule.FilterText().Content:
			whole.End = len(p.Rule.FilterText().Content)
			p.Filter(whole, f)
		}
	},
})

var _ = New(Lint{
	Code: "Q0497", Title: "uneven spaces in the filter", Category: Style, Level: diag.Info, Fix: Automatic, Disabled: true,
	Supersedes: []diag.Code{"Q0496"},
	Doc: Doc{
		What:   "Some commas of the filter are followed by a space and some are not, or there are spaces before a comma.",
		Wrong:  []string{`App_*,Stream_*, DataConnection_*: user.group = "A" and resource.owner = user`},
		Right:  []string{`App_*, Stream_*, DataConnection_*: user.group = "A" and resource.owner = user`, `App_*,Stream_*: user.group = "A" and resource.owner = user`},
		Why:    "Equal filters then differ as text, and a diff of exports shows changes without meaning.",
		Source: readability,
	},
	Check: func(p *Pass) {
		text := p.Rule.FilterText().Content
		items := p.Rule.Rule.Filter.Items
		between := map[string]bool{}
		for i := 1; i < len(items); i++ {
			between[text[items[i-1].Range.End:items[i].Range.Start]] = true
		}
		if len(between) < 2 {
			return
		}
		p.Filter(diag.Range{End: len(text)}, Finding{
			Summary: "spaces in the filter are uneven",
			Detail:  "Write one comma and one space between items.",
			Fix:     Replace("write one space after each comma", diag.Range{End: len(text)}, strings.Join(p.Rule.itemStrings(), ", ")),
		})
	},
})

// itemStrings returns the items of the filter as they are written.
func (r *Rule) itemStrings() []string {
	var list []string
	for _, i := range r.Rule.Filter.Items {
		list = append(list, r.FilterText().Content[i.Range.Start:i.Range.End])
	}
	return list
}

var _ = New(Lint{
	Code: "Q0498", Title: "filter item that another one includes", Category: Style, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "An item of the filter is duplicate, or another item includes it.",
		Wrong:  []string{`App_*,App_*: user.group = "A" and resource.owner = user`, `App*,App.Object_*: user.group = "A" and resource.owner = user`},
		Right:  []string{`App*: user.group = "A" and resource.owner = user`},
		Why:    "The item has no effect and makes the filter harder to understand.",
		Source: readability,
	},
	Check: func(p *Pass) {
		items := p.Rule.Rule.Filter.Items
		for i, a := range items {
			for j, b := range items {
				if i == j || a.Text == b.Text && a.Prefix == b.Prefix && i < j || !includes(b, a) {
					continue
				}
				rest := slices.Delete(slices.Clone(p.Rule.itemStrings()), i, i+1)
				p.Filter(a.Range, Finding{
					Summary: fmt.Sprintf("%s includes %s", p.Rule.itemStrings()[j], p.Rule.itemStrings()[i]),
					Detail:  "Remove the item without effect.",
					Fix:     Replace("remove the item", diag.Range{End: len(p.Rule.FilterText().Content)}, strings.Join(rest, ", ")),
				})
				return
			}
		}
	},
})

// includes reports whether filter item a matches everything that b matches.
func includes(a, b ruleset.FilterItem) bool {
	if a.Prefix {
		return strings.HasPrefix(b.Text, a.Text)
	}
	return !b.Prefix && a.Text == b.Text
}
