package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Guard checks, for the users of a site, that rules lock nobody out.
type Guard struct {
	// Site holds at least the users.
	Site *snapshot.Site
	// Inactive are the users who cannot log in, by case-folded DIR\id.
	Inactive map[string]bool
	// Protect are users, DIR\id, who must keep the rules of the QMC.
	Protect []string
	// Self is the user who applies the plan, DIR\id.
	Self string
}

// serviceDirectory is the directory of the repository's own accounts.
const serviceDirectory = "internal"

// Check returns the problems of a set of rules. If last is set, no write follows, and the user who
// applies the plan no longer needs access.
func (g Guard) Check(rules []ruleset.Rule, last bool) []string {
	e, _ := evaluate.New(rules, g.Site, evaluate.Options{}) // a rule with errors grants nothing
	var wrong []string
	if !g.anyone(e) {
		wrong = append(wrong, "no active user can read and update security rules in the QMC after the plan")
	}
	for _, login := range g.Protect {
		if user := g.Site.Users[schema.Fold(login)]; user == nil {
			wrong = append(wrong, fmt.Sprintf("the protected user %s is not on the site", login))
		} else if g.Inactive[schema.Fold(login)] || !managesRules(e, user) {
			wrong = append(wrong, fmt.Sprintf("the protected user %s cannot read and update security rules in the QMC after the plan", login))
		}
	}
	self := g.Site.Users[schema.Fold(g.Self)]
	if directory, _, _ := strings.Cut(schema.Fold(g.Self), `\`); !last && self != nil && directory != serviceDirectory && !managesRules(e, self) {
		wrong = append(wrong, fmt.Sprintf("%s, the user of apply, cannot update rules after the plan", g.Self))
	}
	if !slices.ContainsFunc(rules, isServiceRule) {
		wrong = append(wrong, "the plan deletes, changes or disables the rule of the service accounts")
	}
	return wrong
}

// anyone reports whether any active user who is not a service account manages rules.
func (g Guard) anyone(e *evaluate.Evaluator) bool {
	for _, user := range g.Site.Users {
		login := schema.Fold(user.Login())
		if !g.Inactive[login] && schema.Fold(user.Scalars["userdirectory"]) != serviceDirectory && managesRules(e, user) {
			return true
		}
	}
	return false
}

// managesRules reports whether a user can open the rules' section of the QMC and read and
// update a rule.
func managesRules(e *evaluate.Evaluator, user *snapshot.Entity) bool {
	section := &snapshot.Entity{Type: "transientobject", TypeName: "TransientObject", ID: "QmcSection_SystemRule", Scalars: map[string]string{
		"id": "QmcSection_SystemRule", "name": "QmcSection_SystemRule",
	}}
	rule := &snapshot.Entity{Type: "systemrule", TypeName: "SystemRule", ID: "any", Scalars: map[string]string{
		"id": "any", "name": "any", "category": "Security", "type": "Custom", "subcategory": "", "resourcefilter": "*",
	}}
	return may(e, user, section, "read") && may(e, user, rule, "read", "update")
}

func may(e *evaluate.Evaluator, user, resource *snapshot.Entity, actions ...string) bool {
	d := e.Answer(evaluate.Question{Subject: user, Resource: resource, Context: "qmc"})
	for _, a := range actions {
		if !slices.Contains(d.Actions, a) {
			return false
		}
	}
	return true
}

// isServiceRule reports whether a rule is the one that lets the services work.
func isServiceRule(r ruleset.Rule) bool {
	condition := strings.Join(strings.Fields(schema.Fold(r.Condition.Content)), " ")
	return !r.Disabled && r.Category == ruleset.Security && r.Context == ruleset.Both && strings.TrimSpace(r.Filter.Content) == "*" && r.Actions == ruleset.All &&
		strings.Contains(condition, `user.userdirectory = "internal"`) && strings.Contains(condition, `user.userid like "sa_*"`)
}

// CheckAll checks the rules after each write, and returns the problems with the write that causes
// them. Problems that exist before the first write do not count, unless a write adds to them.
func (g Guard) CheckAll(site Rules, changes []Change) ([]string, error) {
	before := g.Check(site.List(), false)
	var wrong []string
	for n := 1; n <= len(changes); n++ {
		rules, err := After(site, changes, n)
		if err != nil {
			return nil, err
		}
		for _, w := range g.Check(rules.List(), n == len(changes)) {
			if slices.Contains(before, w) || slices.ContainsFunc(wrong, func(known string) bool { return strings.HasSuffix(known, w) }) {
				continue
			}
			c := changes[n-1]
			wrong = append(wrong, fmt.Sprintf("after write %d of %d (%s %q): %s", n, len(changes), c.Op, c.Name, w))
		}
	}
	return wrong, nil
}
