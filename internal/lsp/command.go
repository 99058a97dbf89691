package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	explaintext "github.com/qlik2rego/qlik2rego/internal/audit/explain/text"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// The commands of the server. Each uses the rules as they are in the editor, and returns an
// object with the field text for people.
const (
	// explainCommand explains a decision about the site. Its argument is an AuthZEN access
	// evaluation request; the result contains the explanation too.
	explainCommand = "qlik2rego.server.explain"
	// diffCommand reports who gains and loses access compared with the rules in a file or
	// directory, its argument; the result contains the report too.
	diffCommand = "qlik2rego.server.diff"
	// auditCommand reports which users and resources each rule reaches on the site; it has no
	// argument.
	auditCommand = "qlik2rego.server.audit"
)

type executeParams struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}

// executeCommand runs a command of the server.
func (s *server) executeCommand(p executeParams) (any, error) {
	argument := ""
	switch p.Command {
	case explainCommand:
		argument = "an AuthZEN access evaluation request"
	case diffCommand:
		argument = "the path of the rules to compare with"
	case auditCommand:
	default:
		return nil, fmt.Errorf("the server does not know the command %s; it has %s, %s and %s", p.Command, explainCommand, diffCommand, auditCommand)
	}
	if argument != "" && len(p.Arguments) != 1 {
		return nil, fmt.Errorf("%s takes one argument, %s", p.Command, argument)
	}
	if p.Command != diffCommand && s.site.dir == "" {
		return nil, fmt.Errorf("there is no snapshot of the site: %s needs one", p.Command)
	}
	switch p.Command {
	case explainCommand:
		return s.explain(p.Arguments[0])
	case diffCommand:
		return s.diff(p.Arguments[0])
	}
	return s.audit(), nil
}

// source is the source from which the commands compile rules.
func (s *server) source() workspace.Source {
	return workspace.Source{Snapshot: s.site.dir, Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true}}
}

type explained struct {
	Text        string               `json:"text"`
	Explanation *explain.Explanation `json:"explanation"`
}

func (s *server) explain(request json.RawMessage) (any, error) {
	w := workspace.OfRules(s.allRules(), s.source())
	if w.Policy == nil {
		return nil, errors.New("the rules have errors, see the diagnostics")
	}
	x, err := w.Explainer(explain.Options{})
	if err != nil {
		return nil, err
	}
	result, err := x.Explain(request)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := (explaintext.Text{Columns: 100}).Render(&b, result); err != nil {
		return nil, err
	}
	return explained{b.String(), result}, nil
}

type diffed struct {
	Text   string             `json:"text"`
	Report *difference.Report `json:"report"`
}

func (s *server) diff(argument json.RawMessage) (any, error) {
	var path string
	if err := json.Unmarshal(argument, &path); err != nil {
		return nil, fmt.Errorf("%s takes one argument, the path of the rules to compare with: %w", diffCommand, err)
	}
	from := s.source()
	if s.root != "" && !filepath.IsAbs(path) {
		path = filepath.Join(s.root, path)
	}
	from.Rules = []string{path}
	old, err := workspace.Open(from)
	if err != nil {
		return nil, err
	}
	report, err := old.Compare(s.ctx, workspace.OfRules(s.allRules(), s.source()), difference.Input{})
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := (show.Text{}).Render(&b, report); err != nil {
		return nil, err
	}
	return diffed{b.String(), report}, nil
}

type audited struct {
	Text  string        `json:"text"`
	Rules []auditedRule `json:"rules"`
}

// auditedRule is the reach of a rule: users, resources, and rights only by this rule.
type auditedRule struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Users     int64  `json:"users"`
	Resources int64  `json:"resources"`
	Only      int64  `json:"rights_by_this_rule_alone"`
}

func (s *server) audit() audited {
	rules := s.allRules()
	reach := reachOf(s.ctx, rules, s.site)
	result := audited{Rules: []auditedRule{}}
	for i := range rules {
		if known, ok := reach[sameRule(&rules[i])]; ok {
			result.Rules = append(result.Rules, auditedRule{rules[i].ID, rules[i].Name, known.Subjects, known.Resources, known.Only})
		}
	}
	slices.SortStableFunc(result.Rules, func(a, b auditedRule) int { return strings.Compare(a.Name, b.Name) })
	for _, r := range result.Rules {
		result.Text += fmt.Sprintf("%s: %s, %s, %s only by this rule\n", r.Name, counted(r.Users, "user"), counted(r.Resources, "resource"), counted(r.Only, "right"))
	}
	return result
}
