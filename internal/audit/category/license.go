package category

import (
	"cmp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// Columns are the columns of the rows of License and Placement.
var Columns = []tabular.Column{
	{Name: "section", Kind: tabular.Text}, {Name: "what", Kind: tabular.Text}, {Name: "id", Kind: tabular.Text},
	{Name: "count", Kind: tabular.Number}, {Name: "names", Kind: tabular.Texts}, {Name: "rules", Kind: tabular.Texts},
}

// Row is an answer.
type Row struct {
	Section, What, ID string
	// Count is negative where there is nothing to count.
	Count        int64
	Names, Rules []string
}

// Cells returns the row as the values of Columns.
func (r Row) Cells() []any {
	count := any(r.Count)
	if r.Count < 0 {
		count = nil
	}
	return []any{r.Section, r.What, r.ID, count, r.Names, r.Rules}
}

// taker is a subject with the kinds of access that fit.
type taker struct {
	login string
	user  *User
	kinds []string
	// by are the rules by which a kind fits.
	by map[string][]string
}

// rules are those by which any kind fits.
func (t taker) rules() []string {
	var all []string
	for _, rules := range t.by {
		all = append(all, rules...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// License answers what people ask of License rules, a row a finding, by section:
//
//	fits       how many users fit a kind, and by which rules
//	demand     how many of them hold no access yet: whoever holds one takes that first
//	free       how much of the kind is left, if the snapshot says it
//	short      by how much the demand exceeds what is free
//	takes      with a precedence, how many would take the kind, if the first that fits is taken
//	conflict   a user without access who fits several kinds
//	leaver     a user who fits a kind and does not log in any more
//	anonymous  the kinds that anonymous users fit
//	admin      a user with an administrator's role who fits a kind
//	denied     users who hold no access and fit no kind: they are turned away at the hub
//
// A precedence names kinds, that of which an access is taken first in front.
func License(pairs []Pair, f *Facts, precedence []string) []Row {
	takers := takersOf(pairs, f)
	var rows []Row
	for _, kind := range ruleset.AccessKinds {
		rows = append(rows, f.kindRows(kind.Name, takers, precedence)...)
	}
	holds := f.holders()
	people := func(section string, names func(t taker) []string) {
		for _, t := range takers {
			if list := names(t); len(list) > 0 {
				rows = append(rows, Row{Section: section, What: t.login, ID: t.id(), Count: -1, Names: list, Rules: t.rules()})
			}
		}
	}
	people("conflict", func(t taker) []string {
		if len(t.kinds) < 2 || holds[t.id()] {
			return nil
		}
		return t.kinds
	})
	people("leaver", func(t taker) []string {
		if t.user == nil || t.user.Left() == "" || len(t.kinds) == 0 {
			return nil
		}
		return append(slices.Clone(t.kinds), t.user.Left())
	})
	people("anonymous", func(t taker) []string {
		if !t.anonymous() {
			return nil
		}
		return t.kinds
	})
	people("admin", func(t taker) []string {
		if t.user == nil || len(t.kinds) == 0 {
			return nil
		}
		roles := slices.DeleteFunc(slices.Clone(t.user.Roles), func(role string) bool { return !strings.Contains(schema.Fold(role), "admin") })
		if len(roles) == 0 {
			return nil
		}
		return append(slices.Clone(t.kinds), roles...)
	})
	if denied := f.denied(takers, holds); len(denied) > 0 {
		rows = append(rows, Row{Section: "denied", What: "users", Count: int64(len(denied)), Names: denied[:min(len(denied), listed)]})
	}
	return rows
}

// listed is how many users a row names.
const listed = 10

// takersOf returns the subjects that fit a kind, ordered by login.
func takersOf(pairs []Pair, f *Facts) []taker {
	kindOf := map[string]string{}
	for _, k := range ruleset.AccessKinds {
		kindOf[schema.Fold(k.Type)] = k.Name
	}
	users := map[string]*User{}
	for i := range f.Users {
		u := &f.Users[i]
		users[schema.Fold(u.Login())], users[schema.Fold(u.ID)] = u, u
	}
	at := map[string]*taker{}
	for _, p := range pairs {
		kind, ok := kindOf[schema.Fold(p.Type)]
		if !ok {
			continue
		}
		key := schema.Fold(p.Subject)
		t := at[key]
		if t == nil {
			t = &taker{login: p.Subject, user: users[key], by: map[string][]string{}}
			at[key] = t
		}
		if !slices.Contains(t.kinds, kind) {
			t.kinds = append(t.kinds, kind)
		}
		t.by[kind] = append(t.by[kind], p.Rules...)
	}
	var takers []taker
	for _, t := range at {
		slices.SortFunc(t.kinds, func(a, b string) int { return rank(a) - rank(b) })
		takers = append(takers, *t)
	}
	slices.SortFunc(takers, func(a, b taker) int {
		return cmp.Or(strings.Compare(schema.Fold(a.login), schema.Fold(b.login)), strings.Compare(a.login, b.login))
	})
	return takers
}

func rank(kind string) int {
	return slices.IndexFunc(ruleset.AccessKinds, func(k ruleset.AccessKind) bool { return k.Name == kind })
}

func (t taker) id() string {
	if t.user == nil {
		return ""
	}
	return t.user.ID
}

func (t taker) anonymous() bool {
	directory, _, ok := strings.Cut(schema.Fold(t.login), `\`)
	return ok && directory == "none"
}

// kindRows are the rows about a kind, none if nobody fits it and nothing of it is known.
func (f *Facts) kindRows(kind string, takers []taker, precedence []string) []Row {
	var fits, demand, takes int64
	var rules []string
	holds := f.holders()
	for _, t := range takers {
		if !slices.Contains(t.kinds, kind) {
			continue
		}
		for _, rule := range t.by[kind] {
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
		if t.anonymous() {
			continue // visitors are not counted: nobody knows how many there are
		}
		fits++
		if holds[t.id()] {
			continue
		}
		demand++
		if first(t.kinds, precedence) == kind {
			takes++
		}
	}
	slices.Sort(rules)
	free, known := f.Free[kind]
	if fits == 0 && len(rules) == 0 && (!known || free == 0) {
		return nil
	}
	rows := []Row{{Section: "fits", What: kind, Count: fits, Rules: rules}, {Section: "demand", What: kind, Count: demand}}
	if known {
		rows = append(rows, Row{Section: "free", What: kind, Count: free})
		if demand > free {
			rows = append(rows, Row{Section: "short", What: kind, Count: demand - free})
		}
	}
	if precedence != nil {
		rows = append(rows, Row{Section: "takes", What: kind, Count: takes, Names: []string{"inferred"}})
	}
	return rows
}

// first returns the kind that is taken under a precedence.
func first(kinds, precedence []string) string {
	for _, kind := range precedence {
		if slices.Contains(kinds, kind) {
			return kind
		}
	}
	return ""
}

// holders are the ids of the users who hold an access of any kind.
func (f *Facts) holders() map[string]bool {
	all := map[string]bool{}
	for _, u := range f.Users {
		for _, holders := range f.Holders {
			if holders[schema.Fold(u.ID)] {
				all[u.ID] = true
			}
		}
	}
	return all
}

// denied returns the users who log in, hold no access and fit no kind.
func (f *Facts) denied(takers []taker, holds map[string]bool) []string {
	fit := map[*User]bool{}
	for _, t := range takers {
		fit[t.user] = len(t.kinds) > 0
	}
	var denied []string
	for i := range f.Users {
		if u := &f.Users[i]; u.Left() == "" && !fit[u] && !holds[u.ID] {
			denied = append(denied, u.Login())
		}
	}
	slices.Sort(denied)
	return denied
}
