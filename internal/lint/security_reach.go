package lint

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file check what a rule grants.

var _ = New(Lint{
	Code: "Q0455", Title: "names one resource", Category: Security, Level: diag.Info,
	Doc: Doc{
		What:  "The condition names one resource by id or name.",
		Wrong: []string{`App_*: user.group = "Finance" and resource.id = "2b1c7a52-0000-4000-8000-000000000001"`, `Stream_*: user.group = "Finance" and resource.name = "Finance"`},
		Right: []string{`App_2b1c7a52-0000-4000-8000-000000000001: user.group = "Finance"`, `Stream_*: user.group = resource.@group`},
		Why: "Another resource can get the same name, and an id in the condition is tested for every resource of the type. Put the id " +
			"into the resource filter, so that the rule is evaluated only for that resource, or use a custom property.",
		Source: "Qlik Admin Playbook, analyze_security_rules.md.",
	},
	Check: func(p *Pass) {
		if p.Rule.Category != ruleset.Security {
			return
		}
		done := false
		p.Rule.positive(func(n condition.Node, a ir.Atom) {
			o, ok := a.(ir.OneOf)
			if !ok || done {
				return
			}
			property := propertyOf(o.Value)
			if property == nil || property.Of.Root != ir.Resource || !property.Of.IsRoot() || p.Rule.isSectionOnly() {
				return
			}
			switch property.Name {
			case "id":
				done = true
				p.Node(n, Finding{
					Summary: fmt.Sprintf("the condition names the resource with the id %s", o.Strings[0]),
					Detail:  "Put the id into the resource filter, where it narrows the rule for every decision.",
				})
			case "name":
				done = true
				p.Node(n, Finding{
					Summary: fmt.Sprintf("the condition names the resource %q", o.Strings[0]),
					Detail:  "Names are not unique, and users that can create such a resource can choose the name. Use a custom property, or the id in the resource filter.",
				})
			}
		})
	},
})

func (r *Rule) isSectionOnly() bool {
	return !slices.ContainsFunc(r.Scopes, func(s scope) bool { return !s.Type.Transient })
}

var _ = New(Lint{
	Code: "Q0461", Title: "users that are not administrators can change rules, roles or owners", Category: Security, Level: diag.Warning,
	Supersedes: []diag.Code{"Q0451"},
	Doc: Doc{
		What: "Users without an administrator role can change owners or roles, or can create, change or delete security rules, users or " +
			"custom property definitions.",
		Wrong: []string{`SystemRule_* create read update: user.group = "Power users"`, `SystemRule_* update: user.userDirectory = "ACME"`, `User_* changerole: user.group = "Helpdesk"`, `App_* changeowner: user.group = "Power users"`},
		Right: []string{`SystemRule_* create read update: user.roles = "SecurityAdmin"`, `SystemRule_* read: user.group = "Power users"`, `App_* changeowner: resource.owner = user`},
		Why: "Users that can change rules, roles or custom properties can grant themselves any right, so the rule makes them " +
			"administrators. Give these users an administrator role, or restrict the rule.",
		Source: "Escalation chains of the security model; Qlik help, default administrator roles.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() {
			return
		}
		for i, s := range p.Rule.Scopes {
			danger := dangerOf(p.Rule, s.Key)
			grant := Grant(&p.Rule.Scopes[i])
			if danger == "" || never(grant) || needsRole(grant) || danger == "change the owner of" && onlyOwner(grant) {
				continue
			}
			users := "users without an administrator role"
			if !testsUser(plainly(grant)) {
				users = "everybody"
			}
			p.Whole(Finding{
				Summary: fmt.Sprintf("%s may %s %s", users, danger, s.Type.Name),
				Detail:  "Users that can do this can grant themselves more rights. Test an administrator role with user.roles, or restrict the rule.",
			})
			return
		}
	},
})

// dangerOf describes what a rule lets its users do with a type that leads to more rights, or
// "".
func dangerOf(r *Rule, key string) string {
	switch key {
	case "systemrule", "user", "custompropertydefinition":
		if r.HasAny(ruleset.CreateAction, ruleset.UpdateAction, ruleset.DeleteAction) {
			return listed(onlyNames(r, ruleset.CreateAction, ruleset.UpdateAction, ruleset.DeleteAction), "and")
		}
	}
	switch {
	case r.Has(ruleset.ChangeRoleAction) && key == "user":
		return "change the role of"
	case r.Has(ruleset.ChangeOwnerAction) && (key == "app" || key == "stream" || key == "dataconnection"):
		return "change the owner of"
	}
	return ""
}

// onlyNames returns the names of those actions that the rule has.
func onlyNames(r *Rule, actions ...ruleset.Action) []string {
	var names []string
	for _, a := range actions {
		if r.Has(a) {
			names = append(names, a.Name())
		}
	}
	return names
}

// onlyOwner reports whether p is only true for owners and for administrators by role.
func onlyOwner(p ir.Predicate) bool {
	return never(assume(p, func(a ir.Atom) *bool {
		if _, role := roleTest(a); ownerTest(a) || role {
			return no
		}
		return nil
	}))
}

// unpublishedOnly decides the atoms as they are for an app that is in no stream,
// for a user who neither owns it nor has an administrator role. Rights that other
// rules grant count as missing: those rules are checked themselves.
func unpublishedOnly(a ir.Atom) *bool {
	if _, role := roleTest(a); role || ownerTest(a) {
		return no
	}
	if _, asks := a.(ir.Privilege); asks {
		return no
	}
	if slices.ContainsFunc(entitiesOf(a), func(e ir.Entities) bool { return passes(e, "stream") }) {
		return no
	}
	if o, ok := a.(ir.OneOf); ok && lastName(o.Value) == "published" {
		return truth(slices.Contains(o.Strings, "false"))
	}
	return nil
}

func lastName(v ir.Value) string {
	if p := propertyOf(v); p != nil && p.Of.Root == ir.Resource {
		return p.Name
	}
	return ""
}

var _ = New(Lint{
	Code: "Q0462", Title: "unpublished content is visible", Category: Security, Level: diag.Warning,
	Supersedes: []diag.Code{"Q0463"},
	Doc: Doc{
		What:  "Users that are neither owners nor administrators can read apps or sheets that are not published.",
		Wrong: []string{`App*: user.group = "Developer"`, `App_*: resource.name like "Sales*" and user.group = "Sales"`},
		Right: []string{`App_*: user.group = "Developer" and resource.stream.HasPrivilege("read")`, `App*: user.group = "Developer" and resource.owner = user`, `App_*: user.group = "Auditor" and !resource.stream.Empty()`},
		Why: "By default only the owner sees an app before it is published to a stream. Drafts often contain unreleased data. Test a " +
			"right on the stream, or the owner.",
		Source: "Qlik help, default security rules (Owner, Stream).",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() || !p.Rule.Has(ruleset.ReadAction) {
			return
		}
		for _, key := range []string{"app", "app.object"} {
			s := p.Rule.At(key)
			if s == nil || !ir.IsTrue(s.Filter) || never(assume(s.Condition, unpublishedOnly)) {
				continue
			}
			p.Whole(Finding{
				Summary: fmt.Sprintf("users may read every unpublished %s that the condition allows", contentName[key]),
				Detail:  "By default only the owner sees content before it is published. Test a right on the stream, the owner, or !resource.stream.Empty().",
			})
			return
		}
	},
})

var contentName = map[string]string{"app": "app", "app.object": "sheet and app object"}

// publishedScript decides the atoms as they are for the load script of an app that
// is published in a stream which the user may read, for a user who neither owns it
// nor has an administrator role.
func publishedScript(a ir.Atom) *bool {
	if _, role := roleTest(a); role || ownerTest(a) {
		return no
	}
	switch a := a.(type) {
	case ir.Privilege:
		return truth(a.Action == ruleset.ReadAction && !a.Entities.IsRoot())
	case ir.Exists:
		if endsIn(a.Entities, "stream") {
			return yes
		}
	case ir.OneOf:
		switch lastName(a.Value) {
		case "objecttype":
			return truth(slices.Contains(a.Strings, "app_appscript") || slices.Contains(a.Strings, "loadmodel"))
		case "published":
			return truth(slices.Contains(a.Strings, "true"))
		}
	case ir.Anonymous, ir.Common, ir.CommonEntity, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.Present: // open
	}
	return nil
}

var _ = New(Lint{
	Code: "Q0463", Title: "load scripts of published apps are readable", Category: Security, Level: diag.Warning, Fix: Suggested,
	Doc: Doc{
		What:  "Users can read or change the load script or the data model of published apps that they do not own.",
		Wrong: []string{`App.Object_*: resource.app.stream.HasPrivilege("read")`, `App*: resource.resourcetype = "App.Object" and resource.published = "true" and resource.app.HasPrivilege("read")`},
		Right: []string{`App.Object_*: resource.app.stream.HasPrivilege("read") and resource.objectType != "app_appscript" and resource.objectType != "loadmodel"`, `App.Object_*: resource.app.HasPrivilege("read") and resource.objectType = "sheet"`},
		Why: "Load scripts contain connection names, table names and sometimes passwords. The default rule Stream excludes the object types " +
			"`app_appscript` and `loadmodel`; copies of it often lose these two tests.",
		Source: "Default rule Stream of the product; Motio, security of load scripts.",
	},
	Check: func(p *Pass) {
		s := p.Rule.At("app.object")
		if !p.Rule.Grants() || !p.Rule.HasAny(ruleset.ReadAction, ruleset.UpdateAction) || s == nil || !ir.IsTrue(s.Filter) {
			return
		}
		rest := assume(s.Condition, publishedScript)
		if never(rest) || mentionsScript(p.Rule) {
			return
		}
		p.Whole(Finding{
			Summary: "users may read the load script and the data model of published apps",
			Detail:  `The default rule Stream excludes them: add resource.objectType != "app_appscript" and resource.objectType != "loadmodel" to the branch for App.Object.`,
		})
	},
})

// mentionsScript reports whether the condition grants the script intentionally.
func mentionsScript(r *Rule) bool {
	named := false
	r.positive(func(_ condition.Node, a ir.Atom) {
		if o, ok := a.(ir.OneOf); ok && lastName(o.Value) == "objecttype" && slices.Contains(o.Strings, "app_appscript") {
			named = true
		}
	})
	return named
}

var _ = New(Lint{
	Code: "Q0464", Title: "published apps can be edited", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:  "Users that are not administrators can update apps in a stream.",
		Wrong: []string{`App_* read update: user.group = "Developer" and resource.stream.HasPrivilege("read")`},
		Right: []string{`App_* read update: user.group = "Developer" and resource.stream.Empty() and resource.owner = user`, `App_* read: user.group = "Developer" and resource.stream.HasPrivilege("read")`},
		Why: "A published app should change only when it is published again, so that everybody sees the released version. The vendor " +
			"does not recommend granting Update on published apps. Exclude them with `resource.stream.Empty()`.",
		Source: "Qlik help, Editing security rules (May 2024): “not recommended”.",
	},
	Check: func(p *Pass) {
		s := p.Rule.At("app")
		if !p.Rule.Grants() || !p.Rule.Has(ruleset.UpdateAction) || s == nil || !ir.IsTrue(s.Filter) {
			return
		}
		if never(assume(s.Condition, publishedApp)) {
			return
		}
		p.Whole(Finding{
			Summary: "users who are not administrators may change published apps",
			Detail:  "Published apps should change only when they are published again. Add resource.stream.Empty() to the branch for apps, or remove the action update.",
		})
	},
})

// publishedApp decides the atoms as they are for an app in a stream, for a user who
// is no administrator.
func publishedApp(a ir.Atom) *bool {
	if _, role := roleTest(a); role {
		return no
	}
	switch a := a.(type) {
	case ir.Privilege:
		return truth(!a.Entities.IsRoot() || a.Action == ruleset.ReadAction)
	case ir.Exists:
		if endsIn(a.Entities, "stream") {
			return yes
		}
	case ir.Anonymous, ir.Common, ir.CommonEntity, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.OneOf, ir.Present: // open
	}
	return nil
}

var _ = New(Lint{
	Code: "Q0466", Title: "sections of the QMC in a rule for the hub", Category: Security, Level: diag.Warning,
	Supersedes: []diag.Code{"Q0472"},
	Doc: Doc{
		What:  "A rule about sections of the QMC applies in the hub too, or the reverse.",
		Wrong: []string{`QmcSection_App: user.group = "Admin"`},
		Right: []string{`QmcSection_App qmc: user.group = "Admin"`},
		Why: "The sections exist only in one of the two. With the context “Both in hub and QMC” the rule is evaluated for every " +
			"request of the hub without effect. If somebody later adds a type to the filter, it is also accessible in the hub.",
		Source: "Qlik Admin Playbook, analyze_security_rules.md: use the narrowest context.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() || p.Rule.Context != ruleset.Both || !p.Rule.isSectionOnly() {
			return
		}
		filter := strings.ToLower(p.Rule.FilterText().Content)
		qmc, hub := strings.Contains(filter, "qmcsection_"), strings.Contains(filter, "hubsection_")
		if qmc == hub {
			return
		}
		where := map[bool]string{true: "QMC", false: "hub"}[qmc]
		p.Filter(diag.Range{End: len(p.Rule.FilterText().Content)}, Finding{
			Summary: fmt.Sprintf("the rule is about sections of the %s and applies in both contexts", where),
			Detail:  fmt.Sprintf("Set the context to “Only in %s”.", where),
		})
	},
})

var _ = New(Lint{
	Code: "Q0460", Title: "regular expression that matches everything or nothing", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:  "A regular expression matches every value, or the empty value by mistake, or none.",
		Wrong: []string{`App_*: user.group matches ".*"`, `App_*: user.group matches "Sales|"`, `App_*: user.group matches "a$b"`},
		Right: []string{`App_*: user.group matches "Sales_[A-Z]{2}"`, `App_*: !user.group.Empty()`},
		Why: "An expression that matches everything only tests whether there is a value; use `.Empty()` instead. An empty " +
			"alternative (`Sales|`) is usually a typing mistake. An expression that matches nothing grants nothing.",
		Source: "Checkov and Semgrep rules about permissive patterns.",
	},
	Check: func(p *Pass) {
		condition.Walk(p.Rule.Tree, func(n condition.Node) bool {
			c, ok := n.(*condition.Comparison)
			if !ok || !c.Op.Expression() {
				return true
			}
			text, ok := c.Right.(*condition.String)
			if !ok {
				return true
			}
			switch {
			case matchesEverything(text.Value):
				p.Range(text.Range, Finding{Summary: "the regular expression matches every value", Detail: "It only tests whether there is a value. Write !….Empty() if this is intended, or restrict the expression."})
			case emptyAlternative(text.Value):
				p.Range(text.Range, Finding{Summary: "the regular expression has an empty alternative", Detail: "It also matches an empty value. Remove the unnecessary |."})
			case matchesNothing(text.Value):
				p.Range(text.Range, Finding{Summary: "the regular expression matches no value", Detail: "The comparison is never true. Check the anchors and character classes."})
			}
			return true
		})
	},
})

// probes are values all of which only an expression for everything matches.
var probes = []string{"", "a", "Z9", "\u00e4\u00f6 \u4e16", "x_y-z.0/[]{}()^$", strings.Repeat("q", 300)}

func matchesEverything(expression string) bool {
	re, err := regexp.Compile(`(?i)^(?:` + strings.TrimSuffix(strings.TrimPrefix(expression, `(?i)^(?:`), `)$`) + `)$`)
	if err != nil {
		return false
	}
	// .+ needs one character, and a value is rarely empty.
	return !slices.ContainsFunc(probes[1:], func(s string) bool { return !re.MatchString(s) })
}

func emptyAlternative(expression string) bool {
	return strings.HasPrefix(expression, "|") || strings.HasSuffix(expression, "|") && !strings.HasSuffix(expression, `\|`) || strings.Contains(expression, "||")
}

// matchesNothing finds an end anchor before, or a start anchor after, something that consumes a
// character.
func matchesNothing(expression string) bool {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return false
	}
	tree = tree.Simplify()
	if tree.Op == syntax.OpNoMatch {
		return true
	}
	if tree.Op != syntax.OpConcat {
		return false
	}
	for i, sub := range tree.Sub {
		before, after := i > 0 && slices.ContainsFunc(tree.Sub[:i], takesCharacter), i+1 < len(tree.Sub) && slices.ContainsFunc(tree.Sub[i+1:], takesCharacter)
		if sub.Op == syntax.OpBeginText && before || sub.Op == syntax.OpEndText && after {
			return true
		}
	}
	return false
}

func takesCharacter(r *syntax.Regexp) bool {
	switch r.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpPlus, syntax.OpCapture:
		return takesCharacter(r.Sub[0])
	default:
		return false
	}
}
