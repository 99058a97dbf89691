package rego

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/privilege"
)

// names are the names of the packages of all classes. A package is called by
// the last part of its name, so that no variable may have it.
type names struct {
	section  Section
	packages map[string]string // class key → last part of its package
	reserved map[string]bool
}

// ownName matches the names of generated rules and functions, of the built-in
// functions that they call, and of OPA's documents, which nothing may hide.
var ownName = regexp.MustCompile(`^((rules?|may|actions|grants|also|rows|holds|granted|union|sort|count|startswith|endswith|contains)(_.*)?|regex|max|set|data|input)$`)

// ownVariable matches the variables that generated code has whatever the rules
// are: no package is called so.
var ownVariable = regexp.MustCompile(`^(id|action|held|text|found|kind|values?|ids|type|prefix|prefixes|named|longest_prefix|(resource|one)(_.*)?)$`)

// keywords are those of Rego. OPA has them too, and its parser with them, which a
// program that only generates Rego need not carry; a test compares the two.
var keywords = []string{
	"as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package", "some", "true", "with",
}

func isKeyword(name string) bool { return slices.Contains(keywords, name) }

// namesOf names the packages: app_object, or others_x for the types that
// nothing names but whose names begin with x. Filters may name types by any
// text; those of the schema come first to their names.
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
		wanted := word(packageOf(c))
		if ownVariable.MatchString(wanted) {
			wanted = "type_" + wanted
		}
		n.packages[c.Key] = n.variable(wanted, n.reserved)
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

// word makes a name that may stand in Rego of any text: "value" where there is
// nothing to go by.
func word(text string) string {
	name := snake(text)
	if !identifier.MatchString(name) || isKeyword(name) || ownName.MatchString(name) {
		return "value"
	}
	return name
}

// variable returns a name like the text that is neither taken nor a package's,
// and takes it.
func (n *names) variable(text string, taken map[string]bool) string {
	wanted := word(text)
	name := wanted
	for i := 2; taken[name] || n.reserved[name]; i++ {
		name = fmt.Sprintf("%s_%d", wanted, i)
	}
	taken[name] = true
	return name
}
