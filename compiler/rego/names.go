package rego

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// names are the names of the packages of all classes. The last part of a package's name refers
// to it, so that no variable may have that name.
type names struct {
	section  Section
	packages map[string]string // class key → last part of its package
	reserved map[string]bool
}

// ownName matches the names of generated rules and functions, of the built-in functions that
// they call, and of OPA's documents, which must not be shadowed.
var ownName = regexp.MustCompile(`^((rules?|may|actions|grants|also|rows|holds|granted|union|sort|count|startswith|endswith|contains)(_.*)?|regex|max|set|data|input)$`)

// ownVariable matches the variables of generated code that exist regardless of the rules; no
// package may have these names.
var ownVariable = regexp.MustCompile(`^(id|action|held|text|found|kind|values?|ids|type|prefix|prefixes|named|longest_prefix|(resource|one)(_.*)?)$`)

// keywords are the keywords of Rego. The list is a copy, so that a program that only generates
// Rego does not need OPA's parser; a test compares it with OPA's.
var keywords = []string{
	"as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package", "some", "true", "with",
}

func isKeyword(name string) bool { return slices.Contains(keywords, name) }

// namesOf names the packages: app_object, or others_x for the types that nothing names and
// whose names begin with x. Filters may name types by any string; the types of the schema are
// named first.
func namesOf(plan *privilege.Plan, section Section) *names {
	n := &names{section: section, packages: map[string]string{}, reserved: map[string]bool{"request": true, "subject": true, "site": true, "types": true}}
	classes := slices.Clone(plan.Classes)
	slices.SortStableFunc(classes, func(a, b *privilege.Class) int {
		switch {
		case a.InSchema == b.InSchema:
			return 0
		case a.InSchema:
			return -1
		}
		return 1
	})
	for _, c := range classes {
		proposed := word(packageOf(c))
		if ownVariable.MatchString(proposed) {
			proposed = "type_" + proposed
		}
		n.packages[c.Key] = n.variable(proposed, n.reserved)
	}
	return n
}

func packageOf(c *privilege.Class) string {
	switch {
	case c.Named:
		return c.Key
	case c.Prefix() == "":
		return "others"
	}
	return "others_" + c.Prefix()
}

// word converts any text to a Rego name; "value" if no character can be used.
func word(text string) string {
	name := snake(text)
	if !identifier.MatchString(name) || isKeyword(name) || ownName.MatchString(name) {
		return "value"
	}
	return name
}

// variable returns a name similar to text that is not taken and not a package's, and marks it
// as taken.
func (n *names) variable(text string, taken map[string]bool) string {
	proposed := word(text)
	name := proposed
	for i := 2; taken[name] || n.reserved[name]; i++ {
		name = fmt.Sprintf("%s_%d", proposed, i)
	}
	taken[name] = true
	return name
}
