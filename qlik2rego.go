// Package qlik2rego compiles the security rules of a Qlik Sense site to Rego and decides,
// explains, audits and compares them.
//
// Load reads rules and, if there is one, a snapshot of the site. Rules.Diagnostics has their
// errors and warnings; rules with errors grant nothing. Rules.Compile writes an OPA bundle,
// Rules.Decider decides with the embedded engine, and Rules.Explain, Rules.Audit and Diff
// answer why, who, and what a change does.
//
// The functions do not write to the terminal, use no network and keep no global state.
// Until version 1.0 the API may change with a minor version; CHANGELOG.md says how.
// The packages below compiler, bundles and policies are stages of this API. They can be
// imported and change without notice.
package qlik2rego

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// ErrInvalid means that the rules or the snapshot have errors. Rules.Diagnostics lists them.
var ErrInvalid = errors.New("qlik2rego: the rules or the snapshot have errors")

// Options say what to read and how.
type Options struct {
	// Rules are files and directories of exports (GET /qrs/systemrule/full) and .qrule
	// files. If there are none, the rules of the snapshot are read.
	Rules []string
	// Source is an export to read instead of Rules, unless it is nil.
	Source io.Reader
	// Snapshot is a directory with a file per entity type (user.json, app.json …), as GET
	// /qrs/<type>/full returns them. It may be empty: then requests have to describe the
	// subject and the resource.
	Snapshot string
	// SkipInvalid leaves out rules with errors, as Qlik does. Otherwise one rule with an error
	// makes all methods except Diagnostics return ErrInvalid.
	SkipInvalid bool
	// ListInequalityAll reads x != "a" for a list as "no value equals". The default is "some
	// value differs". Qlik does not document which is correct.
	ListInequalityAll bool
	// AssumeEmpty are fields, as TYPE.FIELD such as "App.customProperties", that are treated as
	// empty although the snapshot does not have them. Without it, a rule that reads a field
	// that was not exported is the error Q0615.
	AssumeEmpty []string
}

// Rules is a set of rules and, if there is a snapshot, the site that they apply to. It is not
// safe for concurrent use; a Decider is.
type Rules struct{ w *workspace.Workspace }

// Load reads and compiles rules. Diagnostics reports errors in rules; the returned error is
// about Options and the context only.
func Load(ctx context.Context, o Options) (*Rules, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	from := workspace.Source{
		Rules: o.Rules, Snapshot: o.Snapshot,
		Options: compiler.Options{Schema: schema.Default(), SkipInvalid: o.SkipInvalid},
	}
	if o.ListInequalityAll {
		from.Options.ListInequality = resolve.All
	}
	for _, text := range o.AssumeEmpty {
		field, err := exportField(from.Options.Schema, text)
		if err != nil {
			return nil, err
		}
		from.Options.AssumeEmpty = append(from.Options.AssumeEmpty, field)
	}
	if o.Source != nil {
		if len(o.Rules) > 0 {
			return nil, errors.New("qlik2rego: Options.Rules and Options.Source exclude each other")
		}
		from.Rules, from.Stdin = []string{"-"}, o.Source
	}
	w, err := workspace.Open(from)
	if err != nil {
		return nil, fmt.Errorf("qlik2rego: %w", err)
	}
	return &Rules{w}, nil
}

// exportField parses the name TYPE.FIELD of an export's field.
func exportField(s *schema.Schema, text string) (schema.Field, error) {
	dot := strings.LastIndex(text, ".")
	if t, ok := s.Type(text[:max(dot, 0)]); ok {
		if f, ok := s.ExportField(t, text[dot+1:]); ok {
			return f, nil
		}
	}
	return schema.Field{}, fmt.Errorf("qlik2rego: Options.AssumeEmpty: %q is not TYPE.FIELD of an export, such as App.customProperties", text)
}

// Len returns the number of rules that were read, including those with errors.
func (r *Rules) Len() int { return r.w.Found() }

// Diagnostic is a finding about a rule or a file. It is an error, so that it can be
// returned as one.
type Diagnostic struct {
	// Code is stable, such as "Q0101"; docs/rules has a page for each.
	Code string
	// Severity is "error", "warning" or "info". A rule with an error grants nothing.
	Severity string
	Summary  string
	// Detail says what to do about it.
	Detail string
	// RuleID and RuleName are empty if the finding is not about a single rule.
	RuleID, RuleName string
	// File is the location of the finding; Line and Column count from 1 and are 0 if unknown.
	File         string
	Line, Column int
}

// Error returns the finding as "file:line:column: code: summary".
func (d Diagnostic) Error() string {
	text := d.Code + ": " + d.Summary
	if d.RuleName != "" {
		text = d.Code + ": rule " + d.RuleName + ": " + d.Summary
	}
	if d.File == "" {
		return text
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.File, d.Line, d.Column, text)
}

// Diagnostics returns the findings so far. Compile, Decider and the other methods read the
// snapshot and may add findings.
func (r *Rules) Diagnostics() []Diagnostic {
	list := make([]Diagnostic, 0, len(r.w.Diagnostics))
	for _, d := range r.w.Diagnostics {
		list = append(list, public(d))
	}
	return list
}

func public(d diag.Diagnostic) Diagnostic {
	p := Diagnostic{
		Code: string(d.Code), Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail,
		RuleID: d.Rule.ID, RuleName: d.Rule.Name,
	}
	if at, ok := d.Position(); ok {
		p.File, p.Line, p.Column = d.Text.File, at.Line, at.Column
	}
	return p
}

// Compile writes an OPA bundle, a gzipped tar archive, with the policy and the data of the
// snapshot that the rules read. The same input gives the same bytes. It returns the
// revision of the bundle, a hash of its content.
func (r *Rules) Compile(ctx context.Context, w io.Writer) (revision string, err error) {
	if r.w.Policy == nil {
		return "", ErrInvalid
	}
	manifest, err := bundles.Build(ctx, w, r.w.Policy, r.w.Data(), bundles.BuildOptions{})
	return manifest.Revision, invalid(err)
}

// invalid converts an error to one that callers of this package know.
func invalid(err error) error {
	if errors.Is(err, workspace.ErrBroken) {
		return ErrInvalid
	}
	return err
}
