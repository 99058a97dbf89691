package solve

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// typeValue returns the value of the resource's type, nil if no formula reads it.
func (s *Scope) typeValue() *value { return s.resource.values["resourcetype"] }

// isOfScope reports whether a case-folded type name belongs to the scope.
func (s *Scope) isOfScope(name string) bool {
	c := s.world.Classes[s.class]
	if c.Named {
		return name == c.Key
	}
	if _, named := s.world.class[name]; named || name == "" || !strings.HasPrefix(name, c.Prefix()) {
		return false
	}
	for _, other := range s.longer() {
		if strings.HasPrefix(name, other) {
			return false
		}
	}
	return true
}

// longer returns the prefixes of open scopes inside this one.
func (s *Scope) longer() []string {
	own := s.world.Classes[s.class].Prefix()
	var list []string
	for _, c := range s.world.Classes {
		if !c.Named && len(c.Prefix()) > len(own) && strings.HasPrefix(c.Prefix(), own) {
			list = append(list, c.Prefix())
		}
	}
	return list
}

// constrainType adds the constraints that separate the types of the scope from others.
func (s *Scope) constrainType(v *value) {
	c, t := s.world.Classes[s.class], s.testsOf(v)
	if c.Named {
		t.folded[c.Key] = true
		return
	}
	t.folded[""] = true
	for name := range s.world.class {
		if strings.HasPrefix(name, c.Prefix()) {
			t.folded[name] = true
		}
	}
	for _, prefix := range append(s.longer(), c.Prefix()) {
		t.likes[`(?s)^`+regexp.QuoteMeta(prefix)+`.*$`] = true
	}
}

// typeName returns a type of the scope as written in a request.
func (s *Scope) typeName() string {
	c := s.world.Classes[s.class]
	if c.Named {
		return c.Type.Name
	}
	// All names that begin with a longer prefix belong to another scope: choose a letter after the prefix with
	// which no longer prefix continues.
	taken := map[rune]bool{}
	for _, longer := range s.longer() {
		next, _ := utf8.DecodeRuneInString(longer[len(c.Prefix()):])
		taken[next] = true
	}
	for name := c.Prefix() + string(initial(taken)) + "ther"; ; name += "x" {
		if s.isOfScope(name) {
			return name
		}
	}
}

// initial returns a lower-case letter that is not taken.
func initial(taken map[rune]bool) rune {
	for _, letter := range "otxqzabcdefghijklmnprsuvwy" {
		if !taken[letter] {
			return letter
		}
	}
	for letter := 'z'; ; letter++ { // there are more letters than filters
		if unicode.IsLower(letter) && unicode.ToLower(unicode.ToUpper(letter)) == letter && !taken[letter] {
			return letter
		}
	}
}
