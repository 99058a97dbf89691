package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// The lints of this file are about rules of the categories License and Sync.

const licensePages = "Qlik Admin Playbook, license_maintenance.md; Qlik help, licence rules."

// license reports whether the rule allocates licences, and sync whether it places
// apps on nodes.
func (r *Rule) license() bool { return r.Category == ruleset.License && !r.Disabled }
func (r *Rule) sync() bool    { return r.Category == ruleset.Sync && !r.Disabled }

var _ = New(Lint{
	Code: "Q1001", Title: "licence for everybody", Category: License, Level: diag.Warning,
	Supersedes: []diag.Code{"Q0422", "Q0415", "Q0450"},
	Doc: Doc{
		What:  "A licence rule matches every user.",
		Wrong: []string{`License.ProfessionalAccessGroup_1 License: user.name like "*"`, `License.AnalyzerAccessGroup_1 License: true`},
		Right: []string{`License.ProfessionalAccessGroup_1 License: user.group = "Qlik_Professional"`},
		Why: "Every user that opens the hub gets a licence, including technical accounts and former employees, until none is left. " +
			"Name the group that should have a licence.",
		Source: licensePages,
	},
	Check: func(p *Pass) {
		if !p.Rule.license() {
			return
		}
		for _, s := range p.Rule.Scopes {
			if never(ir.Not(plainly(s.Condition))) {
				p.Whole(Finding{
					Summary: "every user gets a licence through this rule",
					Detail:  "Name the group of users that should have one.",
				})
				return
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q1002", Title: "licence rule that excludes a role by an inequality", Category: License, Level: diag.Warning, Fix: Suggested,
	Supersedes: []diag.Code{"Q0402"},
	Doc: Doc{
		What:  "A licence rule excludes users by `user.roles != …` or another list.",
		Wrong: []string{`License.AnalyzerTimeAccessType_1 License: user.roles != "RootAdmin"`},
		Right: []string{`License.AnalyzerTimeAccessType_1 License: !(user.roles = "RootAdmin")`},
		Why: "`!=` on a list is true if one value differs. An administrator with a second role therefore still gets the licence. " +
			"Negate the equality instead. An article of the vendor contains this mistake.",
		Source: "Qlik support article ta-p/2474742.",
	},
	Check: func(p *Pass) {
		if !p.Rule.license() {
			return
		}
		p.Rule.tests(func(t test) {
			many := last(t.path) == "roles" || t.path.Root == "user" && !slices.Contains([]string{"name", "userid", "userdirectory", "id"}, last(t.path))
			if t.node.Op.Inequality() && many {
				p.Node(t.node, Finding{
					Summary: fmt.Sprintf("a user with %q and another value also gets the licence", t.text.Value),
					Detail:  "!= is true if one value of the list differs. Negate the equality.",
					Fix:     Replace("negate the equality", t.node.Span(), fmt.Sprintf("!(%s = %s)", t.path, quote(t.text.Value))),
				})
			}
		})
	},
})

var _ = New(Lint{
	Code: "Q1005", Title: "licence rule with another context or action", Category: License, Level: diag.Info,
	Doc: Doc{
		What:   "A licence rule does not have the context of the hub, or has other actions than “Allow access”.",
		Wrong:  []string{`License.AnalyzerAccessGroup_1 License qmc: user.group = "A"`},
		Right:  []string{`License.AnalyzerAccessGroup_1 License: user.group = "A"`},
		Why:    "A user gets a licence when opening the hub, through action 1. A rule with other values was probably created by a script and may not work.",
		Source: "Licence rules of real exports.",
	},
	Check: func(p *Pass) {
		if p.Rule.license() && (p.Rule.Context != ruleset.Hub || p.Rule.Actions != ruleset.AllowAccess) {
			p.Whole(Finding{
				Summary: fmt.Sprintf("the licence rule has the context %s and the actions %d", p.Rule.Context, p.Rule.Actions),
				Detail:  "The QMC writes the context 1 (hub) and the action 1 (allow access).",
			})
		}
	},
})

var _ = New(Lint{
	Code: "Q1006", Title: "default load balancing rule next to a rule that pins apps", Category: License, Level: diag.Warning, Scope: PerSet,
	Doc: Doc{
		What:   "A custom load balancing rule chooses nodes, and the default rule that puts every app on every node is enabled.",
		Wrong:  []string{"\"ResourcesOnNonCentralNodes\" App_* Sync Default: node.iscentral = \"false\"\n\"Affinity\" App_* Sync: node.@NodeType = resource.@NodeType"},
		Right:  []string{"\"ResourcesOnNonCentralNodes\" App_* Sync Default disabled: node.iscentral = \"false\"\n\"Affinity\" App_* Sync: node.@NodeType = resource.@NodeType"},
		Why:    "Rules only add nodes. While the default rule is enabled, every app can be opened on every node.",
		Source: "Qlik Admin Playbook, review_pinning_load_balancing.md: disable ResourcesOnNonCentralNodes.",
	},
	Check: func(p *Pass) {
		var all *Rule
		for _, r := range p.Rules {
			if r.sync() && r.Product() && r.Has(ruleset.CreateAction) && strings.EqualFold(r.Name, "ResourcesOnNonCentralNodes") {
				all = r
			}
		}
		for _, r := range p.Rules {
			if all != nil && r.sync() && !r.Product() && r.Has(ruleset.CreateAction) {
				p.On(r).Whole(Finding{
					Summary: "the default rule still puts every app on every node",
					Detail:  "Rules only add nodes, so this rule restricts nothing. Disable ResourcesOnNonCentralNodes.",
					Related: []diag.Related{See(all, "the default rule")},
				})
			}
		}
	},
})

var _ = New(Lint{
	Code: "Q1007", Title: "Empty() of a property that the type cannot have", Category: License, Level: diag.Warning, Scope: PerSite,
	Supersedes: []diag.Code{"Q0415", "Q0416"},
	Doc: Doc{
		What:  "A load balancing rule calls `.Empty()` on a custom property that the site does not define for the type. It is always true.",
		Wrong: []string{`App_* Sync: node.@Level = resource.stream.@Level or (node.@Level.Empty() and resource.@Level.Empty())`},
		Right: []string{`App_* Sync: node.@Level = resource.stream.@Level or (node.@Level.Empty() and resource.stream.@Level.Empty())`},
		Site:  `{"custompropertydefinition": [{"id": "00000000-0000-4000-8000-0000000000c1", "name": "Level", "choiceValues": ["Finance"], "objectTypes": ["Stream", "ServerNodeConfiguration"]}]}`,
		Why: "A property that the type does not have is always empty. The branch for unlabelled apps then matches all apps, which " +
			"can be opened on every unlabelled node.",
		Source: "Qlik Admin Playbook, review_pinning_load_balancing.md, scenario 3, which contains the mistake.",
	},
	Check: func(p *Pass) {
		definitions := p.Site.definitions()
		if definitions == nil {
			p.CannotRun("the snapshot has no definitions of custom properties (custompropertydefinition.json)")
			return
		}
		for _, r := range p.Rules {
			if !r.sync() {
				continue
			}
			condition.Walk(r.Tree, func(n condition.Node) bool {
				c, ok := n.(*condition.Call)
				if !ok || !c.Kind().Absence() {
					return true
				}
				for _, s := range r.Scopes {
					typ, name := emptyOf(s.Parts[n])
					d := definitions[name]
					if !s.Named || len(d.types) == 0 || slices.Contains(d.types, typ) {
						continue
					}
					p.On(r).Node(c, Finding{
						Summary: fmt.Sprintf("%s is always empty: the site does not define %s for the type", &c.Path, d.name),
						Detail:  "This branch matches everything that it should exclude. Read the property where it is defined, such as on the stream.",
					})
					break
				}
				return true
			})
		}
	},
})

// emptyOf returns the type and the name of the custom property of a resource that a test
// requires to be empty, "" for other tests.
func emptyOf(p ir.Predicate) (typ, name string) {
	not, ok := p.(ir.Negation)
	if !ok {
		return "", ""
	}
	present, ok := not.Term.(ir.Present)
	if !ok {
		return "", ""
	}
	property, ok := present.Value.(ir.Property)
	name, custom := strings.CutPrefix(property.Name, "@")
	if !ok || !custom || property.Of.Root != ir.Resource {
		return "", ""
	}
	return property.Of.Type(), name
}

var _ = New(Lint{
	Code: "Q1011", Title: "regular expressions over ids that leave a gap or overlap", Category: License, Level: diag.Warning, Scope: PerSet,
	Doc: Doc{
		What:   "Load balancing rules distribute apps by the first digit of their ids, and some digits are in none of the rules or in several.",
		Wrong:  []string{"App_* Sync: node.name = \"A\" and resource.id matches \"[0-7].*\"\nApp_* Sync: node.name = \"B\" and resource.id matches \"[9a-f].*\""},
		Right:  []string{"App_* Sync: node.name = \"A\" and resource.id matches \"[0-7].*\"\nApp_* Sync: node.name = \"B\" and resource.id matches \"[89a-f].*\""},
		Why:    "If no rule contains the digit, its apps open on none of these nodes. If several rules contain it, they open on several nodes.",
		Source: "Published rule r249; the vendor's article about distributing apps by id.",
	},
	Check: func(p *Pass) {
		var rules []*Rule
		covered := map[rune]int{}
		for _, r := range p.Rules {
			if !r.sync() || r.Product() {
				continue
			}
			r.tests(func(t test) {
				if !t.node.Op.Expression() || t.key() != "resource.id" || r.negated(t.node) {
					return
				}
				digits := firstDigits(t.text.Value)
				if len(digits) == 0 || len(digits) == 16 {
					return
				}
				rules = append(rules, r)
				for _, d := range digits {
					covered[d]++
				}
			})
		}
		if len(rules) < 2 {
			return
		}
		var gap, twice []string
		for _, d := range hexDigits {
			switch covered[d] {
			case 0:
				gap = append(gap, string(d))
			case 1:
			default:
				twice = append(twice, string(d))
			}
		}
		switch {
		case len(gap) > 0:
			p.On(rules[0]).Whole(Finding{
				Summary: "no rule places the apps whose ids begin with " + listed(gap, "or"),
				Detail:  "They open on none of these nodes. Complete the character classes of the rules.",
			})
		case len(twice) > 0:
			p.On(rules[0]).Whole(Finding{
				Summary: "several rules take the apps whose id begins with " + listed(twice, "or"),
				Detail:  "They open on several nodes. Make the character classes of the rules exclude each other.",
			})
		}
	},
})

const hexDigits = "0123456789abcdef"

// firstDigits returns the possible first hexadecimal digits of ids that match.
func firstDigits(expression string) []rune {
	var digits []rune
	for _, d := range hexDigits {
		for _, rest := range []string{"", strings.Repeat("0", 7) + "-0000-4000-8000-" + strings.Repeat("0", 12), "bc1d7a5-0000-4000-8000-000000000001"} {
			if matchesWhole(expression, string(d)+rest) {
				digits = append(digits, d)
				break
			}
		}
	}
	return digits
}

var _ = New(Lint{
	Code: "Q1003", Title: "user matches two kinds of licence", Category: License, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "A user of the snapshot matches licence rules of two kinds, such as professional and analyzer.",
		Wrong:  []string{"License.ProfessionalAccessGroup_1 License: user.group = \"Makers\"\nLicense.AnalyzerAccessGroup_2 License: user.group = \"Staff\""},
		Right:  []string{"License.ProfessionalAccessGroup_1 License: user.group = \"Makers\"\nLicense.AnalyzerAccessGroup_2 License: user.group = \"Staff\" and !(user.group = \"Makers\")"},
		Site:   `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": [], "attributes": [{"attributeType": "group", "attributeValue": "Makers"}, {"attributeType": "group", "attributeValue": "Staff"}]}]}`,
		Why:    "It is not documented which of the two the user gets. It may be the more expensive or the more limited one.",
		Source: "Qlik Community m-p/1635751.",
	},
	Check: func(p *Pass) {
		double := 0
		var first *snapshot.Entity
		var kinds []string
		for _, u := range p.Site.sorted("user") {
			if fit := p.kindsOf(u); len(fit) > 1 {
				double++
				if first == nil {
					first, kinds = u, fit
				}
			}
		}
		if first == nil {
			return
		}
		p.Nowhere(Finding{
			Summary: fmt.Sprintf("%s of licences: %s fits %s", several(double, "user fits two kinds", "users fit two kinds"), cmp.Or(first.Login(), first.ID), listed(kinds, "and")),
			Detail:  "It is not documented which kind the user gets. Exclude the users of one rule from the other.",
		})
	},
})

func several(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// kindsOf returns the kinds of licences that a user matches, in order.
func (s *Set) kindsOf(u *snapshot.Entity) []string {
	var kinds []string
	for _, r := range s.Rules {
		if !r.license() {
			continue
		}
		for _, sc := range r.Scopes {
			kind := kindOf(r)
			if kind != "" && !slices.Contains(kinds, kind) && s.Site.mayHold(sc.Condition, u, nil) {
				kinds = append(kinds, kind)
			}
		}
	}
	slices.Sort(kinds)
	return kinds
}

// kindOf returns the kind of licence that a rule assigns.
func kindOf(r *Rule) string {
	filter := fold(r.FilterText().Content)
	for _, kind := range []string{"professional", "analyzertime", "analyzer", "user", "login"} {
		if strings.Contains(filter, "license."+kind) {
			return strings.Replace(kind, "analyzertime", "capacity", 1)
		}
	}
	return ""
}

var _ = New(Lint{
	Code: "Q1004", Title: "licence rule for an access group that does not exist", Category: License, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "The filter of a licence rule names an access group that is not on record.",
		Wrong:  []string{`License.ProfessionalAccessGroup_00000000-0000-4000-8000-000000000009 License: user.group = "A"`},
		Right:  []string{`License.ProfessionalAccessGroup_00000000-0000-4000-8000-000000000001 License: user.group = "A"`},
		Site:   `{"license.professionalaccessgroup": [{"id": "00000000-0000-4000-8000-000000000001", "name": "Makers"}]}`,
		Why:    "The rule allocates nothing: the access group was deleted, or the rule was copied from another site.",
		Source: licensePages,
	},
	Check: func(p *Pass) {
		for _, r := range p.Rules {
			if !r.license() {
				continue
			}
			for _, item := range r.Rule.Filter.Items {
				key, id, split := strings.Cut(item.Text, "_")
				records := p.Site.Records[key]
				if split && !item.Prefix && len(records) > 0 && records[id] == nil {
					p.On(r).Filter(item.Range, Finding{
						Summary: "there is no access group with this id",
						Detail:  "The rule allocates nothing. Name an access group of this site, or delete the rule.",
					})
				}
			}
		}
	},
})

const placementSite = `{"servernodeconfiguration": [{"id": "n1", "name": "Central", "isCentral": true}, {"id": "n2", "name": "Sales node", "isCentral": false, "customProperties": [{"value": "Sales", "definition": {"name": "NodeType"}}]}, {"id": "n3", "name": "Second sales node", "isCentral": false, "customProperties": [{"value": "Sales", "definition": {"name": "NodeType"}}]}],
 "app": [{"id": "00000000-0000-4000-8000-000000000001", "name": "Budget", "customProperties": [{"value": "Sales", "definition": {"name": "NodeType"}}]}, {"id": "00000000-0000-4000-8000-000000000002", "name": "Plan", "customProperties": []}]}`

var _ = New(Lint{
	Code: "Q1008", Title: "app only on the central node", Category: License, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "The load balancing rules put an app only on the central node.",
		Wrong:  []string{`App_* Sync: node.@NodeType = resource.@NodeType`},
		Right:  []string{`App_* Sync: node.@NodeType = resource.@NodeType or resource.@NodeType.Empty()`},
		Site:   placementSite,
		Why:    "If the central node is not a load balancing node of the virtual proxy, as the vendor recommends, nobody can open the app.",
		Source: "Qlik Admin Playbook, review_pinning_load_balancing.md.",
	},
	Check: func(p *Pass) { p.placement(0) },
})

var _ = New(Lint{
	Code: "Q1009", Title: "app on only one node", Category: License, Level: diag.Info, Scope: PerSite,
	Doc: Doc{
		What:   "The load balancing rules put apps on exactly one node other than the central one.",
		Wrong:  []string{`App_* Sync: node.name = "Sales node"`},
		Right:  []string{`App_* Sync: node.isCentral = "false"`},
		Site:   placementSite,
		Why:    "If the node is down, nobody can open the app.",
		Source: "Qlik Admin Playbook, review_pinning_load_balancing.md.",
	},
	Check: func(p *Pass) { p.placement(1) },
})

// placement reports the apps that the rules place on the given number of nodes, not counting
// the central one.
func (p *Pass) placement(wanted int) {
	nodes := p.Site.sorted("servernodeconfiguration")
	other := slices.DeleteFunc(slices.Clone(nodes), isCentral)
	if len(other) <= wanted || !slices.ContainsFunc(p.Rules, (*Rule).sync) {
		return
	}
	n := 0
	var first *snapshot.Entity
	for _, app := range p.Site.sorted("app") {
		on := 0
		for _, node := range other {
			if p.opensOn(app, node) {
				on++
			}
		}
		if on == wanted {
			if n++; first == nil {
				first = app
			}
		}
	}
	if first == nil {
		return
	}
	where := map[int]string{0: "on no node but the central one", 1: "on one node only"}[wanted]
	p.Nowhere(Finding{
		Summary: fmt.Sprintf("%s %s, %q first", several(n, "app opens", "apps open"), where, first.Scalars["name"]),
		Detail:  "Label the apps, or add a rule for those without a label.",
	})
}

func isCentral(n *snapshot.Entity) bool {
	return slices.ContainsFunc(property(n, "iscentral"), func(v string) bool { return fold(v) == "true" })
}

// opensOn reports whether an enabled Sync rule places an app on a node.
func (s *Set) opensOn(app, node *snapshot.Entity) bool {
	for _, r := range s.Rules {
		if !r.sync() || !r.Has(ruleset.CreateAction) {
			continue
		}
		if sc := r.At("app"); sc != nil && s.Site.mayHoldAt(Grant(sc), nil, app, node) {
			return true
		}
	}
	return false
}

var _ = New(Lint{
	Code: "Q1010", Title: "node without apps", Category: License, Level: diag.Warning, Scope: PerSite,
	Doc: Doc{
		What:   "The load balancing rules put no app on a node.",
		Wrong:  []string{`App_* Sync: node.name = "Sales node"`},
		Right:  []string{`App_* Sync: node.isCentral = "false"`},
		Site:   placementSite,
		Why:    "The node is unused. Usually a label is missing or misspelt.",
		Source: "Qlik Admin Playbook, review_pinning_load_balancing.md.",
	},
	Check: func(p *Pass) {
		apps := p.Site.sorted("app")
		if len(apps) == 0 || !slices.ContainsFunc(p.Rules, (*Rule).sync) {
			return
		}
		var idle []string
		for _, node := range p.Site.sorted("servernodeconfiguration") {
			if !isCentral(node) && !slices.ContainsFunc(apps, func(app *snapshot.Entity) bool { return p.opensOn(app, node) }) {
				idle = append(idle, fmt.Sprintf("%q", node.Scalars["name"]))
			}
		}
		if len(idle) > 0 {
			p.Nowhere(Finding{
				Summary: "no load balancing rule puts an app on " + listed(idle, "or"),
				Detail:  "Check the labels of the nodes and of the apps.",
			})
		}
	},
})
