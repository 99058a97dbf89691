package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file check how a rule identifies users.

var _ = New(Lint{
	Code: "Q0454", Title: "names one user", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:  "The rule grants access to one user by name or id.",
		Wrong: []string{`App_*: user.userId = "anna" and user.userDirectory = "ACME"`, `App_*: user.name = "Anna García"`},
		Right: []string{`App_*: user.group = "Finance"`, `App_*: user.group = "Finance" and user.userId != "anna"`},
		Why: "Rights of single users are easily forgotten when people change jobs, or when an account is deleted and its id is used " +
			"again. Use a group, a role or a custom property.",
		Source: "Qlik Admin Playbook, analyze_security_rules.md, which flags `.name` and `.id`.",
	},
	Check: func(p *Pass) {
		if p.Rule.Category == ruleset.Sync {
			return
		}
		var named []string
		var first condition.Node
		p.Rule.positive(func(n condition.Node, a ir.Atom) {
			o, ok := a.(ir.OneOf)
			if !ok {
				return
			}
			switch o.Value.Key() {
			case "user.name", "user.userid", "user.id":
				if first == nil {
					first = n
				}
				named = append(named, o.Strings...)
			}
		})
		if first == nil {
			return
		}
		slices.Sort(named)
		named = slices.Compact(named)
		f := Finding{
			Summary: fmt.Sprintf("the rule names the user %q", named[0]),
			Detail:  "The right remains when the person changes jobs. Use a group, an administrator role or a custom property of the user.",
		}
		if len(named) > 1 {
			f.Summary = fmt.Sprintf("the rule names %d users", len(named))
		}
		p.Node(first, f)
	},
})

var _ = New(Lint{
	Code: "Q0456", Title: "compares display names", Category: Security, Level: diag.Warning, Fix: Suggested,
	Doc: Doc{
		What:  "The rule identifies a user by the display name, compared with a property of the resource.",
		Wrong: []string{`App_*: user.name = resource.@owners`, `App_*: resource.owner.name = user.name`},
		Right: []string{`App_*: resource.owner = user`, `App_*: user.userId = resource.@owners and user.userDirectory = "ACME"`},
		Why: "Display names are not unique, and many directories let users change their own. Users with the same name get each " +
			"other's rights. Compare the entities (`resource.owner = user`) or userId and userDirectory.",
		Source: "Qlik help: a user is identified by user directory and user id.",
	},
	Check: func(p *Pass) {
		p.Rule.positive(func(n condition.Node, a ir.Atom) {
			c, ok := a.(ir.Common)
			if !ok || c.Left.Key() != "user.name" && c.Right.Key() != "user.name" {
				return
			}
			f := Finding{
				Summary: "users are identified by their display name",
				Detail:  "Display names are not unique and users may be able to choose them. Compare user.userId and user.userDirectory, or the entities themselves.",
			}
			if ownerTest(a) {
				f.Fix = Replace("compare the users themselves", n.Span(), "resource.owner = user")
			}
			p.Node(n, f)
		})
	},
})

var _ = New(Lint{
	Code: "Q0457", Title: "user id without directory", Category: Security, Level: diag.Warning, Fix: Suggested,
	Doc: Doc{
		What:   "The rule tests `user.userId` and not `user.userDirectory`.",
		Wrong:  []string{`App_*: user.userId = "anna"`},
		Right:  []string{`App_*: user.userId = "anna" and user.userDirectory = "ACME"`},
		Why:    "A user id is unique only within its directory. A user with the same id in another directory of the site gets the rights of the rule.",
		Source: "Qlik help: a user is identified by user directory and user id.",
	},
	Check: func(p *Pass) {
		if p.Rule.Category == ruleset.Sync {
			return
		}
		for _, s := range p.Rule.Scopes {
			list, ok := cubesOf(s.Condition)
			if !ok || !slices.ContainsFunc(list, lacksDirectory) {
				continue
			}
			p.Rule.positive(func(n condition.Node, a ir.Atom) {
				if o, ok := a.(ir.OneOf); ok && o.Value.Key() == "user.userid" && p != nil {
					p.Node(n, Finding{
						Summary: "the user id is tested without the user directory",
						Detail:  "An account with the same id in another directory also matches. Add a test of user.userDirectory to the same branch.",
						Fix:     Replace("test the directory too", n.Span(), "("+p.Rule.Source(n.Span())+` and user.userDirectory = "…")`),
					})
					p = nil
				}
			})
			return
		}
	},
})

func lacksDirectory(c cube) bool {
	id, directory := false, false
	for _, l := range c {
		if o, ok := l.atom.(ir.OneOf); ok && !l.negated {
			id = id || o.Value.Key() == "user.userid"
		}
		for _, v := range valuesOf(l.atom) {
			directory = directory || v.Key() == userDirectory && !l.negated
		}
	}
	return id && !directory
}

// clientSays are the session attributes that the browser reports about itself.
var clientSays = []string{"environment.os", "environment.browser", "environment.device", "environment.ip"}

var _ = New(Lint{
	Code: "Q0458", Title: "identifies users by browser data", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:   "The only test of the user is one of the session attributes os, browser, device or ip.",
		Wrong:  []string{`App_*: user.environment.device = "Default"`, `App_*: user.environment.ip like "10.*"`},
		Right:  []string{`App_*: user.group = "Staff" and user.environment.ip like "10.*"`},
		Why:    "These attributes come from the request and not from the directory. They can restrict a right, but do not identify a user.",
		Source: "Qlik help, security rule properties: `user.environment` is taken from the request.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() {
			return
		}
		for _, s := range p.Rule.Scopes {
			list, _ := cubesOf(s.Condition)
			for _, c := range list {
				if client, other := clientTests(c); client && !other {
					p.Whole(Finding{
						Summary: "the only test of the user is about the browser",
						Detail:  "os, browser, device and ip describe the session, not the user. Test a group, role or custom property too.",
					})
					return
				}
			}
		}
	},
})

// clientTests reports whether a cube tests what the client reports, and whether it tests
// anything else of the user.
func clientTests(c cube) (client, other bool) {
	for _, l := range c {
		if !readsUser(l.atom) {
			continue
		}
		if slices.ContainsFunc(valuesOf(l.atom), func(v ir.Value) bool { return slices.Contains(clientSays, v.Key()) }) {
			client = true
			continue
		}
		if _, anonymous := l.atom.(ir.Anonymous); !anonymous {
			other = true
		}
	}
	return client, other
}

var _ = New(Lint{
	Code: "Q0459", Title: "pattern with a leading star on a user attribute", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:  "`like` with a leading star decides which groups, roles or other attributes get the right.",
		Wrong: []string{`App_*: user.group like "*Admin*"`, `App_*: user.group like "*Finance"`},
		Right: []string{`App_*: user.group = "Admin"`, `App_*: user.group like "Finance_*"`, `App_*: !(user.group like "*extern*")`},
		Why: "`*Admin*` also matches NonAdmin and “Former Admins”. Everybody who can create a group can choose a matching name. Name " +
			"the groups, or agree on a prefix and test it.",
		Source: "Published rules and threads of the Qlik Community.",
	},
	Check: func(p *Pass) {
		if p.Rule.Category == ruleset.Sync {
			return
		}
		p.Rule.positive(func(n condition.Node, a ir.Atom) {
			l, ok := a.(ir.Like)
			if !ok || !readsOnlyUser(a) || everyoneHas[l.Value.Key()] {
				return
			}
			if c, isComparison := n.(*condition.Comparison); isComparison {
				if text, isText := c.Right.(*condition.String); isText && strings.HasPrefix(text.Value, "*") {
					p.Range(text.Range, Finding{
						Summary: fmt.Sprintf("the pattern %q also matches names that only end with or contain the text", text.Value),
						Detail:  fmt.Sprintf("For example, %q matches. Name the values, or use a pattern without a leading star.", exampleOf(text.Value)),
					})
				}
			}
		})
	},
})

// exampleOf returns a string that a pattern with a leading star matches.
func exampleOf(pattern string) string {
	return "Non" + strings.Trim(strings.ReplaceAll(pattern, "*", ""), " ")
}

var _ = New(Lint{
	Code: "Q0465", Title: "users are only excluded, never named", Category: Security, Level: diag.Info,
	Doc: Doc{
		What:   "All tests of the user are negated: everybody except the named users gets the right.",
		Wrong:  []string{`App_*: !(user.group = "External")`},
		Right:  []string{`App_*: user.group = "Staff" and !(user.group = "External")`, `App_*: !user.IsAnonymous()`},
		Why:    "A new group gets the right automatically. Name the users or groups that should have the right.",
		Source: "AWS IAM Access Analyzer, which warns of NotPrincipal with Allow.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() {
			return
		}
		for _, s := range p.Rule.Scopes {
			list, _ := cubesOf(s.Condition)
			if slices.ContainsFunc(list, onlyExcludes) {
				p.Whole(Finding{
					Summary: "the rule only names excluded users",
					Detail:  "Every new group and user gets the right automatically. Name the users or groups that should have it.",
				})
				return
			}
		}
	},
})

func onlyExcludes(c cube) bool {
	excludes := false
	for _, l := range c {
		if !readsUser(l.atom) {
			continue
		}
		if _, anonymous := l.atom.(ir.Anonymous); anonymous && l.negated {
			continue
		}
		if !l.negated || !readsOnlyUser(l.atom) {
			return false
		}
		excludes = true
	}
	return excludes
}

// positive calls f for the comparisons and calls of the condition that extend what the rule
// grants, with their atom in some scope: those below an even number of negations that are not
// inequalities.
func (r *Rule) positive(f func(condition.Node, ir.Atom)) {
	condition.Walk(r.Tree, func(n condition.Node) bool {
		switch n.(type) {
		case *condition.Comparison, *condition.Call:
		case *condition.And, *condition.Bool, *condition.Not, *condition.Or: // connectives lead on
			return true
		}
		if r.negated(n) {
			return true
		}
		for _, s := range r.Scopes {
			if atom, ok := s.Parts[n].(ir.Atom); ok {
				f(n, atom)
				return true
			}
		}
		return true
	})
}

// negated reports whether a node is below an odd number of negations.
func (r *Rule) negated(n condition.Node) bool {
	odd := false
	for n = r.Parent(n); n != nil; n = r.Parent(n) {
		if _, not := n.(*condition.Not); not {
			odd = !odd
		}
	}
	return odd
}
