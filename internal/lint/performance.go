package lint

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

const playbook = "Qlik Admin Playbook, analyze_security_rules.md."

var _ = New(Lint{
	Code: "Q0470", Title: "filter for everything", Category: Performance, Level: diag.Info,
	Doc: Doc{
		What:   "The resource filter is `*`.",
		Wrong:  []string{`* read: user.group = "Auditors"`},
		Right:  []string{`App_*,Stream_* read: user.group = "Auditors"`},
		Why:    "The rule is evaluated for every request of every type, and it applies to new types of later versions. Name the intended types.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		if p.Rule.Category == ruleset.Security && p.Rule.filterIsEverything() {
			p.Filter(diag.Range{End: len(p.Rule.FilterText().Content)}, Finding{
				Summary: "the rule is evaluated for every type of resource",
				Detail:  "Name the intended types in the filter, such as App_*,Stream_*.",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0471", Title: "prefix filter for a single type", Category: Performance, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "A filter item such as `App*` matches several types, and the condition is false for all except one.",
		Wrong:  []string{`App*: resource.resourcetype = "App" and user.group = "A"`},
		Right:  []string{`App_*: user.group = "A"`, `App*: user.group = "A" and (resource.resourcetype = "App" or resource.resourcetype = "App.Object")`},
		Why:    "The rule is evaluated for types for which it never grants. Name only this type.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		if len(p.Rule.Rule.Filter.Items) != 1 || len(p.Rule.Scopes) < 2 {
			return
		}
		item := p.Rule.Rule.Filter.Items[0]
		var left []scope
		for _, s := range p.Rule.Scopes {
			if !never(s.Condition) {
				left = append(left, s)
			}
		}
		if !item.Prefix || strings.Contains(item.Text, "_") || len(left) != 1 || !left[0].Named {
			return
		}
		p.Filter(item.Range, Finding{
			Summary: fmt.Sprintf("the condition leaves only the type %s", left[0].Type.Name),
			Detail:  "Name this type in the filter, so that the rule is not evaluated for other types.",
			Fix:     &diag.Fix{Message: "name the one type", Range: item.Range, Replacement: left[0].Type.Name + "_*"},
		})
	},
})

// qmcTypes are types that are used in the QMC only.
var qmcTypes = []string{
	"systemrule", "servernodeconfiguration", "virtualproxyconfig", "proxyservice", "engineservice", "schedulerservice", "printingservice", "repositoryservice",
	"usersynctask", "userdirectory", "custompropertydefinition", "license", "servicestatus", "servicecluster",
}

var _ = New(Lint{
	Code: "Q0472", Title: "context wider than needed", Category: Performance, Level: diag.Info,
	Doc: Doc{
		What:   "All types of the filter exist only in the QMC, but the rule also applies in the hub.",
		Wrong:  []string{`ProxyService_*: user.roles = "DeploymentAdmin"`},
		Right:  []string{`ProxyService_* qmc: user.roles = "DeploymentAdmin"`},
		Why:    "The rule is evaluated for requests of the hub without effect.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		if p.Rule.Category != ruleset.Security || p.Rule.Context != ruleset.Both || len(p.Rule.Scopes) == 0 ||
			slices.ContainsFunc(p.Rule.Scopes, func(s scope) bool { return !slices.Contains(qmcTypes, s.Key) }) {
			return
		}
		p.Filter(diag.Range{End: len(p.Rule.FilterText().Content)}, Finding{
			Summary: "the types of the filter exist only in the QMC",
			Detail:  "Set the context to “Only in QMC”, so that the rule is not evaluated for the hub.",
		})
	},
})

var _ = New(Lint{
	Code: "Q0473", Title: "long chain of references", Category: Performance, Level: diag.Info, Max: 2,
	Doc: Doc{
		What:   "A path follows more references than the option `max` allows.",
		Wrong:  []string{`App.Object_*: user.group = resource.app.stream.owner.@group`},
		Right:  []string{`App.Object_*: user.group = resource.app.stream.@group`},
		Why:    "Every reference is a join for the repository. Use `HasPrivilege` on the parent, which is evaluated once for the parent.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		p.Rule.paths(func(path *condition.Path, n condition.Node) {
			followed := len(path.Segments) - 1
			if _, call := n.(*condition.Call); call {
				followed++
			}
			if path.Root == "resource" && followed > p.Max {
				p.Range(path.Range, Finding{
					Summary: fmt.Sprintf("%s follows %d references", path, followed),
					Detail:  "Every reference is a join. Test a right on the parent with HasPrivilege, or copy the property to the type itself.",
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0474", Title: "long condition", Category: Performance, Level: diag.Info, Max: 20,
	Doc: Doc{
		What:   "The condition has more `and` and `or` than the option `max` allows.",
		Wrong:  []string{`App_*: ` + strings.Join(many(`user.group = "%d"`, 22), " or ")},
		Right:  []string{`App_*: user.group = resource.@group`},
		Why:    "Long lists of names are slow and keep growing. Give the resources a custom property and compare with it.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		connectives := 0
		p.Rule.chains(func(_ condition.Node, operands []condition.Node, _ bool) { connectives += len(operands) - 1 })
		if connectives > p.Max {
			p.Whole(Finding{
				Summary: fmt.Sprintf("the condition has %d and and or", connectives),
				Detail:  "Compare with a custom property instead of listing names, or split the rule: rules add up.",
			})
		}
	},
})

func many(format string, n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return list
}

var _ = New(Lint{
	Code: "Q0475", Title: "HasPrivilege before cheaper tests", Category: Performance, Level: diag.Info, Fix: Automatic,
	Doc: Doc{
		What:   "An `and` begins with `HasPrivilege`, and tests of plain properties follow.",
		Wrong:  []string{`App_*: resource.stream.HasPrivilege("read") and user.group = "A"`},
		Right:  []string{`App_*: user.group = "A" and resource.stream.HasPrivilege("read")`},
		Why:    "`HasPrivilege` evaluates all rules for another resource. A plain test before it can save this evaluation.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		p.Rule.chains(func(n condition.Node, operands []condition.Node, and bool) {
			if !and || !isPrivilege(operands[0]) {
				return
			}
			for i, o := range operands[1:] {
				if !plain(o) {
					continue
				}
				p.Node(operands[0], Finding{
					Summary: "HasPrivilege is evaluated before a cheaper test",
					Detail:  fmt.Sprintf("Put %s first: and is evaluated from left to right.", excerpt(p.Rule.Source(o.Span()))),
					Fix:     Replace("put the cheaper test first", p.Rule.chainRange(operands), p.Rule.reordered(operands, i+1)),
				})
				return
			}
		})
	},
})

func isPrivilege(n condition.Node) bool {
	c, ok := n.(*condition.Call)
	return ok && c.Kind().Privilege()
}

// plain reports whether a node tests properties only, without following references or asking
// for rights.
func plain(n condition.Node) bool {
	ok := false
	condition.Walk(n, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Comparison:
			ok = true
			for _, o := range []condition.Operand{n.Left, n.Right} {
				if p, isPath := o.(*condition.Path); isPath && p.Root == "resource" && len(p.Segments) > 1 {
					ok = false
					return false
				}
			}
		case *condition.Call:
			ok = n.Kind().Login()
			return ok
		case *condition.And, *condition.Or, *condition.Not, *condition.Bool:
		}
		return true
	})
	return ok
}

// chainRange is the range of a chain from its first to its last operand.
func (r *Rule) chainRange(operands []condition.Node) diag.Range {
	return diag.Range{Start: r.outer(operands[0]).Start, End: r.outer(operands[len(operands)-1]).End}
}

// reordered returns the text of a chain with the first operand and another one swapped.
func (r *Rule) reordered(operands []condition.Node, i int) string {
	text, whole := r.Text(), r.chainRange(operands)
	first, other := r.outer(operands[0]), r.outer(operands[i])
	return text[other.Start:other.End] + text[first.End:other.Start] + text[first.Start:first.End] + text[other.End:whole.End]
}

var _ = New(Lint{
	Code: "Q0478", Title: "regular expression for a plain value", Category: Performance, Level: diag.Info, Fix: Suggested,
	Doc: Doc{
		What:   "`matches` is used although `=` or `like` is sufficient.",
		Wrong:  []string{`App_*: user.group matches "Sales"`, `App_*: user.group matches "Sales_.*"`},
		Right:  []string{`App_*: user.group = "Sales"`, `App_*: user.group like "Sales_*"`, `App_*: user.group matches "Sales_[0-9]+"`},
		Why:    "A regular expression is slower to evaluate and harder to read, and every dot in it matches any character.",
		Source: playbook,
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if !t.node.Op.Expression() {
				return
			}
			op, text, ok := simpler(t.text.Value)
			if !ok {
				return
			}
			p.Node(t.node, Finding{
				Summary: fmt.Sprintf("%s %s has the same meaning as the regular expression", op, quote(text)),
				Detail:  "It is faster, and has no special characters.",
				Fix:     Replace("write "+op, t.node.Span(), t.path.String()+" "+op+" "+quote(text)),
			})
		})
	},
})

// simpler returns the operator and value that are equivalent to a regular expression that is a
// plain string or a prefix.
func simpler(expression string) (op, text string, ok bool) {
	body, prefix := strings.CutSuffix(expression, ".*")
	tree, err := syntax.Parse(body, syntax.Perl)
	if err != nil {
		return "", "", false
	}
	if tree = tree.Simplify(); tree.Op != syntax.OpLiteral || tree.Flags&syntax.FoldCase != 0 {
		return "", "", false
	}
	text = string(tree.Rune)
	switch {
	case strings.ContainsAny(text, `*?\`):
		return "", "", false
	case prefix:
		return "like", text + "*", true
	}
	return "=", text, true
}

var _ = New(Lint{
	Code: "Q0479", Title: "rule that dominates decisions", Category: Performance, Level: diag.Info, Scope: PerSet, Max: 30,
	Doc: Doc{
		What: "One rule of many takes more than `max` percent of the steps of a decision.",
		Wrong: []string{strings.Join(append(many(`App_* read: user.group = "%d"`, 30),
			`App_* read: user.department like "*a*b*" or user.title like "*c*d*" or user.division like "*e*f*" or user.office like "*g*h*" or user.team like "*i*j*" or user.unit like "*k*l*"`), "\n")},
		Right: []string{`App_*: user.group = "A"`},
		Why: "A rule without an equality is evaluated by every decision about its types and actions, while rules that are found " +
			"through the value of an attribute cost almost nothing.",
		Source: "`qlik2rego check --cost`.",
	},
	Check: func(p *Pass) {
		if len(p.Rules) < 20 {
			return // with few rules, one always dominates
		}
		seen := map[string]bool{}
		for _, c := range p.costs {
			if 100*c.Share <= float64(p.Max) || c.Steps < 10 || seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			for _, r := range p.Rules {
				if r.ID == c.ID && !r.Product() {
					p.On(r).Whole(Finding{
						Summary: fmt.Sprintf("the rule takes %.0f %% of the steps of a decision about %s", 100*c.Share, c.Type),
						Detail:  "Begin with an equality of a user attribute, so that the rule is found by its value. qlik2rego check --cost shows all rules.",
					})
				}
			}
		}
	},
})

// lengthOf is the length of the longest line.
func lengthOf(text string) int {
	longest := 0
	for line := range strings.Lines(text) {
		longest = max(longest, len([]rune(strings.TrimRight(line, "\r\n"))))
	}
	return longest
}
