package lint

import (
	"cmp"
	"maps"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Category is the kind of harm that a lint finds.
type Category string

// The categories, in display order.
const (
	Security    Category = "security"
	Bug         Category = "bug"
	CrossRule   Category = "cross-rule"
	Site        Category = "site"
	License     Category = "license-and-sync"
	Performance Category = "performance"
	Portability Category = "portability"
	Style       Category = "style"
	Input       Category = "input"
)

// Categories lists the categories in display order.
func Categories() []Category {
	return []Category{Security, Bug, CrossRule, Site, License, Performance, Portability, Style, Input}
}

// Scope is the input that a lint needs.
type Scope string

// The scopes. A lint of scope PerSite needs a snapshot.
const (
	PerRule Scope = "rule"
	PerSet  Scope = "rules"
	PerSite Scope = "site"
)

// FixClass classifies the fixes of a lint.
type FixClass string

// The classes of fixes. Automatic fixes are applied by check --fix if the predicate
// of every type scope is proved to be the same before and after; suggested fixes
// change what the rule grants and are only shown.
const (
	NoFix     FixClass = "none"
	Suggested FixClass = "suggested"
	Automatic FixClass = "automatic"
)

// Doc is the documentation of a lint, from which its page is generated.
type Doc struct {
	// What is the first sentence of the page: what the lint reports.
	What string
	// Wrong and Right are examples, which the tests run. Each is one set of rules, one rule per
	// line in the short form FILTER WORDS: CONDITION.
	Wrong, Right []string
	// Site is the snapshot for the examples, a JSON object of collections by type.
	Site string
	// Why explains the harm and what to do, in full sentences.
	Why string
	// Source names the source of the information.
	Source string
}

// Lint is one kind of finding.
type Lint struct {
	Code     diag.Code
	Title    string
	Category Category
	Scope    Scope
	// Level is the severity of findings, unless the configuration changes it.
	Level diag.Severity
	Fix   FixClass
	// Max is the default of the option max, 0 for a lint without it.
	Max int
	// Whole says that the lint is only meaningful for all rules of a site: a part of them may
	// lack what it looks for.
	Whole bool
	// Disabled says that disabled rules are checked as well.
	Disabled bool
	// Product says that rules shipped with Qlik Sense are checked as well, at most at level
	// info.
	Product bool
	// Supersedes are codes that give less information about the same cause: they are not
	// reported for a rule that has a finding of this lint.
	Supersedes []diag.Code
	Doc        Doc
	// Check reports findings. It is nil for a code that another package reports. For
	// a lint of scope PerRule it is called once for each rule, otherwise once.
	Check func(*Pass)
}

var registry = map[diag.Code]*Lint{}

// New registers a lint and its code and returns it. It is called by package-level
// variables and panics on a code that is registered already.
func New(l Lint) *Lint {
	diag.Register(l.Code, l.Level, l.Title)
	return adopt(l)
}

// adopt registers a lint whose code another package registers and reports.
func adopt(l Lint) *Lint {
	if registry[l.Code] != nil {
		panic("lint: " + l.Code + " is registered twice")
	}
	if l.Fix == "" {
		l.Fix = NoFix
	}
	if l.Scope == "" {
		l.Scope = PerRule
	}
	registry[l.Code] = &l
	return &l
}

// All returns the lints, ordered by code.
func All() []*Lint {
	list := slices.SortedFunc(maps.Values(registry), func(a, b *Lint) int { return cmp.Compare(a.Code, b.Code) })
	for _, l := range list {
		l.describe()
	}
	return list
}

// Find returns the lint of a code, or nil.
func Find(code diag.Code) *Lint { return registry[code] }

// describe completes a lint that another package reports with its registered information.
func (l *Lint) describe() {
	if l.Title != "" {
		return
	}
	for _, info := range diag.Codes() {
		if info.Code == l.Code {
			l.Title, l.Level = info.Title, info.Severity
		}
	}
}
