package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file find rules that grant to too many users.

var _ = New(Lint{
	Code: "Q0450", Title: "grants access to everybody, including anonymous users", Category: Security, Level: diag.Warning, Fix: Suggested, Product: true,
	Supersedes: []diag.Code{"Q0415", "Q0422", "Q0451", "Q0461", "Q0462", "Q0463", "Q0464", "Q0470"},
	Doc: Doc{
		What:  "The rule does not test the user: its condition is empty, `true`, or tests only the resource.",
		Wrong: []string{`App_*: true`, `App_*:`, `Stream_*: user.name like "*"`, `Stream_*: resource.name = "API apps"`},
		Right: []string{`App_*: !user.IsAnonymous()`, `Stream_*: resource.name = "API apps" and user.group = "API"`, `App.Object_*: resource.app.HasPrivilege("read")`},
		Why: "An empty condition is true in Qlik Sense. The rule grants its actions to every user, and to anonymous visitors if a " +
			"virtual proxy allows them. Test the user, test a right on the parent with `HasPrivilege`, or at least add " +
			"`!user.IsAnonymous()`.\n\nReading the sections of the hub and the QMC is not reported: the product ships such rules.",
		Source: "Qlik help, Security rules (an empty condition is true); AWS IAM Access Analyzer, public access.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() {
			return
		}
		open := openScopes(p.Rule)
		if len(open) == 0 || onlyReadsSections(p.Rule, open) {
			return
		}
		if slices.ContainsFunc(p.Rule.Scopes, func(s resolve.Scope) bool { return mentionsUser(plainly(s.Condition)) }) {
			return // another part of the rule tests the user: Q0410 reports the branch that does not
		}
		f := Finding{
			Summary: fmt.Sprintf("everybody may %s %s, anonymous users included", actionsOf(p.Rule), p.Rule.reachOf(open)),
			Detail:  "The condition does not test the user. Test the user, or add !user.IsAnonymous() to exclude visitors that have not logged in.",
		}
		if strings.TrimSpace(p.Rule.Text()) == "" {
			f.Detail = "The condition is empty, which means true in Qlik Sense. " + "Write a condition that tests the user."
		} else if span := p.Rule.Tree.Span(); span.End > span.Start {
			f.Fix = Replace("keep anonymous users out", diag.Range{End: len(p.Rule.Text())}, guarded(p.Rule))
		}
		p.Whole(f)
	},
})

// openScopes returns the scopes in which the condition can be true without any test of the
// user.
func openScopes(r *Rule) []resolve.Scope {
	var open []resolve.Scope
	for i, s := range r.Scopes {
		if grant := plainly(Grant(&r.Scopes[i])); !never(grant) && !testsUser(grant) {
			open = append(open, s)
		}
	}
	return open
}

// onlyReadsSections reports whether the open scopes only let users see sections of the hub or
// the QMC.
func onlyReadsSections(r *Rule, open []resolve.Scope) bool {
	return r.Actions.List() != nil && !r.HasAny(allBut(ruleset.ReadAction)...) &&
		!slices.ContainsFunc(open, func(s resolve.Scope) bool { return !s.Type.Transient })
}

// guarded returns the condition with a test that excludes anonymous users.
func guarded(r *Rule) string {
	text := strings.TrimSpace(r.Text())
	if strings.EqualFold(text, "true") {
		return "!user.IsAnonymous()"
	}
	return "(" + text + ") and !user.IsAnonymous()"
}

var _ = New(Lint{
	Code: "Q0451", Title: "anonymous users are not kept out", Category: Security, Level: diag.Warning, Fix: Suggested,
	Doc: Doc{
		What:  "The rule tests the user, but it also grants more than read to anonymous users without roles, groups or other attributes.",
		Wrong: []string{`App_* read update: user.userDirectory != "TEMP"`, `App_* exportdata: !(user.group = "External")`},
		Right: []string{`App_* read update: user.userDirectory != "TEMP" and !user.IsAnonymous()`, `App_* exportdata: user.group = "Staff"`},
		Why: "A negated test is true for a user without attributes, such as an anonymous visitor. " +
			"If a virtual proxy allows anonymous access, visitors can change, export or delete.",
		Source: "Published guides of the Qlik Global Services Support; AWS IAM Access Analyzer, public access.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() || !p.Rule.HasAny(allBut(ruleset.ReadAction)...) || p.Rule.Context == qmcOnly {
			return
		}
		for i, s := range p.Rule.Scopes {
			if s.Type.Transient || never(anonymousSees(Grant(&p.Rule.Scopes[i]))) {
				continue
			}
			p.Whole(Finding{
				Summary: fmt.Sprintf("an anonymous user may %s %s", actionsOf(p.Rule), s.Type.Name),
				Detail:  "The tests of the user are true for a visitor without groups, roles and attributes. Add !user.IsAnonymous() to exclude visitors.",
				Fix:     Replace("keep anonymous users out", diag.Range{End: len(p.Rule.Text())}, guarded(p.Rule)),
			})
			return
		}
	},
})

var _ = New(Lint{
	Code: "Q0452", Title: "full access for users that are not root administrators", Category: Security, Level: diag.Error,
	Supersedes: []diag.Code{"Q0450", "Q0451", "Q0410", "Q0415", "Q0422", "Q0461", "Q0462", "Q0463", "Q0464", "Q0470", "Q0434", "Q0435", "Q0808"},
	Doc: Doc{
		What:  "A rule with the filter `*` grants create, read, update and delete to users without the role RootAdmin.",
		Wrong: []string{`* create read update delete: user.group = "Admins"`, `*: true`, `* create read update delete: user.roles = "SecurityAdmin"`},
		Right: []string{`* create read update delete: user.roles = "RootAdmin"`, `* read: user.roles = "AuditAdmin"`},
		Why: "Users that can change everything can also change the security rules. They are root administrators without an auditable " +
			"role. Assign the role RootAdmin, or name the types that the users need in the filter.",
		Source: "Qlik support article ta-p/1716546, which asks to create such a rule “for troubleshooting”; it is often left behind.",
	},
	Check: func(p *Pass) {
		if !p.Rule.Grants() || !p.Rule.filterIsEverything() || !hasAll(p.Rule, ruleset.CreateAction, ruleset.ReadAction, ruleset.UpdateAction, ruleset.DeleteAction) {
			return
		}
		for i := range p.Rule.Scopes {
			grant := Grant(&p.Rule.Scopes[i])
			if p.Rule.Scopes[i].Type.Transient || never(grant) || needsRole(grant, "rootadmin") {
				continue
			}
			users := "users without the role RootAdmin"
			if !testsUser(plainly(grant)) {
				users = "everybody, anonymous users included,"
			}
			p.Whole(Finding{
				Summary: fmt.Sprintf("%s may %s everything", users, actionsOf(p.Rule)),
				Detail:  "The filter * includes security rules, users and custom properties. Users that can change them can grant themselves any right. Name the necessary types in the filter, or test the role RootAdmin.",
			})
			return
		}
	},
})

var _ = New(Lint{
	Code: "Q0453", Title: "temporary rule left behind", Category: Security, Level: diag.Warning,
	Doc: Doc{
		What:   "The name or the comment says that the rule is temporary or for troubleshooting, and its filter is `*`.",
		Wrong:  []string{`"T-SuperAdmin" * read: user.group = "Support"`, `"Access for support" * read {temporary, ticket 4711}: user.group = "Support"`},
		Right:  []string{`"Auditors" * read: user.group = "Auditors"`, `"Test stream" Stream_*: user.group = "Support"`},
		Why:    "Rules for troubleshooting grant much more than users normally need. Delete or disable the rule after the work.",
		Source: "Qlik support article ta-p/1716546.",
	},
	Check: func(p *Pass) {
		if p.Rule.Grants() && p.Rule.filterIsEverything() && temporary.MatchString(p.Rule.Name+" "+p.Rule.Comment) {
			p.Whole(Finding{
				Summary: "the rule looks temporary and is still enabled",
				Detail:  "Its name or comment mentions a test or troubleshooting, and its filter is *. Disable or delete it after the work.",
			})
		}
	},
})
