package lsp

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// checks are known findings by the content of the rule: a rule that has not changed is not
// checked again, even if it has moved.
type checks struct {
	// live are the findings about single rules, lints those of the last background run, which
	// compares the rules of the directory.
	live, lints map[string]diag.List
}

// keyOf identifies the content and the file of a rule.
func keyOf(r *ruleset.Rule) string {
	return strings.Join([]string{
		r.Condition.File, r.ID, r.Name, r.Filter.Content, r.Condition.Content, fmt.Sprint(r.Actions, r.Category, r.Context, r.Disabled), r.Comment,
	}, "\x00")
}

// of returns the findings about a document.
func (s *server) of(d *document) diag.List {
	list := append(diag.List{}, d.found...)
	for i := range d.rules {
		r, problems := s.named(d.rules[i])
		list = append(list, problems...)
		key := keyOf(r)
		found, known := s.checks.lints[key]
		if !known {
			found, known = s.checks.live[key]
		}
		if !known {
			found = check(r)
			if s.checks.live == nil {
				s.checks.live = map[string]diag.List{}
			}
			s.checks.live[key] = found
		}
		for _, f := range found {
			list = append(list, moved(f, r))
		}
	}
	return list
}

// named returns a rule with names replaced by ids of the snapshot, and the errors in its names.
func (s *server) named(r ruleset.Rule) (*ruleset.Rule, diag.List) {
	resolved, problems, err := sitenames.Draft(s.ctx, r, s.site.source())
	if err != nil { // the snapshot cannot be read, which check reports
		return &r, nil
	}
	return &resolved, problems
}

// check returns the findings about a rule on its own.
func check(r *ruleset.Rule) diag.List {
	ref := diag.Rule{ID: r.ID, Name: r.Name}
	filter, list := ruleset.ParseFilter(r.Filter, ref)
	tree, found := condition.Parse(r.Condition, ref)
	list = append(append(list, filter.Check(schema.Default(), nil, r.Filter, ref)...), found...)
	if list.HasErrors() {
		return list
	}
	_, found = resolve.Resolve([]*resolve.Rule{{Rule: *r, Filter: filter, Tree: tree}}, resolve.Options{Schema: schema.Default()})
	return append(list, found...)
}

// moved returns a finding about a rule with its current position.
func moved(d diag.Diagnostic, r *ruleset.Rule) diag.Diagnostic {
	place := func(t *diag.Text) *diag.Text {
		switch {
		case t == nil:
			return nil
		case t.Label == "condition" && t.Content == r.Condition.Content:
			return r.Condition
		case t.Label == "resourceFilter" && t.Content == r.Filter.Content:
			return r.Filter
		}
		return t
	}
	d.Text = place(d.Text)
	if d.Fix != nil && d.Fix.Text != nil {
		fix := *d.Fix
		fix.Text = place(fix.Text)
		d.Fix = &fix
	}
	return d
}

// publish sends the findings about a document to the client.
func (s *server) publish(d *document) {
	params := publishParams{URI: d.uri, Version: d.version, Diagnostics: []diagnostic{}}
	for _, f := range s.of(d) {
		params.Diagnostics = append(params.Diagnostics, s.shown(d, f))
	}
	s.notify("textDocument/publishDiagnostics", params)
}

var severities = map[diag.Severity]int{diag.Error: severityError, diag.Warning: severityWarning, diag.Info: severityInformation}

// shown converts a finding to the protocol.
func (s *server) shown(d *document, f diag.Diagnostic) diagnostic {
	message := f.Summary
	if f.Detail != "" {
		message += "\n" + f.Detail
	}
	shown := diagnostic{
		Range: d.spanOf(f.Text, f.Subject), Severity: severities[f.Severity], Code: string(f.Code),
		CodeDescription: described(f.Code), Source: "qlik2rego", Message: message,
	}
	for _, r := range f.Related {
		if r.Text == nil || r.Text.Locate == nil {
			continue
		}
		other := s.byPath(r.Text.File)
		if other == nil {
			continue
		}
		shown.RelatedInformation = append(shown.RelatedInformation, related{
			Location: location{URI: other.uri, Range: other.spanOf(r.Text, r.Range)}, Message: r.Message,
		})
	}
	return shown
}

// described returns the link to the page of a code; findings about names of entities have none.
func described(code diag.Code) *codeDescription {
	if code == "" {
		return nil
	}
	return &codeDescription{code.URL()}
}

func (s *server) byPath(path string) *document {
	uri := uriOf(path)
	if d := s.docs[uri]; d != nil {
		return d
	}
	return s.closed[uri]
}

// maxRules is the number of rules above which the background run first lints the open rules on
// their own: linting all rules of a directory of a thousand takes seconds.
const maxRules = 200

// work starts the background run: lints over all rules, and the reach of rules on the site. A
// newer run replaces an older one.
func (s *server) work() {
	s.turn++
	turn, rules, site := s.turn, s.allRules(), s.site
	var open []ruleset.Rule
	for _, uri := range sortedKeys(s.docs) {
		open = append(open, s.rulesOf(s.docs[uri])...)
	}
	s.background.Add(1)
	go func() {
		defer s.background.Done()
		defer func() {
			if r := recover(); r != nil {
				s.log.Printf("the background run failed: %v\n%s", r, debug.Stack())
			}
		}()
		s.running.Lock() // one run at a time; of the waiting ones, only the newest continues
		defer s.running.Unlock()
		if !s.isNewest(turn) {
			return
		}
		if len(rules) > maxRules && len(open) <= maxRules {
			lints := lintAll(open, site)
			s.replace(turn, func() { s.checks.lints = lints })
		}
		reach, lints := reachOf(s.ctx, rules, site), lintAll(rules, site)
		s.replace(turn, func() {
			s.checks.lints, s.reach = lints, reach
			s.checks.live = nil // removes rules that no longer exist
			if s.refreshLens {
				_, _ = s.conn.DispatchCall(s.ctx, "workspace/codeLens/refresh", nil) // the client may have disconnected
			}
		})
	}()
}

// replace replaces the findings, unless a newer run was requested, and notifies the client.
func (s *server) replace(turn int, known func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if turn != s.turn || s.ctx.Err() != nil {
		return
	}
	known()
	for _, d := range s.docs {
		s.publish(d)
	}
}

// isNewest reports whether no background run was requested since a turn.
func (s *server) isNewest(turn int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return turn == s.turn && s.ctx.Err() == nil
}

// lintAll returns the findings of all lints about each rule, those of the compiler included.
func lintAll(rules []ruleset.Rule, site *site) map[string]diag.List {
	var found diag.List
	for i := range rules {
		found = append(found, check(&rules[i])...)
	}
	in := lint.Inputs{Rules: rules, Found: found, Options: resolve.Options{Schema: schema.Default()}}
	if site != nil && site.dir != "" {
		in.Site = lint.OpenData(site.dir, schema.Default())
	}
	byRule := map[diag.Rule][]string{}
	lists := map[string]diag.List{}
	for i := range rules {
		ref := diag.Rule{ID: rules[i].ID, Name: rules[i].Name}
		byRule[ref] = append(byRule[ref], keyOf(&rules[i]))
		lists[keyOf(&rules[i])] = nil
	}
	for _, f := range lint.Run(in, nil).Findings {
		for _, key := range byRule[f.Rule] {
			if f.Text == nil || strings.HasPrefix(key, f.Text.File+"\x00") {
				lists[key] = append(lists[key], f)
			}
		}
	}
	return lists
}
