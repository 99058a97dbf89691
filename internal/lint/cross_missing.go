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

// The lints of this file find a right that is missing although a related one is granted. They
// are only meaningful for all rules of a site. The holders of a right are compared by the tests
// of the user: a reported right may still be granted by rules that test other properties of the
// same users.

// audience returns the tests of the user in each alternative of a predicate, without the test
// that excludes anonymous users, and whether they are known.
func audience(p ir.Predicate) ([]cube, bool) {
	list, ok := cubesOf(p)
	if !ok {
		return nil, false
	}
	var out []cube
	for _, c := range list {
		var of cube
		for _, l := range c {
			if _, anonymous := l.atom.(ir.Anonymous); readsOnlyUser(l.atom) && !(anonymous && l.negated) {
				of = append(of, l)
			}
		}
		out = append(out, of)
	}
	return out, true
}

// alsoGets reports whether some enabled rule may grant an action on a type to every user of an
// audience: its tests of the user are a subset of the audience's. Rights of owners do not
// count. A predicate that is too large to compare counts as granted.
func (s *Set) alsoGets(of cube, context ruleset.Context, action ruleset.Action, key string, object func(ir.Predicate) bool) bool {
	for _, r := range s.Rules {
		if !r.Grants() || !r.Has(action) || r.Context != ruleset.Both && r.Context != context {
			continue
		}
		sc := r.At(key)
		if sc == nil {
			continue
		}
		list, ok := cubesOf(Grant(sc))
		if !ok {
			return true
		}
		for _, c := range list {
			if slices.ContainsFunc(c, func(l literal) bool { return ownerTest(l.atom) }) || object != nil && !object(conjunction(c)) {
				continue
			}
			theirs, _ := audience(conjunction(c))
			if slices.ContainsFunc(theirs, of.implies) {
				return true
			}
		}
	}
	return false
}

func conjunction(c cube) ir.Predicate {
	terms := make([]ir.Predicate, len(c))
	for i, l := range c {
		terms[i] = l.atom
		if l.negated {
			terms[i] = ir.Not(l.atom)
		}
	}
	return ir.And(terms...)
}

var _ = New(Lint{
	Code: "Q0434", Title: "change without read", Category: Bug, Level: diag.Warning, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:   "A rule grants update, delete, export or publish to users that no rule grants read.",
		Wrong:  []string{`App_* update: user.group = "Developer" and resource.stream.Empty()`},
		Right:  []string{"App_* update: user.group = \"Developer\" and resource.stream.Empty()\nApp_*: user.group = \"Developer\"", `App_* update: resource.HasPrivilege("read") and user.group = "Developer"`},
		Why:    "No action includes another one. Users cannot see what they cannot read, so they cannot use the right.",
		Source: "Qlik support article ta-p/1715849.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if r.Product() || !r.Grants() || r.Has(ruleset.ReadAction) || !r.HasAny(ruleset.UpdateAction, ruleset.DeleteAction, ruleset.ExportAction, ruleset.PublishAction, ruleset.ExportDataAction) {
				continue
			}
			for i, s := range r.Scopes {
				list, ok := cubesOf(Grant(&r.Scopes[i]))
				if !ok || s.Type.Transient || !slices.ContainsFunc(list, func(c cube) bool { return !asksRead(c) && !p.reads(c, r.Context, s.Key) }) {
					continue
				}
				p.On(r).Whole(Finding{
					Summary: fmt.Sprintf("users may %s %s, and no rule lets them read it", listed(onlyNames(r, ruleset.UpdateAction, ruleset.DeleteAction, ruleset.ExportAction, ruleset.PublishAction, ruleset.ExportDataAction), "and"), s.Type.Name),
					Detail:  "No action includes another one. Grant read as well, or test it with resource.HasPrivilege(\"read\").",
				})
				break
			}
		}
	},
})

// asksRead reports whether a cube needs a right to read the resource or its parent.
func asksRead(c cube) bool {
	return slices.ContainsFunc(c, func(l literal) bool {
		q, ok := l.atom.(ir.Privilege)
		return ok && !l.negated && (q.Action == ruleset.ReadAction || q.Entities.IsRoot()) || ownerTest(l.atom) && !l.negated
	})
}

// reads reports whether some rule may let the users of a cube read the type.
func (s *Set) reads(c cube, context ruleset.Context, key string) bool {
	list, ok := audience(conjunction(c))
	return !ok || len(list) > 0 && s.alsoGets(list[0], context, ruleset.ReadAction, key, nil)
}

var _ = New(Lint{
	Code: "Q0807", Title: "sheets without their charts", Category: CrossRule, Level: diag.Warning, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:   "A rule lets users read the objects of the type `sheet` of an app, and no rule lets them read the other objects.",
		Wrong:  []string{`App.Object_*: user.group = "A" and resource.app.HasPrivilege("read") and resource.objectType = "sheet"`},
		Right:  []string{"App.Object_*: user.group = \"A\" and resource.app.HasPrivilege(\"read\") and resource.objectType = \"sheet\"\nApp.Object_*: user.group = \"A\" and resource.app.HasPrivilege(\"read\") and resource.objectType != \"sheet\" and resource.objectType != \"app_appscript\" and resource.objectType != \"loadmodel\""},
		Why:    "Charts, master items and bookmarks are separate objects. A user that can read only the sheet sees “invalid object” instead of its charts.",
		Source: "Support cases about copies of the rule Stream.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			s := r.At("app.object")
			if r.Product() || !r.Grants() || !r.Has(ruleset.ReadAction) || s == nil {
				continue
			}
			list, ok := cubesOf(s.Condition)
			if !ok || len(list) == 0 || slices.ContainsFunc(list, func(c cube) bool { return !onlySheets(c) }) {
				continue
			}
			of, _ := audience(conjunction(list[0]))
			other := func(q ir.Predicate) bool { return !never(assume(q, chartObject)) }
			if len(of) > 0 && !p.alsoGets(of[0], r.Context, ruleset.ReadAction, "app.object", other) {
				p.On(r).Whole(Finding{
					Summary: "users can read sheets, but no rule lets them read the charts on them",
					Detail:  "Charts are objects of other types: users see “invalid object”. Exclude the types that they must not see instead of naming sheet.",
				})
			}
		}
	},
})

func onlySheets(c cube) bool {
	return slices.ContainsFunc(c, func(l literal) bool {
		o, ok := l.atom.(ir.OneOf)
		return ok && !l.negated && lastName(o.Value) == "objecttype" && slices.Equal(o.Strings, []string{"sheet"})
	})
}

// chartObject decides the tests of the object type for a chart.
func chartObject(a ir.Atom) *bool {
	if o, ok := a.(ir.OneOf); ok && lastName(o.Value) == "objecttype" {
		return no
	}
	return nil
}

// sectionTypes are the types that the sections of the QMC manage.
var sectionTypes = map[string]string{
	"qmcsection_app": "app", "qmcsection_stream": "stream", "qmcsection_app.object": "app.object", "qmcsection_dataconnection": "dataconnection",
	"qmcsection_systemrule": "systemrule", "qmcsection_user": "user", "qmcsection_contentlibrary": "contentlibrary", "qmcsection_extension": "extension",
	"qmcsection_reloadtask": "reloadtask",
}

var _ = New(Lint{
	Code: "Q0808", Title: "section of the QMC without the rights to use it", Category: CrossRule, Level: diag.Warning, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:   "A rule opens a section of the QMC to users that cannot read the type that the section shows.",
		Wrong:  []string{`QmcSection_App qmc: user.group = "Admin"`},
		Right:  []string{"QmcSection_App qmc: user.group = \"Admin\"\nApp_* qmc: user.group = \"Admin\""},
		Why:    "These users see an empty list. Grant read on the type in the context of the QMC, or do not open the section.",
		Source: "Qlik support article ta-p/1715849.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			s := r.At("transientobject")
			if r.Product() || !r.Grants() || !r.Has(ruleset.ReadAction) || s == nil {
				continue
			}
			of, ok := audience(s.Condition)
			if !ok {
				continue
			}
			for _, item := range r.Rule.Filter.Items {
				key, known := sectionTypes[item.Text]
				if !known || !slices.ContainsFunc(of, func(c cube) bool { return !p.alsoGets(c, ruleset.QMC, ruleset.ReadAction, key, nil) }) {
					continue
				}
				p.On(r).Filter(item.Range, Finding{
					Summary: fmt.Sprintf("the section is open to users that cannot read %s", p.Options.Schema.Lookup(key).Name),
					Detail:  "They see an empty list. Grant read on the type in the QMC as well, or do not open the section.",
				})
				break
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q0809", Title: "HasPrivilege tests a right that no rule grants", Category: CrossRule, Level: diag.Warning, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:   "The rule tests a right that no enabled rule grants.",
		Wrong:  []string{`App_*: user.group = "A" and resource.stream.HasPrivilege("approve") and resource.owner = user`},
		Right:  []string{"App_* update: user.group = \"A\" and resource.stream.HasPrivilege(\"publish\")\nStream_* publish: user.group = \"A\""},
		Why:    "The test is never true, so this part of the rule grants nothing.",
		Source: "The compiler folds such a test to false.",
	},
	Check: func(p *Pass) { p.ungranted(false) },
})

var _ = New(Lint{
	Code: "Q0811", Title: "depends on a disabled rule", Category: CrossRule, Level: diag.Info, Scope: PerSet, Whole: true,
	Supersedes: []diag.Code{"Q0809"},
	Doc: Doc{
		What:   "The rule tests a right that only disabled rules would grant.",
		Wrong:  []string{"App_* update: user.group = \"A\" and resource.stream.HasPrivilege(\"duplicate\")\nStream_* disabled duplicate: user.group = \"A\""},
		Right:  []string{"App_* update: user.group = \"A\" and resource.stream.HasPrivilege(\"publish\")\nStream_* publish: user.group = \"A\""},
		Why:    "The other rule is disabled, so this part of the rule grants nothing. Enabling the other rule also restores this one.",
		Source: "The graph of HasPrivilege.",
	},
	Check: func(p *Pass) { p.ungranted(true) },
})

// ungranted reports tests of rights that no enabled rule grants: those that a disabled rule
// would grant, or those that no rule would.
func (p *Pass) ungranted(disabled bool) {
	type stage struct {
		key    string
		action ruleset.Action
	}
	enabled, off := map[stage]bool{}, map[stage]bool{}
	for _, r := range p.Rules {
		if r.Category != ruleset.Security {
			continue
		}
		for _, s := range r.Scopes {
			for _, a := range r.Actions.List() {
				if !never(s.Condition) {
					if r.Disabled {
						off[stage{s.Key, a}] = true
					} else {
						enabled[stage{s.Key, a}] = true
					}
				}
			}
		}
	}
	for _, r := range p.Rules {
		if r.Product() || !r.Grants() {
			continue
		}
		reported := false
		condition.Walk(r.Tree, func(n condition.Node) bool {
			if !isPrivilege(n) || reported || len(r.Scopes) == 0 {
				return !reported
			}
			missing := ""
			for _, s := range r.Scopes {
				q, ok := s.Parts[n].(ir.Privilege)
				if !ok {
					continue
				}
				at := stage{q.Entities.Type(), q.Action}
				if enabled[at] || off[at] != disabled {
					return true
				}
				missing = fmt.Sprintf("%s on %s", q.Action.Name(), p.Options.Schema.Lookup(at.key).Name)
			}
			if missing == "" {
				return true
			}
			reported = true
			f := Finding{Summary: "no rule grants " + missing, Detail: "The test is never true, and this part of the rule grants nothing. Test another action, or grant it."}
			if disabled {
				f = Finding{Summary: "only a disabled rule would grant " + missing, Detail: "While it is disabled, this part of the rule grants nothing."}
			}
			p.On(r).Node(n, f)
			return false
		})
	}
}

var _ = New(Lint{
	Code: "Q0810", Title: "incomplete right to reload", Category: CrossRule, Level: diag.Warning, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:  "A rule lets users update published apps, and no rule lets them read the load script or a data connection.",
		Wrong: []string{`App_* read update: user.group = "Developer" and resource.stream.HasPrivilege("read")`},
		Right: []string{"App_* read update: user.group = \"Developer\" and resource.stream.HasPrivilege(\"read\")\nApp.Object_* read: user.group = \"Developer\" and resource.app.HasPrivilege(\"read\")\nDataConnection_* read: user.group = \"Developer\""},
		Why: "A reload in the hub needs update on the app, read on the object `app_appscript` and read on every data connection of " +
			"the script. If one is missing, the reload fails with an unrelated error.",
		Source: "Qlik support article ta-p/1716897.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			s := r.At("app")
			if r.Product() || !r.Grants() || !r.Has(ruleset.UpdateAction) || r.Context == ruleset.QMC || s == nil || !ir.IsTrue(s.Filter) || never(assume(s.Condition, publishedApp)) {
				continue
			}
			of, ok := audience(s.Condition)
			if !ok || len(of) == 0 {
				continue
			}
			var lacks []string
			if !p.alsoGets(of[0], ruleset.Hub, ruleset.ReadAction, "app.object", func(q ir.Predicate) bool { return !never(assume(q, scriptObject)) }) {
				lacks = append(lacks, "the load script (App.Object with the type app_appscript)")
			}
			if !p.alsoGets(of[0], ruleset.Hub, ruleset.ReadAction, "dataconnection", nil) {
				lacks = append(lacks, "data connections")
			}
			if len(lacks) > 0 {
				p.On(r).Whole(Finding{
					Summary: "users can update published apps, but no rule lets them read " + listed(lacks, "and"),
					Detail:  "A reload in the hub needs it. If the users should not reload, remove update.",
				})
			}
		}
	},
})

// scriptObject decides the tests of the object type for a load script.
func scriptObject(a ir.Atom) *bool {
	if o, ok := a.(ir.OneOf); ok && lastName(o.Value) == "objecttype" {
		return truth(slices.Contains(o.Strings, "app_appscript"))
	}
	return nil
}

var _ = New(Lint{
	Code: "Q0812", Title: "nobody can change rules", Category: CrossRule, Level: diag.Error, Scope: PerSet, Whole: true,
	Doc: Doc{
		What:   "No enabled rule lets anybody update security rules in the QMC.",
		Wrong:  []string{"\"RootAdmin\" * ReadOnly disabled: user.roles = \"RootAdmin\"\n\"Readers\" App_*: user.group = \"A\""},
		Right:  []string{"\"RootAdmin\" * ReadOnly all qmc: user.roles = \"RootAdmin\""},
		Why:    "Nobody could repair the rules in the QMC. Keep the rule RootAdmin enabled.",
		Source: "Lock-outs reported to the vendor's support.",
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if s := r.At("systemrule"); r.Grants() && r.Has(ruleset.UpdateAction) && r.Context != ruleset.Hub && s != nil && !never(s.Condition) && !strings.EqualFold(r.Name, "ServiceAccount") {
				return
			}
		}
		p.Nowhere(Finding{
			Summary: "no enabled rule lets anybody change security rules in the QMC",
			Detail:  "Nobody could repair the rules there. Enable the rule RootAdmin, or grant update on SystemRule_* to an administrator role.",
		})
	},
})

var _ = New(Lint{
	Code: "Q0813", Title: "users can set a custom property that gives them more rights", Category: CrossRule, Level: diag.Warning, Scope: PerSet,
	Doc: Doc{
		What:  "Users that are not administrators can update users or create custom property values, and rules test custom properties of the user.",
		Wrong: []string{"User_* update: user.group = \"Helpdesk\"\nApp_*: user.@clearance = \"all\" and resource.stream.HasPrivilege(\"read\")"},
		Right: []string{"User_* update: user.roles = \"SecurityAdmin\"\nApp_*: user.@clearance = \"all\" and resource.stream.HasPrivilege(\"read\")"},
		Why: "Users that can update users can set the custom property of their own account, and get the rights of every rule that " +
			"tests it. `qlik2rego escalate` also finds longer chains. `qlik2rego prove` with an assertion `never-reaches` proves that there are none.",
		Source: "Escalation chains of the security model.",
	},
	Check: func(p *Pass) {
		reading := map[string]*Rule{}
		var names []string
		for _, r := range p.Rules {
			if !r.Grants() {
				continue
			}
			r.paths(func(path *condition.Path, _ condition.Node) {
				if name := last(path); path.Root == "user" && strings.HasPrefix(name, "@") && reading[name] == nil {
					reading[name] = r
					names = append(names, name)
				}
			})
		}
		if len(names) == 0 {
			return
		}
		slices.Sort(names)
		for _, r := range p.Rules {
			s := r.At("user")
			if r.Product() || !r.Grants() || !r.Has(ruleset.UpdateAction) || s == nil || never(s.Condition) || needsRole(Grant(s)) {
				continue
			}
			p.On(r).Whole(Finding{
				Summary: fmt.Sprintf("users can change users, and other rules test user.%s", names[0]),
				Detail:  "They can set the property for themselves. Only administrator roles should change users. `qlik2rego escalate` shows the consequences, and an assertion never-reaches proves that there are none.",
				Related: []diag.Related{See(reading[names[0]], "the rule %q reads it", reading[names[0]].Name)},
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q0481", Title: "licence rules of two licence models", Category: Portability, Level: diag.Info, Scope: PerSet,
	Doc: Doc{
		What:   "Rules for token licences (user and login access) are mixed with rules for professional and analyzer access.",
		Wrong:  []string{"License.UserAccessGroup_1 License: user.group = \"A\"\nLicense.ProfessionalAccessGroup_2 License: user.group = \"A\""},
		Right:  []string{"License.AnalyzerAccessGroup_1 License: user.group = \"A\"\nLicense.ProfessionalAccessGroup_2 License: user.group = \"B\""},
		Why:    "A site uses one of the two licence models. The rules of the other one have no effect and confuse readers.",
		Source: "Qlik help, licences.",
	},
	Check: func(p *Pass) {
		var token *Rule
		serial := false
		for _, r := range p.Rules {
			if r.Category != ruleset.License || r.Disabled {
				continue
			}
			filter := fold(r.FilterText().Content)
			switch {
			case strings.Contains(filter, "useraccess"), strings.Contains(filter, "loginaccess"):
				token = r
			case strings.Contains(filter, "professionalaccess"), strings.Contains(filter, "analyzer"):
				serial = true
			}
		}
		if token != nil && serial {
			p.On(token).Whole(Finding{
				Summary: "the rule is for a token licence, and other rules are for professional and analyzer access",
				Detail:  "A site uses one of the two licence models. Disable the rules of the other one.",
			})
		}
	},
})
