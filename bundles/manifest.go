package bundles

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// The roots of the two halves of a bundle.
const (
	PolicyRoot = "qlik"
	DataRoot   = "site"
)

// The paths of the files of a bundle that describe it and do not affect decisions.
const (
	ManifestPath = ".manifest"
	// ViewPath is the path of the description of what the policy reads of a site.
	ViewPath = "qlik/view/data.json"
)

// Manifest is a bundle's .manifest, in OPA's form.
type Manifest struct {
	// Revision is a digest of the bundle's files and metadata, hexadecimal.
	Revision string   `json:"revision"`
	Roots    []string `json:"roots"`
	// RegoVersion is 1: the modules are in Rego v1.
	RegoVersion int      `json:"rego_version"`
	Metadata    Metadata `json:"metadata"`
}

// Metadata extends OPA's own fields of the manifest.
type Metadata struct {
	// Language is the version of docs/language.md for which the rules were compiled.
	Language string `json:"language"`
	// View is a digest of what the rules read of a site. It is the same in two bundles that
	// have the policy and its data.
	View string `json:"view"`
	// Requires are the roots whose data must come from other bundles: the site's root for a
	// policy whose data was compiled into a separate bundle. Without them the policy must not
	// decide.
	Requires []string `json:"requires,omitempty"`
	// Base is the revision that a delta changes; only a delta has one.
	Base string `json:"base,omitempty"`
	// Options are absent in a bundle of data.
	Options *Options `json:"options,omitempty"`
	// Counts, Skipped and Assumptions describe rules; they are absent in a bundle of data.
	Counts  *Counts   `json:"counts,omitempty"`
	Skipped []Skipped `json:"skipped,omitempty"`
	// Assumptions are the open points of the language that the meaning of rules depends on.
	Assumptions []Assumption `json:"assumptions,omitempty"`
	// Warnings list fields that rules read although the snapshot of the site does not have
	// them; they are absent in a bundle of policy only.
	Warnings []string `json:"warnings,omitempty"`
}

// Assumption is an open point of the language, with the rules whose meaning depends on it.
type Assumption struct {
	Point string    `json:"point"`
	Rules []RuleRef `json:"rules"`
}

// RuleRef names a rule.
type RuleRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Options are the options of the compilation, named as on the command line.
type Options struct {
	ListInequality    string `json:"list-inequality"`
	EntityText        string `json:"entity-text"`
	SessionAttributes string `json:"session-attributes"`
	Strict            bool   `json:"strict"`
	SkipInvalid       bool   `json:"skip-invalid"`
	// AssumeEmpty are fields that the site's export does not have and that are treated as
	// empty.
	AssumeEmpty []string `json:"assume-empty,omitempty"`
	// Schema is "default" or a digest of the schema.
	Schema string `json:"schema"`
}

// Counts are numbers of rules: all that were read, those that are disabled and those that were
// left out because of errors.
type Counts struct {
	Rules    int `json:"rules"`
	Disabled int `json:"disabled"`
	Skipped  int `json:"skipped"`
}

// Skipped names a rule that was left out because of errors.
type Skipped struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// language is the version of docs/language.md that the generated Rego and the library
// implement.
const language = "1"

func policyMetadata(p *compiler.Policy) Metadata {
	m := Metadata{
		Language: language,
		View:     digest(p.View),
		Options: &Options{
			ListInequality:    p.Options.ListInequality.String(),
			EntityText:        p.Options.EntityText.String(),
			SessionAttributes: p.Options.SessionAttributes.String(),
			Strict:            p.Options.Strict,
			SkipInvalid:       p.Options.SkipInvalid,
			Schema:            schemaName(p.Options.Schema),
		},
		Counts: &Counts{Rules: len(p.Catalogue), Skipped: len(p.Skipped)},
	}
	for _, f := range p.Options.AssumeEmpty {
		m.Options.AssumeEmpty = append(m.Options.AssumeEmpty, f.String())
	}
	for _, r := range p.Catalogue {
		if r.Disabled {
			m.Counts.Disabled++
		}
	}
	for _, r := range p.Skipped {
		m.Skipped = append(m.Skipped, Skipped{ID: r.ID, Name: r.Name})
	}
	slices.SortFunc(m.Skipped, func(a, b Skipped) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name)) })
	return m
}

func dataMetadata(p *compiler.Policy) Metadata {
	return Metadata{Language: language, View: digest(p.View)}
}

func schemaName(s *schema.Schema) string {
	if s == nil {
		return "default"
	}
	if d := digest(s.Types()); d != digest(schema.Default().Types()) {
		return d
	}
	return "default"
}

// digest returns the SHA-256 of a value's JSON, hexadecimal. The value's JSON must be
// deterministic and must not fail.
func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("no JSON: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// manifest returns the manifest of a bundle of these files, sorted by path.
func manifest(files []file, roots []string, meta Metadata) Manifest {
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%q %s\n", f.path, f.digest)
	}
	_, _ = io.WriteString(sum, digest(meta))
	return Manifest{Revision: hex.EncodeToString(sum.Sum(nil)), Roots: roots, RegoVersion: 1, Metadata: meta}
}
