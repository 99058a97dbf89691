package rulefiles

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Lock is the file site.lock.json: what was last read from the site about each rule.
//
//	{
//	  "site": "prod",
//	  "build": "31.56.2.0",
//	  "rules": {
//	    "<id>": {
//	      "file": "rules/security/owner.qrule",
//	      "digest": "sha256:…",
//	      "modifiedDate": "…",
//	      …
//	    }
//	  }
//	}
type Lock struct {
	// Site and Build are empty if the rules come from a file.
	Site, Build string
	// Rules are the rules by id or, for rules without an id, by file.
	Rules map[string]*Locked
	// Aliases are the new ids of rules that were deleted on the site and created again.
	Aliases map[string]string
}

// Locked is the lock's entry of one rule.
type Locked struct {
	File   string
	Digest string
	// Omitted are the fields that the export lacks although a rule's file has them.
	Omitted []string
	// Fields are the fields of the export that a rule's file does not have, such as modifiedDate, or
	// has in another form, such as tags, in the order of the repository service.
	Fields []jsonfile.Member
}

// Field returns a field of the export as JSON, by its name, ignoring case.
func (l *Locked) Field(name string) (json.RawMessage, bool) {
	for _, m := range l.Fields {
		if schema.Fold(string(m.Name.Text())) == schema.Fold(name) {
			return m.Value.Raw, true
		}
	}
	return nil, false
}

// locked makes the lock's entry of a rule.
func locked(r *ruleset.Rule, file string) *Locked {
	l := &Locked{File: file, Digest: Digest(r)}
	if r.Raw == nil {
		return l
	}
	seen := map[string]bool{}
	for _, m := range (jsonfile.Value{Raw: r.Raw}).AppendMembers(nil) {
		name := schema.Fold(string(m.Name.Text()))
		canonical, managed := fieldOf(r, name)
		seen[name] = true
		if !managed || !equalJSON(canonical, m.Value.Raw) || name == "type" {
			l.Fields = append(l.Fields, m)
		}
	}
	slices.SortFunc(l.Fields, func(a, b jsonfile.Member) int {
		nameA, nameB := string(a.Name.Text()), string(b.Name.Text())
		return cmp.Or(cmp.Compare(rank(nameA), rank(nameB)), strings.Compare(nameA, nameB))
	})
	for _, name := range exportOrder {
		if _, managed := fieldOf(r, schema.Fold(name)); managed && !seen[schema.Fold(name)] {
			l.Omitted = append(l.Omitted, name)
		}
	}
	return l
}

// rank returns the position of a field in an export; unknown fields come last.
func rank(name string) int {
	i := slices.IndexFunc(exportOrder, func(known string) bool { return schema.Fold(known) == schema.Fold(name) })
	if i < 0 {
		return len(exportOrder)
	}
	return i
}

// equalJSON reports whether two JSON values are equal, regardless of their spelling.
func equalJSON(a, b []byte) bool {
	canonical := func(raw []byte) []byte {
		v := jsontext.Value(bytes.Clone(raw))
		_ = v.Canonicalize() // well-formed, so without error
		return v
	}
	return bytes.Equal(a, b) || bytes.Equal(canonical(a), canonical(b))
}

// fileOf returns the file of a rule if the rule keeps it, or "".
func (l *Lock) fileOf(r *ruleset.Rule) string {
	if l == nil || r.Derived {
		return ""
	}
	e := l.Rules[r.ID]
	if e == nil {
		return ""
	}
	stem := stem(r)
	rest, ok := strings.CutPrefix(strings.TrimSuffix(e.File, filepath.Ext(e.File)), stem)
	if !ok || rest != "" && rest[0] != '-' {
		return ""
	}
	return e.File
}

// Encode returns the lock as JSON, rules by ascending id.
func (l *Lock) Encode() []byte {
	var b bytes.Buffer
	b.WriteString("{\n")
	if l.Site != "" {
		b.WriteString("  \"site\": " + quote(l.Site) + ",\n")
	}
	if l.Build != "" {
		b.WriteString("  \"build\": " + quote(l.Build) + ",\n")
	}
	if len(l.Aliases) > 0 {
		aliases, _ := json.Marshal(l.Aliases) // strings
		b.WriteString("  \"aliases\": " + string(aliases) + ",\n")
	}
	b.WriteString("  \"rules\": {")
	for i, id := range slices.Sorted(maps.Keys(l.Rules)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    " + quote(id) + ": {")
		e := l.Rules[id]
		member := func(name, value string, last bool) {
			b.WriteString("\n      " + name + ": " + value)
			if !last {
				b.WriteByte(',')
			}
		}
		member(`"file"`, quote(e.File), false)
		member(`"digest"`, quote(e.Digest), len(e.Omitted)+len(e.Fields) == 0)
		if len(e.Omitted) > 0 {
			list, _ := json.Marshal(e.Omitted) // strings
			member(`"omitted"`, string(list), len(e.Fields) == 0)
		}
		for i, m := range e.Fields {
			member(string(m.Name.Raw), compact(m.Value.Raw), i == len(e.Fields)-1)
		}
		b.WriteString("\n    }")
	}
	b.WriteString("\n  }\n}\n")
	return b.Bytes()
}

func quote(s string) string {
	b, _ := jsontext.AppendQuote(nil, s) // invalid UTF-8 is replaced
	return string(b)
}

// compact returns a value on one line.
func compact(raw []byte) string {
	v := jsontext.Value(bytes.Clone(raw))
	_ = v.Compact() // well-formed, so without error
	return string(v)
}

// ReadLock reads the lock file of a directory; it returns nil if there is none.
func ReadLock(dir string) (*Lock, error) { return ReadLockFile(filepath.Join(dir, LockName)) }

// LockOf returns the name of the lock file of a site in a directory that was pulled from another one.
func LockOf(site string) string { return "site.lock." + Slug(site) + ".json" }

// ReadLockFile reads a lock file; it returns nil if there is none.
func ReadLockFile(name string) (*Lock, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ParseLock(name, data)
}

// ParseLock parses the content of a lock file. Errors contain the name.
func ParseLock(name string, data []byte) (*Lock, error) {
	file, failed := jsonfile.New(name, data)
	var root jsonfile.Value
	if failed == nil {
		root, failed = file.Document()
	}
	if failed != nil {
		at := file.Position(failed.Offset)
		return nil, fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, failed.Summary)
	}
	l := &Lock{Rules: map[string]*Locked{}}
	var head struct {
		Site, Build string
		Aliases     map[string]string
		Rules       map[string]json.RawMessage
	}
	if err := json.Unmarshal(root.Raw, &head); err != nil {
		return nil, fmt.Errorf("%s is not a lock file: %w", name, err)
	}
	l.Site, l.Build, l.Aliases = head.Site, head.Build, head.Aliases
	for id, raw := range head.Rules {
		e := &Locked{}
		var entry struct {
			File, Digest string
			Omitted      []string
		}
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, fmt.Errorf("%s is not a lock file: rule %s: %w", name, id, err)
		}
		e.File, e.Digest, e.Omitted = entry.File, entry.Digest, entry.Omitted
		for _, m := range (jsonfile.Value{Raw: raw}).AppendMembers(nil) {
			if key := string(m.Name.Text()); key != "file" && key != "digest" && key != "omitted" {
				e.Fields = append(e.Fields, m)
			}
		}
		l.Rules[id] = e
	}
	return l, nil
}
