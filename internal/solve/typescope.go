package solve

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// typeValue is the text of the resource's type, nil where no formula reads it.
func (s *Scope) typeValue() *value { return s.resource.values["resourcetype"] }

// isOfScope says whether a folded type name belongs to the scope.
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

// longer returns the prefixes of open scopes that lie inside of this one.
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

// constrainType adds what tells the types of the scope from others.
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

// typeName returns a type of the scope as a request may write it.
func (s *Scope) typeName() string {
	c := s.world.Classes[s.class]
	if c.Named {
		return c.Type.Name
	}
	// A longer prefix claims all names that begin with it, however long they are: the letter
	// after the prefix is one with which none goes on.
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

// initial returns a small letter that is not taken.
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
