package playground

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
)

// Question is a request from the page.
type Question struct {
	// Rules are the source texts, each a rule as a .qrule file or an export.
	Rules []string `json:"rules"`
	// Site is a JSON object: collections as returned by the repository service, by type.
	Site    string  `json:"site"`
	Request Request `json:"request"`
}

// Request is the request to decide. Without a user, nothing is decided.
type Request struct {
	User    string `json:"user"`
	Action  string `json:"action"`
	Type    string `json:"type"`
	ID      string `json:"id"`
	Context string `json:"context"`
}

// Answer is the data that the page shows.
type Answer struct {
	Findings []Finding `json:"findings"`
	// Modules are empty if no rule compiles.
	Modules []Module `json:"modules"`
	// Skipped are the names of the rules that were left out because of errors.
	Skipped []string `json:"skipped"`
	Users   []Choice `json:"users"`
	// Resources are the existing entities, users included.
	Resources []Choice `json:"resources"`
	Actions   []string `json:"actions"`
	// Explanation is null without a user, or if no decision was possible, in which case Failure
	// says why.
	Explanation *explain.Explanation `json:"explanation"`
	Failure     string               `json:"failure,omitempty"`
}

// Module is a generated Rego module.
type Module struct {
	Path   string `json:"path"`
	Source string `json:"source"`
}

// Choice is an existing entity.
type Choice struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Ask answers a question.
func Ask(q Question) Answer {
	a := Answer{Findings: []Finding{}, Modules: []Module{}, Skipped: []string{}, Users: []Choice{}, Resources: []Choice{}}
	for _, action := range ruleset.AllActions {
		a.Actions = append(a.Actions, action.Name())
	}
	rules, found := decode(q.Rules)
	site, inactive, problems := readSite(q.Site)
	a.Users, a.Resources = choices(site)
	policy, list := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	in := lint.Inputs{
		Rules: rules, Found: append(found, list...), Options: resolve.Options{Schema: schema.Default()},
		Site: lint.NewData(site, inactive),
	}
	var skipped []diag.Rule
	if policy != nil {
		in.Costs, skipped = policy.Costs(), policy.Skipped
		for _, m := range policy.Modules {
			a.Modules = append(a.Modules, Module{m.Path, m.Source})
		}
	}
	all := append(problems, lint.Run(in, nil).Findings...)
	a.Findings = findings(q, all)
	for _, r := range skipped {
		a.Skipped = append(a.Skipped, r.Name)
	}
	if q.Request.User == "" {
		return a
	}
	x := explain.New(rules, site, explain.Options{Skipped: skipped, Diagnostics: all, Proposals: 3})
	result, err := x.Explain(q.Request.json())
	if err != nil {
		a.Failure = err.Error()
		return a
	}
	a.Explanation = result
	return a
}

// decode parses the rules of all texts. Their positions refer to the text by its number.
func decode(texts []string) ([]ruleset.Rule, diag.List) {
	var rules []ruleset.Rule
	var found diag.List
	for i, text := range texts {
		more, list := ruleset.Decode(fmt.Sprintf("%d%s", i, extension), []byte(text))
		rules, found = append(rules, more...), append(found, list...)
	}
	return distinct(rules), found
}

// distinct removes rules with the id of an earlier one: the page lets people copy a rule, and
// two rules with one id are not a valid set.
func distinct(rules []ruleset.Rule) []ruleset.Rule {
	taken := map[string]bool{}
	return slices.DeleteFunc(rules, func(r ruleset.Rule) bool {
		key := schema.Fold(r.ID)
		again := taken[key]
		taken[key] = true
		return again
	})
}

// json is the request as an AuthZEN access evaluation request.
func (r Request) json() []byte {
	type object = map[string]any
	request := object{
		"subject":  object{"type": "user", "id": r.User},
		"action":   object{"name": r.Action},
		"resource": object{"type": r.Type, "id": r.ID},
	}
	if r.Context != "" {
		request["context"] = object{"request_context": r.Context}
	}
	text, err := json.Marshal(request)
	if err != nil {
		panic(err) // strings always marshal
	}
	return text
}

// Split returns the rules of an export, each as the text of a .qrule file, or the text
// itself if it is not an export or has errors.
func Split(text string) []string {
	if trimmed := strings.TrimSpace(text); !strings.HasPrefix(trimmed, "[") && !strings.HasPrefix(trimmed, "{") {
		return []string{text}
	}
	rules, found := ruleset.Decode("export.json", []byte(text))
	if len(rules) == 0 || found.HasErrors() {
		return []string{text}
	}
	var texts []string
	for i := range rules {
		texts = append(texts, string(rules[i].Format()))
	}
	return texts
}
