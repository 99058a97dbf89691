package compiled

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A list is an array that a rule builds, or a constant one.
type list struct {
	elems []any
	whole ast.Value // the value, if the list is constant
}

func (l *list) toAST() ast.Value {
	if l.whole != nil {
		return l.whole
	}
	terms := make([]*ast.Term, len(l.elems))
	for i, e := range l.elems {
		terms[i] = toTerm(e)
	}
	return ast.NewArray(terms...)
}

// A set is a set that a rule builds, or a constant one. Of equal elements, such as 1 and 1.0,
// it keeps the first, like OPA's.
type set struct {
	elems  []any
	sorted bool
	// texts and others are the elements of a large set.
	texts  map[string]struct{}
	others ast.Set
	whole  ast.Value // the value, if the set is constant
}

// few is the maximum number of elements that are compared one by one.
const few = 16

func (s *set) has(v any) bool {
	text, isText := stringOf(v)
	switch {
	case len(s.elems) > few && isText:
		_, ok := s.texts[text]
		return ok
	case len(s.elems) > few:
		return s.others.Contains(toTerm(v))
	case isText:
		for _, e := range s.elems {
			if t, ok := stringOf(e); ok && t == text {
				return true
			}
		}
		return false
	}
	for _, e := range s.elems {
		if equal(e, v) {
			return true
		}
	}
	return false
}

// add reports whether the element was not there yet.
func (s *set) add(v any) bool {
	if s.has(v) {
		return false
	}
	s.elems = append(s.elems, v)
	s.sorted = len(s.elems) == 1
	switch n := len(s.elems); {
	case n == few+1:
		s.texts, s.others = make(map[string]struct{}, 2*few), ast.NewSet()
		for _, e := range s.elems {
			s.index(e)
		}
	case n > few+1:
		s.index(v)
	}
	return true
}

func (s *set) index(v any) {
	if text, ok := stringOf(v); ok {
		s.texts[text] = struct{}{}
		return
	}
	s.others.Add(toTerm(v))
}

// inOrder returns the elements in OPA's order.
func (s *set) inOrder() []any {
	if !s.sorted {
		slices.SortFunc(s.elems, compare)
		s.sorted = true
	}
	return s.elems
}

func (s *set) equal(o *set) bool {
	if len(s.elems) != len(o.elems) {
		return false
	}
	for _, e := range s.elems {
		if !o.has(e) {
			return false
		}
	}
	return true
}

func (s *set) toAST() ast.Value {
	if s.whole != nil {
		return s.whole
	}
	made := ast.NewSet()
	for _, e := range s.elems {
		made.Add(toTerm(e))
	}
	return made
}

// An object is an object whose keys are strings from the policy.
type object struct {
	*shape
	values []any
	whole  ast.Value // the value, if the object is constant
}

// shape is the sorted keys of objects.
type shape struct {
	keys   []string
	names  []any // the same names as values
	places map[string]int
}

func newShape(names []any) *shape {
	s := &shape{keys: make([]string, len(names)), names: names}
	for i, name := range names {
		s.keys[i], _ = stringOf(name)
	}
	if len(names) > few {
		s.places = make(map[string]int, len(names))
		for i, key := range s.keys {
			s.places[key] = i
		}
	}
	return s
}

func (o *object) get(key string) any {
	if o.places != nil {
		if i, ok := o.places[key]; ok {
			return o.values[i]
		}
		return nil
	}
	for i, k := range o.keys {
		if k == key {
			return o.values[i]
		}
	}
	return nil
}

func (o *object) toAST() ast.Value {
	if o.whole != nil {
		return o.whole
	}
	members := make([][2]*ast.Term, len(o.keys))
	for i, name := range o.names {
		members[i] = [2]*ast.Term{toTerm(name), toTerm(o.values[i])}
	}
	return ast.NewObject(members...)
}

// ofConstant returns a constant in the form with the fastest lookup.
func ofConstant(v ast.Value) any {
	switch v := v.(type) {
	case ast.String:
		return string(v) // as results need it
	case *ast.Array:
		l := &list{elems: make([]any, v.Len()), whole: v}
		for i := range l.elems {
			l.elems[i] = ofConstant(v.Elem(i).Value)
		}
		return l
	case ast.Set:
		s := &set{}
		for _, t := range v.Slice() {
			s.add(ofConstant(t.Value))
		}
		s.sorted, s.whole = true, v
		return s
	case ast.Object:
		names, values := make([]any, 0, v.Len()), make([]any, 0, v.Len())
		if v.Until(func(k, e *ast.Term) bool {
			_, ok := k.Value.(ast.String)
			names, values = append(names, k.Value), append(values, ofConstant(e.Value))
			return !ok
		}) {
			return v
		}
		return &object{newShape(names), values, v}
	}
	return v
}

var (
	emptyList any = &list{whole: ast.InternedEmptyArray.Value}
	emptySet  any = &set{whole: ast.InternedEmptySet.Value, sorted: true}
	emptyMap  any = &object{shape: &shape{}, whole: ast.InternedEmptyObject.Value}
)

// pool keeps the lists and sets of a machine for the next query.
type pool[T any] struct {
	made []*T
	used int
}

// poolMax is the maximum number of lists, and of sets, that are kept.
const poolMax = 256

func (p *pool[T]) next() *T {
	if p.used == len(p.made) {
		p.made = append(p.made, new(T))
	}
	p.used++
	return p.made[p.used-1]
}

func (p *pool[T]) restart() {
	if p.used > poolMax {
		p.made = nil
	}
	p.used = 0
}

// newList returns a list of undefined elements.
func (m *machine) newList(n int) *list {
	l := m.lists.next()
	if cap(l.elems) < n {
		l.elems = make([]any, n)
	}
	l.elems = l.elems[:n]
	return l
}

func (m *machine) newSet() *set {
	s := m.sets.next()
	s.elems, s.sorted, s.texts, s.others = s.elems[:0], true, nil, nil
	return s
}
