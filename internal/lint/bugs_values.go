package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// The lints of this file find values that the property cannot have.

// listAsText matches a value that looks like a list.
var listAsText = regexp.MustCompile(`\S[,;]\S|\S; |\S or \S`)

var _ = New(Lint{
	Code: "Q0419", Title: "list of values written as one value", Category: Bug, Level: diag.Warning, Disabled: true,
	Doc: Doc{
		What:  "`=` compares with a value that looks like several values with commas, semicolons or `or` between them.",
		Wrong: []string{`App_*: user.group = "Sales,Finance"`, `App_*: user.group = "Sales or Finance"`},
		Right: []string{`App_*: user.group = "Sales" or user.group = "Finance"`, `App_*: user.group = "CN=Sales,OU=Groups,DC=acme"`},
		Why: "The language has no lists of values: the whole string is compared, and no group has that name. Compare with each " +
			"value and join the comparisons with `or`.",
		Source: "Qlik Community, recurring question.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if name := last(t.path); t.node.Op.Compares() && name != "name" && name != "resourcefilter" && listAsText.MatchString(t.text.Value) && !strings.Contains(t.text.Value, "=") {
				p.Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("%q is compared as one value", t.text.Value),
					Detail:  "There are no lists of values. Compare with each value and join the comparisons with `or`.",
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0420", Title: "value with a space at its beginning or end", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Doc: Doc{
		What:   "A value begins or ends with a space.",
		Wrong:  []string{`App_*: user.group = "Sales "`},
		Right:  []string{`App_*: user.group = "Sales"`},
		Why:    "Comparisons include spaces, but directories trim them. The comparison is rarely true.",
		Source: "Experience with copied values.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if trimmed := strings.TrimSpace(t.text.Value); trimmed != t.text.Value && trimmed != "" {
				p.Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("the value %q has a space at its beginning or end", t.text.Value),
					Detail:  "Comparisons include spaces. Remove the space unless the data of the site has it.",
					Fix:     Replace("remove the space", t.text.Range, quote(trimmed)),
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0421", Title: "like without a wildcard", Category: Bug, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "`like` compares with a pattern that has no `*`.",
		Wrong:  []string{`App_*: user.group like "Sales"`},
		Right:  []string{`App_*: user.group = "Sales"`, `App_*: user.group like "Sales*"`},
		Why:    "Without a wildcard `like` is `=`. Either the star is missing, or `=` is clearer.",
		Source: "Qlik help, operators of security rules; published rule r311.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if t.node.Op.Wildcards() && !strings.ContainsAny(t.text.Value, `*?\`) && t.text.Value != "" {
				p.Node(t.node, Finding{
					Summary: fmt.Sprintf("the pattern %q has no wildcard", t.text.Value),
					Detail:  "Without a wildcard, like is the same as =. Write =, or add the missing star.",
					Fix:     Replace("write =", t.node.OpRange, "="),
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0422", Title: "pattern that only asks for presence", Category: Bug, Level: diag.Info, Fix: Automatic, Disabled: true,
	Doc: Doc{
		What:   "`like \"*\"` is true for every value.",
		Wrong:  []string{`App_*: user.group = resource.@group and user.email like "*"`},
		Right:  []string{`App_*: user.group = resource.@group and !user.email.Empty()`},
		Why:    "The pattern only tests whether there is a value. `!….Empty()` is clearer.",
		Source: "Published rules.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if t.node.Op.Wildcards() && t.text.Value != "" && strings.Trim(t.text.Value, "*") == "" {
				p.Node(t.node, Finding{
					Summary: fmt.Sprintf("the pattern %q only tests whether there is a value", t.text.Value),
					Detail:  "Write !….Empty() if this is intended, or the intended pattern.",
					Fix:     Replace("ask for presence", t.node.Span(), "!"+t.path.String()+".Empty()"),
				})
			}
		})
	},
})

// adminRoles are Qlik's administrator roles.
var adminRoles = []string{"RootAdmin", "AuditAdmin", "ContentAdmin", "DeploymentAdmin", "SecurityAdmin", "HubAdmin"}

// AdminRoles returns Qlik's administrator roles.
func AdminRoles() []string { return slices.Clone(adminRoles) }

var _ = New(Lint{
	Code: "Q0423", Title: "directory attribute role instead of administrator role", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Doc: Doc{
		What:  "`user.role` is compared with the name of an administrator role.",
		Wrong: []string{`App_*: user.role = "ContentAdmin"`},
		Right: []string{`App_*: user.roles = "ContentAdmin"`, `App_*: user.role = "Manager"`},
		Why: "`user.roles` are the administrator roles of Qlik Sense. `user.role` is a directory attribute, which does not contain " +
			"these roles. The rule grants nothing, or grants access to everybody who can set the attribute.",
		Source: "Qlik help, security rule properties.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if t.path.Root == "user" && len(t.path.Segments) == 1 && last(t.path) == "role" && slices.ContainsFunc(adminRoles, func(r string) bool { return strings.EqualFold(r, t.text.Value) }) {
				p.Node(t.node, Finding{
					Summary: fmt.Sprintf("user.role is a directory attribute, and %s is an administrator role", t.text.Value),
					Detail:  "The administrator roles are in user.roles.",
					Fix:     Replace("test the administrator roles", t.path.Range, "user.roles"),
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0425", Title: "comparison with the empty value", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true, Product: true,
	Doc: Doc{
		What:   "A property is compared with `\"\"`.",
		Wrong:  []string{`App_*: user.group = "A" and resource.@team = ""`, `App_*: user.group = "A" and user.email != ""`},
		Right:  []string{`App_*: user.group = "A" and resource.@team.Empty()`},
		Why:    "A missing value is not the empty text: `= \"\"` is false and `!= \"\"` is true when there is no value. Ask with `.Empty()`.",
		Source: "Qlik Community m-p/1543548.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if t.text.Value != "" || !t.node.Op.Compares() {
				return
			}
			f := Finding{
				Summary: `= "" is false even if there is no value`,
				Detail:  "A missing value is not the empty string. Use .Empty().",
				Fix:     Replace("ask whether there is a value", t.node.Span(), t.path.String()+".Empty()"),
			}
			if t.node.Op.Inequality() {
				f.Summary = `!= "" is true even if there is no value`
				f.Fix = Replace("ask whether there is a value", t.node.Span(), "!"+t.path.String()+".Empty()")
			}
			p.Node(t.node, f)
		})
	},
})

var _ = New(Lint{
	Code: "Q0426", Title: "exact comparison with another case", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true, Scope: PerSet,
	Doc: Doc{
		What:   "`==` or `!==` compares with a value that has a different case in other rules, in the product or on the site.",
		Wrong:  []string{`App_*: user.roles == "rootadmin"`, "App_*: user.group == \"sales\"\nApp_*: user.group = \"Sales\""},
		Right:  []string{`App_*: user.roles == "RootAdmin"`, `App_*: user.roles = "rootadmin"`},
		Why:    "`==` and `!==` are case-sensitive. Use `=`, or write the value in the correct case.",
		Source: "Qlik help, operators of security rules.",
	},
	Check: func(p *Pass) {
		spelling := map[string]string{}
		note := func(key, value string) {
			if _, ok := spelling[key+"\x00"+fold(value)]; !ok {
				spelling[key+"\x00"+fold(value)] = value
			}
		}
		for _, role := range adminRoles {
			note("user.roles", role)
		}
		for _, r := range p.Rules {
			r.tests(func(t test) {
				if t.node.Op.Equality() && !t.node.Op.Exact() {
					note(t.key(), t.text.Value)
				}
			})
		}
		for _, r := range p.Rules {
			r.tests(func(t test) {
				known, ok := spelling[t.key()+"\x00"+fold(t.text.Value)]
				if !t.node.Op.Exact() || !ok || known == t.text.Value {
					return
				}
				p.On(r).Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("%s is case-sensitive, and elsewhere the value is %q", t.node.Op, known),
					Detail:  "Write = or !=, which ignore case, or correct the value.",
					Fix:     Replace("write the value as elsewhere", t.text.Range, quote(known)),
				})
			})
		}
	},
})

// booleans are properties that hold true or false.
var booleans = []string{"published", "approved", "iscentral"}

var _ = New(Lint{
	Code: "Q0427", Title: "boolean compared with another value", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Doc: Doc{
		What:   "A property with the values `true` and `false` is compared with another value.",
		Wrong:  []string{`App.Object_*: user.group = "A" and resource.published = "yes"`, `App.Object_*: user.group = "A" and resource.published = "1"`},
		Right:  []string{`App.Object_*: user.group = "A" and resource.published = "true"`},
		Why:    "An equality is never true, and an inequality is always true.",
		Source: "Shipped rules write `\"true\"` and `\"false\"`.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			if v := strings.ToLower(t.text.Value); !slices.Contains(booleans, last(t.path)) || v == "true" || v == "false" || t.node.Op.Pattern() {
				return
			}
			f := Finding{
				Summary: fmt.Sprintf("%s is true or false, never %q", t.path, t.text.Value),
				Detail:  `Write "true" or "false".`,
			}
			switch strings.ToLower(t.text.Value) {
			case "yes", "1", "y":
				f.Fix = Replace("write true", t.text.Range, `"true"`)
			case "no", "0", "n":
				f.Fix = Replace("write false", t.text.Range, `"false"`)
			}
			p.Range(t.text.Range, f)
		})
	},
})

// closedValues are properties with a known set of values.
var closedValues = map[string][]string{
	"resource.objecttype": {
		"sheet", "story", "bookmark", "snapshot", "embeddedsnapshot", "hiddenbookmark", "userstate", "app_appscript", "loadmodel", "masterobject", "measure",
		"dimension", "appprops", "qix_app_properties", "slide", "slideitem", "variable", "colormap", "odagapplink", "alertbookmark", "genericvariableentry",
	},
	"resource.category": {"Security", "License", "Sync"},
}

var _ = New(Lint{
	Code: "Q0428", Title: "misspelled value of a property with known values", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Doc: Doc{
		What:   "`objectType`, `category` or `resourcetype` is compared with a value that is similar to an existing one.",
		Wrong:  []string{`App.Object_*: user.group = "A" and resource.objectType = "sheets"`, `App*: user.group = "A" and resource.resourcetype = "App.Objects"`},
		Right:  []string{`App.Object_*: user.group = "A" and resource.objectType = "sheet"`},
		Why:    "An equality is never true, so the branch grants nothing. An inequality excludes nothing.",
		Source: "Mistakes in published rules.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			known := closedValues[t.key()]
			if last(t.path) == "resourcetype" {
				known = nil
				for _, typ := range p.Options.Schema.Types() {
					known = append(known, typ.Name)
				}
			}
			if known == nil || t.node.Op.Pattern() || slices.ContainsFunc(known, func(v string) bool { return fold(v) == fold(t.text.Value) }) {
				return
			}
			if near, ok := diag.Suggest(t.text.Value, known); ok {
				p.Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("%s has no value %q; did you mean %q?", t.path, t.text.Value, near),
					Detail:  "A value that does not exist is never equal to anything.",
					Fix:     Replace("write "+near, t.text.Range, quote(near)),
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q0429", Title: "name tested on several types", Category: Bug, Level: diag.Warning, Disabled: true,
	Doc: Doc{
		What:  "`resource.name` is tested for two or more types at once.",
		Wrong: []string{`Stream_*,DataConnection_*: user.group = "A" and resource.name = "Finance"`, `App*: resource.name = user.group`},
		Right: []string{`Stream_*: user.group = "A" and resource.name = "Finance"`, `App*: user.group = "A" and resource.resourcetype = "App" and resource.name = "Finance"`},
		Why: "Apps, sheets and data connections can have the same name. The rule then also grants access to a sheet or connection " +
			"with that name. Test the type as well, or use one type in the filter.",
		Source: "Pitfall in community answers; a rule of a real site.",
	},
	Check: func(p *Pass) {
		var at condition.Node
		var types []string
		for _, s := range p.Rule.Scopes {
			reads := false
			ir.Visit(s.Condition, func(a ir.Atom, negated bool) {
				reads = reads || !negated && slices.ContainsFunc(valuesOf(a), func(v ir.Value) bool { return v.Key() == "resource.name" })
			})
			if reads && s.InSchema && !s.Type.Transient {
				types = append(types, s.Type.Name)
			}
		}
		if len(types) < 2 {
			return
		}
		p.Rule.paths(func(path *condition.Path, n condition.Node) {
			if at == nil && fold(path.String()) == "resource.name" {
				at = n
			}
		})
		if at == nil {
			return
		}
		if len(types) > 3 {
			types = append(types[:2:2], fmt.Sprintf("%d other types", len(types)-2))
		}
		p.Node(at, Finding{
			Summary: fmt.Sprintf("the name is tested for %s at once", listed(types, "and")),
			Detail:  "The rule matches every resource with this name, of any type. Test resource.resourcetype as well, or use one type in the filter.",
		})
	},
})

var _ = New(Lint{
	Code: "Q0430", Title: "custom property of the parent read on the wrong type", Category: Bug, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Supersedes: []diag.Code{"Q0404", "Q0416"},
	Doc: Doc{
		What:  "A custom property is read on a type that cannot have one, such as a sheet. Its parent can have it.",
		Wrong: []string{`App.Object_*: user.group = resource.@group`, `App*: user.group = resource.@group or resource.@group.Empty()`},
		Right: []string{`App.Object_*: user.group = resource.app.@group`, `App*: resource.resourcetype = "App" and user.group = resource.@group`},
		Why: "Sheets and other app objects have no custom properties: `resource.@group` is empty for them, nothing equals it, and `.Empty()` " +
			"is true for all of them. Read the property on the app.",
		Source: "Qlik help, custom properties; published rules r204 and r205.",
	},
	Check: func(p *Pass) {
		p.Rule.paths(func(path *condition.Path, n condition.Node) {
			if path.Root != "resource" || len(path.Segments) != 1 || !path.Segments[0].Custom {
				return
			}
			for _, s := range p.Rule.Scopes {
				relation := parentWithCustom(p.Set, s)
				if relation == "" || s.Type.Custom || !p.Rule.reachable(n, s) {
					continue
				}
				p.Range(path.Range, Finding{
					Summary: fmt.Sprintf("%s has no custom properties, so @%s is always empty", s.Type.Name, path.Segments[0].Name),
					Detail:  fmt.Sprintf("The %s that it belongs to can have it: read resource.%[1]s.@%s.", relation, path.Segments[0].Name),
					Fix:     Replace("read the property on the "+relation, path.Range, fmt.Sprintf("resource.%s.@%s", relation, path.Segments[0].Name)),
				})
				return
			}
		})
	},
})

// parentWithCustom returns the relation from a scope's type to a type that can have custom
// properties and is not a user, or "".
func parentWithCustom(set *Set, s scope) string {
	for _, name := range []string{"app", "stream"} {
		if r, ok := s.Type.Relations[name]; ok && set.Options.Schema.Lookup(r.Target).Custom {
			return r.Name
		}
	}
	return ""
}

// reachable reports whether no other operand makes a node irrelevant in a scope: false in an
// and, or true in an or.
func (r *Rule) reachable(n condition.Node, s scope) bool {
	for above := r.Parent(n); above != nil; n, above = above, r.Parent(above) {
		for _, o := range children(above) {
			if o == n {
				continue
			}
			switch above.(type) {
			case *condition.And:
				if ir.IsFalse(s.Parts[o]) {
					return false
				}
			case *condition.Or:
				if ir.IsTrue(s.Parts[o]) {
					return false
				}
			case *condition.Not, *condition.Bool, *condition.Comparison, *condition.Call:
			}
		}
	}
	return true
}

var _ = New(Lint{
	Code: "Q0433", Title: "create depends on properties that do not exist yet", Category: Bug, Level: diag.Warning, Disabled: true,
	Doc: Doc{
		What:  "A rule for Create tests that the new resource is published or approved, its id, or a right on it.",
		Wrong: []string{`App.Object_* create: user.group = "A" and resource.published = "true"`, `App_* create: user.group = "A" and resource.HasPrivilege("read")`},
		Right: []string{`App.Object_* create: user.group = "A" and resource.app.HasPrivilege("read")`, `App_* create: user.group = "A"`},
		Why: "A resource that is being created has no id and is not published, and nobody has a right on it. The shipped rules for " +
			"Create test the parent and the user.",
		Source: "Default rules for Create of the product.",
	},
	Check: func(p *Pass) {
		if list := p.Rule.Actions.List(); len(list) != 1 || list[0] != ruleset.CreateAction {
			return
		}
		p.Rule.positive(func(n condition.Node, a ir.Atom) {
			late := ""
			switch a := a.(type) {
			case ir.Privilege:
				if a.Entities.IsRoot() {
					late = "nobody has a right on it"
				}
			case ir.OneOf:
				switch {
				case a.Value.Key() == "resource.id":
					late = "it has no id"
				case a.Value.Key() == "resource.published" && slices.Contains(a.Strings, "true"):
					late = "it is not published"
				case a.Value.Key() == "resource.approved" && slices.Contains(a.Strings, "true"):
					late = "it is not approved"
				}
			case ir.Anonymous, ir.Common, ir.CommonEntity, ir.Exists, ir.From, ir.Identical, ir.IdenticalEntity, ir.Like, ir.Matches, ir.Present: // other tests can be true
			}
			if late != "" {
				p.Node(n, Finding{
					Summary: "while a resource is created " + late,
					Detail:  "The test is never true for Create. Test the parent, such as resource.app.HasPrivilege(\"read\"), or the user.",
				})
			}
		})
	},
})

// appliesTo lists the types of the actions that only some types have.
var appliesTo = map[ruleset.Action][]string{
	ruleset.ChangeRoleAction: {"user"}, ruleset.ExportDataAction: {"app"}, ruleset.OfflineAccessAction: {"app"}, ruleset.DistributeAction: {"app"}, ruleset.DuplicateAction: {"app"},
	ruleset.ApproveAction: {"app.object"}, ruleset.ExportAction: {"app"},
}

var _ = New(Lint{
	Code: "Q0435", Title: "action that the type does not have", Category: Bug, Level: diag.Warning, Disabled: true,
	Doc: Doc{
		What:   "The rule grants an action that no type of its filter has.",
		Wrong:  []string{`Stream_* read duplicate: user.group = "A"`, `App_* read changerole: user.group = "A"`},
		Right:  []string{`App_* read duplicate: user.group = "A" and !resource.stream.Empty()`, `User_* read changerole: user.roles = "SecurityAdmin"`},
		Why:    "The product never checks this action on these types. The QMC still shows it, so readers may believe that the rule grants something.",
		Source: "Qlik help, available actions by resource type.",
	},
	Check: func(p *Pass) {
		if hasAll(p.Rule, ruleset.CreateAction, ruleset.ReadAction, ruleset.UpdateAction, ruleset.DeleteAction, ruleset.ExportAction, ruleset.PublishAction, ruleset.ChangeOwnerAction) || len(p.Rule.Scopes) == 0 {
			return // a mask for everything
		}
		var useless []string
		for _, action := range p.Rule.Actions.List() {
			types, limited := appliesTo[action]
			if limited && !slices.ContainsFunc(p.Rule.Scopes, func(s scope) bool { return slices.Contains(types, s.Key) }) {
				useless = append(useless, action.Name())
			}
		}
		if len(useless) == 0 {
			return
		}
		p.Filter(diag.Range{End: len(p.Rule.FilterText().Content)}, Finding{
			Summary: fmt.Sprintf("no type of the filter has the action %s", listed(useless, "or")),
			Detail:  "Remove the action, or name the intended type in the filter.",
		})
	},
})

var _ = New(Lint{
	Code: "Q0484", Title: "request context spelled with a space", Category: Portability, Level: diag.Warning, Fix: Suggested, Disabled: true,
	Supersedes: []diag.Code{"Q0442"},
	Doc: Doc{
		What:  "`user.environment.context` is compared with a value that the product does not send.",
		Wrong: []string{`App_*: user.group = "A" and user.environment.context = "Management Access"`},
		Right: []string{`App_*: user.group = "A" and user.environment.context = "ManagementAccess"`},
		Why: "The product sends `ManagementAccess` and `AppAccess`, without a space. One page of the help has a space; a rule " +
			"copied from there never grants.",
		Source: "Qlik help, security rule properties; header log of the product.",
	},
	Check: func(p *Pass) {
		p.Rule.tests(func(t test) {
			meant := strings.ReplaceAll(t.text.Value, " ", "")
			if t.key() == "user.environment.context" && meant != t.text.Value && (strings.EqualFold(meant, "ManagementAccess") || strings.EqualFold(meant, "AppAccess")) {
				p.Range(t.text.Range, Finding{
					Summary: fmt.Sprintf("the product sends %s, not %q", meant, t.text.Value),
					Detail:  "The comparison is never true. Write the value without the space.",
					Fix:     Replace("write "+meant, t.text.Range, quote(meant)),
				})
			}
		})
	},
})
