package schema

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed schema.json
var defaultTable []byte

// Default returns the schema of docs/language.md, section 4.4. All callers share it and must
// not modify it.
func Default() *Schema { return defaultSchema() }

var defaultSchema = sync.OnceValue(loadDefault)

func loadDefault() *Schema {
	s, err := Extend(&Schema{}, defaultTable)
	if err != nil {
		panic("the embedded schema is broken: " + err.Error())
	}
	return s
}

// file is the structure of schema.json and of the files that extend it.
type file struct {
	Types []fileType `json:"types"`
}

type fileType struct {
	Name       string   `json:"name"`
	Properties []string `json:"properties"`
	Lists      []string `json:"lists"`
	// Enumerations are properties by name, each with the names of its values by number.
	Enumerations map[string]map[string]string `json:"enumerations"`
	Hidden       []string                     `json:"hidden"`
	Relations    map[string]target            `json:"relations"`
	Custom       bool                         `json:"custom"`
	Open         bool                         `json:"open"`
	Attributes   bool                         `json:"attributes"`
	Transient    bool                         `json:"transient"`
}

// target is "Type" for a relation to one entity, ["Type"] for a set.
type target struct {
	name string
	many bool
}

func (t *target) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &t.name) == nil {
		return nil
	}
	var set []string
	if json.Unmarshal(b, &set) != nil || len(set) != 1 {
		return fmt.Errorf(`a relation's target is "Type" or ["Type"], not %s`, b)
	}
	t.name, t.many = set[0], true
	return nil
}

var (
	typeName     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$`)
	propertyName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// IsTypeName reports whether s can be the name of a resource type: words of letters and digits
// separated by dots.
func IsTypeName(s string) bool { return typeName.MatchString(s) }

// Extend returns base with the types of a table in the form of schema.json added; a type that
// base already has is replaced. It returns all errors of the table, joined: unknown fields,
// invalid or duplicate names, targets that do not exist, and relations that form a cycle or a
// path longer than MaxSteps, which a decision could not follow.
func Extend(base *Schema, table []byte) (*Schema, error) {
	dec := json.NewDecoder(strings.NewReader(string(table)))
	dec.DisallowUnknownFields()
	var f file
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if dec.More() {
		return nil, errors.New("schema: text after the table")
	}
	var errs []error
	byName := maps.Clone(base.byName)
	if byName == nil {
		byName = map[string]*Type{}
	}
	seen := map[string]bool{}
	for _, ft := range f.Types {
		t, err := ft.build()
		if seen[t.Key()] {
			err = errors.Join(err, errors.New("the type is defined twice"))
		}
		seen[t.Key()] = true
		byName[t.Key()] = t
		if err != nil {
			errs = append(errs, fmt.Errorf("schema: type %q: %w", ft.Name, err))
		}
	}
	s := &Schema{byName: byName}
	for _, key := range slices.Sorted(maps.Keys(byName)) {
		s.types = append(s.types, byName[key])
	}
	if circles := s.checkRelations(); circles != nil {
		errs = append(errs, circles...)
	} else {
		errs = append(errs, s.checkDepth()...)
	}
	errs = append(errs, s.checkUser()...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

func (ft fileType) build() (*Type, error) {
	t := &Type{
		Name:       ft.Name,
		Properties: map[string]Property{},
		Relations:  map[string]Relation{},
		Hidden:     map[string]string{},
		Custom:     ft.Custom,
		Open:       ft.Open,
		Attributes: ft.Attributes,
		Transient:  ft.Transient,
	}
	var errs []error
	if !IsTypeName(ft.Name) {
		errs = append(errs, errors.New("a type's name is letters and digits, with dots between"))
	}
	if ft.Attributes && t.Key() != "user" {
		errs = append(errs, errors.New("only User has attributes"))
	}
	if ft.Transient && t.Key() != "transientobject" {
		errs = append(errs, errors.New("only TransientObject is transient"))
	}
	seen := map[string]bool{"id": true, "name": true, "resourcetype": true}
	claim := func(name string) {
		switch key := Fold(name); {
		case !propertyName.MatchString(name):
			errs = append(errs, fmt.Errorf("%q is not a valid property name", name))
		case seen[key]:
			errs = append(errs, fmt.Errorf("%q is defined twice, or is a property of every type", name))
		default:
			seen[key] = true
		}
	}
	for _, name := range ft.Properties {
		claim(name)
		t.Properties[Fold(name)] = Property{Name: name}
	}
	for _, name := range ft.Lists {
		claim(name)
		t.Properties[Fold(name)] = Property{Name: name, Many: true}
	}
	for _, name := range slices.Sorted(maps.Keys(ft.Enumerations)) {
		claim(name)
		names, err := enumeration(ft.Enumerations[name])
		if err != nil {
			errs = append(errs, fmt.Errorf("enumeration %q: %w", name, err))
		}
		t.Properties[Fold(name)] = Property{Name: name, Enumeration: names}
	}
	for _, name := range ft.Hidden {
		claim(name)
		t.Hidden[Fold(name)] = name
	}
	for _, name := range slices.Sorted(maps.Keys(ft.Relations)) {
		claim(name)
		to := ft.Relations[name]
		t.Relations[Fold(name)] = Relation{Name: name, Target: to.name, Many: to.many}
	}
	return t, errors.Join(errs...)
}

// enumeration returns the names of an enumeration by number and by case-folded name.
func enumeration(byNumber map[string]string) (map[string]string, error) {
	names := map[string]string{}
	for number, name := range byNumber {
		if _, err := strconv.ParseUint(number, 10, 31); err != nil || !propertyName.MatchString(name) {
			return nil, fmt.Errorf(`a value is a number with its name, such as "0": "Open", not %q: %q`, number, name)
		}
		names[number], names[Fold(name)] = name, name
	}
	if len(names) != 2*len(byNumber) {
		return nil, errors.New("a name is defined twice")
	}
	return names, nil
}

// checkUser checks that the type of the subject has only fields that a request can send.
func (s *Schema) checkUser() []error {
	switch user, ok := s.Type("User"); {
	case !ok:
		return []error{errors.New("schema: there must be a type User, the subject's")}
	case len(user.Relations) > 0:
		return []error{errors.New(`schema: type "User": a user has no relations`)}
	}
	return nil
}

func (s *Schema) checkRelations() []error {
	var errs []error
	state := map[*Type]int{} // 1 in progress, 2 done
	var visit func(t *Type, path string)
	visit = func(t *Type, path string) {
		state[t] = 1
		for _, key := range slices.Sorted(maps.Keys(t.Relations)) {
			r := t.Relations[key]
			step := path + " → " + r.Name
			to, ok := s.Type(r.Target)
			switch {
			case !ok:
				errs = append(errs, fmt.Errorf("schema: type %q: relation %q leads to %q, which is not a type of the schema", t.Name, r.Name, r.Target))
			case state[to] == 1:
				errs = append(errs, fmt.Errorf("schema: relations lead in a circle: %s → %s", step, to.Name))
			case state[to] == 0:
				visit(to, step+" → "+to.Name)
			}
		}
		state[t] = 2
	}
	for _, t := range s.types {
		if state[t] == 0 {
			visit(t, t.Name)
		}
	}
	return errs
}

// MaxSteps is the maximum number of consecutive relations that a decision follows from an
// entity that a request describes (generations in policies/qlik/request.rego).
const MaxSteps = 6

// checkDepth rejects paths of relations that are longer than MaxSteps.
func (s *Schema) checkDepth() []error {
	var errs []error
	for _, t := range s.types {
		if way := s.longest(t); len(way) > MaxSteps {
			errs = append(errs, fmt.Errorf("schema: relations lead %d steps far from %q, by %s; a decision follows %d", len(way), t.Name, strings.Join(way, "."), MaxSteps))
		}
	}
	return errs
}

// longest returns the longest path of relations from a type.
func (s *Schema) longest(t *Type) []string {
	var longest []string
	for _, key := range slices.Sorted(maps.Keys(t.Relations)) {
		r := t.Relations[key]
		if way := append([]string{r.Name}, s.longest(s.Lookup(r.Target))...); len(way) > len(longest) {
			longest = way
		}
	}
	return longest
}
