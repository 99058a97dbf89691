package snapshot

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Load reads the whole site into memory and joins it. If the list contains errors, the site lacks the
// values with errors.
func (s *Snapshot) Load(progress Progress) (*Site, diag.List) {
	// The error is only that of the context, which does not end.
	l, found, _ := read(context.Background(), s, nil, progress, newLoader)
	return l.site, found
}

// loader makes a Site from the entities.
type loader struct {
	site *Site
	// known are the existing entities so far, including those that only a reference has mentioned.
	known map[string]map[string]*Entity
	seen  map[*Entity]place
	found *findings
}

func newLoader(f *findings) *loader {
	return &loader{
		found: f,
		site:  &Site{Records: map[string]map[string]*Entity{}, Users: map[string]*Entity{}},
		known: map[string]map[string]*Entity{},
		seen:  map[*Entity]place{},
	}
}

func (l *loader) take(r *record) {
	e := l.onRecord(r.plan.key, string(r.key))
	if first, double := l.seen[e]; double {
		l.found.duplicate(r.plan.typ.Name, string(r.id), first, r.at)
		return
	}
	l.seen[e] = r.at
	e.Recorded, e.File = true, r.at.path()
	l.fill(e, r)
	records := l.site.Records[r.plan.key]
	if records == nil {
		records = map[string]*Entity{}
		l.site.Records[r.plan.key] = records
	}
	records[string(r.key)] = e
	if login, ok := login(r); ok {
		if first := l.site.Users[login]; first != nil {
			l.found.duplicateLogin(login, l.seen[first], r.at)
			return
		}
		l.site.Users[login] = e
	}
}

func (l *loader) finish() {}

// onRecord returns the existing entity of a type and id, which may not have been read yet.
func (l *loader) onRecord(typeKey, key string) *Entity {
	byID := l.known[typeKey]
	if byID == nil {
		byID = map[string]*Entity{}
		l.known[typeKey] = byID
	}
	if byID[key] == nil {
		byID[key] = &Entity{Type: typeKey}
	}
	return byID[key]
}

// fill sets the fields of an entity from a record.
func (l *loader) fill(e *Entity, r *record) {
	e.Type, e.TypeName, e.ID = r.plan.key, r.plan.typ.Name, string(r.id)
	e.Scalars, e.Lists = map[string]string{}, map[string][]string{}
	e.Custom, e.Attributes = map[string][]string{}, map[string][]string{}
	e.Relations = map[string][]*Entity{}
	if r.plan.typ.Transient && e.ID != "" {
		e.Scalars["name"] = e.ID
	}
	for _, f := range r.fields {
		switch f.role {
		case scalar:
			e.Scalars[f.key] = string(f.strs[0])
		case list:
			e.Lists[f.key] = stringsOf(f.strs)
		case customProperties:
			e.Custom[f.key[len("@"):]] = stringsOf(f.strs)
		case attributes:
			e.Attributes[f.key] = stringsOf(f.strs)
		case relation:
			e.Relations[f.key] = l.related(f.refs)
		case identifier, ignored: // the id is in the entity already
		}
	}
}

func (l *loader) related(refs []reference) []*Entity {
	var related []*Entity
	for _, ref := range refs {
		e := &Entity{}
		if ref.onRecord {
			e = l.onRecord(ref.target, string(ref.key))
		} else {
			l.fill(e, ref.nested)
		}
		if !slices.Contains(related, e) {
			related = append(related, e)
		}
	}
	return related
}

func stringsOf(strs [][]byte) []string {
	var all []string
	for _, t := range sortUnique(strs) {
		all = append(all, string(t))
	}
	return all
}

// login returns the case-folded DIRECTORY\user of a user who has both parts. An empty part does not
// count.
func login(r *record) (string, bool) {
	if r.plan.key != "user" {
		return "", false
	}
	var directory, user []byte
	for _, f := range r.fields {
		switch f.key {
		case "userdirectory":
			directory = f.strs[0]
		case "userid":
			user = f.strs[0]
		}
	}
	if len(directory) == 0 || len(user) == 0 {
		return "", false
	}
	return schema.Fold(string(directory) + `\` + string(user)), true
}

// duplicate reports an entity that exists at two places.
func (f *findings) duplicate(typeName, id string, first, second place) {
	found := f.fault(codeDuplicate, typeName, second, fmt.Sprintf("two entities of the type %s have the id %q", typeName, id),
		"Ids ignore case. Leave one of the entities out.")
	found.related = []relatedPlace{{"the other one", first}}
}

// duplicateLogin reports two users with the same login.
func (f *findings) duplicateLogin(login string, first, second place) {
	found := f.fault(codeDuplicateLogin, "", second, fmt.Sprintf("two users are %q", login),
		"Directory and user id together name a user, ignoring case. Leave one of the users out.")
	found.related = []relatedPlace{{"the other one", first}}
}
