package packed

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Explainer returns an explainer of the rules and the data of a bundle. The data has what
// enabled rules read, case-folded where they ignore case, and no file positions. If the bundle
// lacks what an explanation needs, the error says what to use instead.
func Explainer(b *bundles.Bundle, options explain.Options) (*explain.Explainer, error) {
	u, err := Unpack(b)
	if err != nil {
		return nil, err
	}
	options.Readings.Read(u.Options.ListInequality, u.Options.EntityText, u.Options.SessionAttributes)
	options.Skipped = append(options.Skipped, u.Skipped...)
	options.Schema, options.Projected = u.Schema, true
	if !b.Data.Has(bundles.DataRoot) {
		options.Notes = append(options.Notes, "The bundle has no data of a site: give a bundle that was compiled with a snapshot, or RULES and --snapshot.")
	}
	options.Notes = append(options.Notes, "In a bundle, values are in lower case if no rule needs their case, and it has only names that rules read.")
	return explain.New(u.Rules, u.Site, options), nil
}

// Unpacked is the input of a bundle's compilation, as far as the bundle contains it: the site
// has what enabled rules read, case-folded where they ignore case.
type Unpacked struct {
	Rules   []ruleset.Rule
	Skipped []diag.Rule
	Site    *snapshot.Site
	Schema  *schema.Schema
	// Options are those of the compilation.
	Options bundles.Options
}

// Unpack returns the input of a bundle's compilation. If the bundle does not contain its rules,
// or was compiled with a schema that it does not contain, the error says what to use instead.
func Unpack(b *bundles.Bundle) (*Unpacked, error) {
	const instead = "give RULES and --snapshot instead of the bundle"
	u := &Unpacked{Schema: schema.Default()}
	for _, m := range b.Manifests {
		o := m.Metadata.Options
		if o == nil {
			continue
		}
		if o.Schema != "default" {
			return nil, errors.New("the bundle was compiled with --schema, and does not contain the schema: " + instead + ", with --schema")
		}
		u.Options = *o
		for _, r := range m.Metadata.Skipped {
			u.Skipped = append(u.Skipped, diag.Rule{ID: r.ID, Name: r.Name})
		}
	}
	if !sitedata.HasRules(&b.Data) {
		return nil, errors.New("the bundle has no catalogue of its rules: " + instead)
	}
	var err error
	u.Rules, err = catalogue(b)
	u.Site = unproject(b, u.Schema)
	return u, err
}

// catalogue returns the rules of a bundle's catalogue.
func catalogue(b *bundles.Bundle) ([]ruleset.Rule, error) {
	var infos map[string]listedRule
	if err := sitedata.DecodeRules(&b.Data, &infos); err != nil {
		return nil, fmt.Errorf("the bundle's catalogue of rules: %w", err)
	}
	var rules []ruleset.Rule
	for _, id := range slices.Sorted(maps.Keys(infos)) {
		rules = append(rules, infos[id].rule())
	}
	return rules, nil
}

// listedRule is a rule of the catalogue.
type listedRule struct {
	ID, Name, Category, Filter, Context, Condition string
	Actions                                        []string
	Disabled                                       bool
}

func (i listedRule) rule() ruleset.Rule {
	r := ruleset.Rule{
		ID: i.ID, Name: i.Name, Disabled: i.Disabled,
		Filter:    &diag.Text{Label: "resourceFilter", Content: i.Filter},
		Condition: &diag.Text{Label: "condition", Content: i.Condition},
	}
	for _, c := range []ruleset.Category{ruleset.Security, ruleset.License, ruleset.Sync} {
		if c.String() == i.Category {
			r.Category = c
		}
	}
	for _, c := range []ruleset.Context{ruleset.Both, ruleset.Hub, ruleset.QMC} {
		if c.String() == i.Context {
			r.Context = c
		}
	}
	for _, name := range i.Actions {
		action, _ := ruleset.ParseAction(name)
		r.Actions |= ruleset.Actions(action)
	}
	return r
}

// unprojector converts a bundle's data to entities.
type unprojector struct {
	data   *bundles.Document
	schema *schema.Schema
	site   *snapshot.Site
	nested map[string]map[string]*snapshot.Entity
}

// unproject converts a bundle's data to a site.
func unproject(b *bundles.Bundle, s *schema.Schema) *snapshot.Site {
	u := unprojector{
		data: &b.Data, schema: s, nested: map[string]map[string]*snapshot.Entity{},
		site: &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{}, Users: map[string]*snapshot.Entity{}},
	}
	recorded, nested := tables(sitedata.Records(u.data)), tables(sitedata.Nested(u.data))
	for typeKey, table := range recorded {
		u.site.Records[typeKey] = map[string]*snapshot.Entity{}
		for id := range table {
			u.site.Records[typeKey][id] = &snapshot.Entity{Type: typeKey, TypeName: s.Lookup(typeKey).Name, ID: id, Recorded: true}
		}
	}
	for typeKey, table := range recorded {
		for id, fields := range table {
			u.fill(u.site.Records[typeKey][id], fields)
		}
	}
	for typeKey, table := range nested {
		for handle, fields := range table {
			u.fill(u.entity(typeKey, handle), fields)
		}
	}
	for _, login := range sitedata.Logins(u.data) {
		handle, _ := sitedata.User(u.data, login)
		user := u.site.Records["user"][handle]
		if user == nil {
			continue
		}
		u.site.Users[login] = user
		u.login(user, login)
	}
	return u.site
}

// login sets the user directory and id from the login, unless the rules read these fields.
func (u unprojector) login(user *snapshot.Entity, login string) {
	directory, id, _ := strings.Cut(login, `\`)
	for name, text := range map[string]string{"userdirectory": directory, "userid": id} {
		if _, read := user.Scalars[name]; !read {
			user.Scalars[name] = text
		}
	}
}

// tables returns entities by type and handle.
func tables(value any) map[string]map[string]map[string]any {
	found := map[string]map[string]map[string]any{}
	types, _ := value.(map[string]any)
	for typeKey, value := range types {
		found[typeKey] = map[string]map[string]any{}
		table, _ := value.(map[string]any)
		for handle, value := range table {
			found[typeKey][handle], _ = value.(map[string]any)
		}
	}
	return found
}

// entity returns the entity of a handle.
func (u unprojector) entity(typeKey, handle string) *snapshot.Entity {
	if e := u.site.Records[typeKey][handle]; e != nil {
		return e
	}
	byHandle := u.nested[typeKey]
	if byHandle == nil {
		byHandle = map[string]*snapshot.Entity{}
		u.nested[typeKey] = byHandle
	}
	if byHandle[handle] == nil {
		id := handles.ID(handle)
		byHandle[handle] = &snapshot.Entity{Type: typeKey, TypeName: u.schema.Lookup(typeKey).Name, ID: id}
		u.fill(byHandle[handle], nil)
	}
	return byHandle[handle]
}

// fill sets the fields of an entity: strings as written where rules read them so, under names
// that begin with =, else case-folded.
func (u unprojector) fill(e *snapshot.Entity, fields map[string]any) {
	t := u.schema.Lookup(e.TypeName)
	e.Scalars, e.Lists = map[string]string{}, map[string][]string{}
	e.Custom, e.Attributes = map[string][]string{}, map[string][]string{}
	e.Relations = map[string][]*snapshot.Entity{}
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(fields))) {
		value := fields[name]
		key, exact := strings.CutPrefix(name, "=")
		if _, both := fields["="+name]; both && !exact {
			continue
		}
		if r, ok := t.Relations[key]; ok {
			for _, handle := range stringsOf(value) {
				e.Relations[key] = append(e.Relations[key], u.entity(schema.Fold(r.Target), handle))
			}
			continue
		}
		u.text(e, t, key, value)
	}
	if id, written := e.Scalars["id"]; written {
		e.ID = id
		delete(e.Scalars, "id")
	}
	if name, written := e.Scalars["resourcetype"]; written {
		e.TypeName = name
		delete(e.Scalars, "resourcetype")
	}
}

func (u unprojector) text(e *snapshot.Entity, t *schema.Type, key string, value any) {
	name, isCustom := strings.CutPrefix(key, "@")
	property, listed := t.Properties[key]
	text, single := value.(string)
	switch {
	case isCustom:
		e.Custom[name] = stringsOf(value)
	case single:
		e.Scalars[key] = text
	case listed && property.Many, !t.Attributes:
		e.Lists[key] = stringsOf(value)
	default:
		e.Attributes[key] = stringsOf(value)
	}
}

// stringsOf returns a string or a list of strings as a list.
func stringsOf(value any) []string {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	var strs []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			strs = append(strs, text)
		}
	}
	return strs
}
