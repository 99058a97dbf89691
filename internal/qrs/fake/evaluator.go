package fake

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// evaluation is the evaluator of one version of the store.
type evaluation struct {
	version   int
	site      *snapshot.Site
	evaluator *evaluate.Evaluator
	rules     map[string]ruleset.Rule
}

// judge returns the evaluator of the current entities.
func (s *Store) judge() (*evaluation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.evaluation != nil && s.evaluation.version == s.version {
		return s.evaluation, nil
	}
	dir, err := os.MkdirTemp("", "qlik2rego-site-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // temporary
	j := &evaluation{version: s.version, rules: map[string]ruleset.Rule{}}
	for name, c := range s.collections {
		if c.synthetic != nil || len(c.items) == 0 {
			continue
		}
		raw := make([]json.RawMessage, len(c.items))
		for i, e := range c.items {
			raw[i] = e.raw
		}
		data := encode(raw)
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, "/", ".")+".json"), data, 0o600); err != nil {
			return nil, err
		}
		if name == "systemrule" {
			rules, _ := ruleset.Decode("systemrule.json", data) // a rule with errors grants nothing
			for _, r := range rules {
				j.rules[schema.Fold(r.ID)] = r
			}
		}
	}
	open, _ := snapshot.Open(dir, nil)
	j.site, _ = open.Load(nil)
	var rules []ruleset.Rule
	for _, e := range s.collection("systemrule").items {
		if r, ok := j.rules[schema.Fold(e.id)]; ok {
			rules = append(rules, r)
		}
	}
	j.evaluator, _ = evaluate.New(rules, j.site, s.reading)
	s.evaluation = j
	return j, nil
}

// readAction is the action that lists need.
var readAction, _ = ruleset.ParseAction("read")

// full reports whether the caller is a service account, which may do everything.
func (c *call) full() bool {
	directory, user, _ := strings.Cut(strings.ToLower(c.login), `\`)
	return directory == "internal" && strings.HasPrefix(user, "sa_")
}

// subject returns the caller as an entity, nil if the user is unknown.
func (c *call) subject(j *evaluation) *snapshot.Entity {
	return j.site.Users[schema.Fold(c.login)]
}

// reader returns whether the caller may read an entity of a type.
func (c *call) reader(typ string) func(*entity) bool {
	if c.full() {
		return func(*entity) bool { return true }
	}
	j, err := c.Store.judge()
	if err != nil {
		return func(*entity) bool { return false }
	}
	user := c.subject(j)
	return func(e *entity) bool {
		resource := j.site.Records[schema.Fold(typ)][schema.Fold(e.id)]
		if user == nil || resource == nil {
			return false
		}
		return j.rights(user, resource, c.context, nil).Has(readAction)
	}
}

// may reports whether the caller may perform an action on an entity of a type, which need not
// exist.
func (c *call) may(action, typ string, fields object) bool {
	if c.full() {
		return true
	}
	j, err := c.Store.judge()
	if err != nil {
		return false
	}
	id, _ := fields["id"].(string)
	if id == "" {
		id = "new"
	}
	context := object{}
	if c.context != "" {
		context["request_context"] = c.context
	}
	return j.evaluator.Decide(encode(object{
		"subject":  object{"type": "user", "id": c.login},
		"action":   object{"name": action},
		"resource": object{"type": typ, "id": id, "properties": fields},
		"context":  context,
	})).Allow
}

// rights returns the actions of a user on a resource.
func (j *evaluation) rights(user, resource *snapshot.Entity, context string, environment map[string][]string) ruleset.Actions {
	d := j.evaluator.Answer(evaluate.Question{Subject: user, Resource: resource, Context: context, Environment: environment})
	var mask ruleset.Actions
	for _, name := range d.Actions {
		if a, ok := ruleset.ParseAction(name); ok {
			mask |= ruleset.Actions(a)
		}
	}
	return mask
}
