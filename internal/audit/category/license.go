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
	{Name: "count", Kind: tabular.Number}, {Name: "names", Kind: tabular.Strings}, {Name: "rules", Kind: tabular.Strings},
}

// Row is an answer.
type Row struct {
	Section, What, ID string
	// Count is negative if there is nothing to count.
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

// matchedUser is a subject with the kinds of access that match.
type matchedUser struct {
	login string
	user  *User
	kinds []string
	// by are the rules that match, by kind.
	by map[string][]string
}

// rules are those that match, for any kind.
func (t matchedUser) rules() []string {
	var all []string
	for _, rules := range t.by {
		all = append(all, rules...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// License answers questions about License rules. Each row is a finding, by section:
//
//	fits       how many users match a kind, and by which rules
//	demand     how many of them have no access yet: an existing access is used first
//	free       how much of the kind is free, if the snapshot has it
//	short      by how much the demand exceeds what is free
//	takes      with a precedence, how many would use the kind, if the first match is used
//	conflict   a user without access who matches several kinds
//	leaver     a user who matches a kind and no longer logs in
//	anonymous  the kinds that anonymous users match
//	admin      a user with an administrator's role who matches a kind
//	denied     users without access who match no kind: the hub rejects them
//
// A precedence lists kinds, the one that is used first in front.
func License(pairs []Pair, f *Facts, precedence []string) []Row {
	matched := matchedUsers(pairs, f)
	var rows []Row
	for _, kind := range ruleset.AccessKinds {
		rows = append(rows, f.kindRows(kind.Name, matched, precedence)...)
	}
	holds := f.holders()
	people := func(section string, names func(t matchedUser) []string) {
		for _, t := range matched {
			if list := names(t); len(list) > 0 {
				rows = append(rows, Row{Section: section, What: t.login, ID: t.id(), Count: -1, Names: list, Rules: t.rules()})
			}
		}
	}
	people("conflict", func(t matchedUser) []string {
		if len(t.kinds) < 2 || holds[t.id()] {
			return nil
		}
		return t.kinds
	})
	people("leaver", func(t matchedUser) []string {
		if t.user == nil || t.user.Left() == "" || len(t.kinds) == 0 {
			return nil
		}
		return append(slices.Clone(t.kinds), t.user.Left())
	})
	people("anonymous", func(t matchedUser) []string {
		if !t.anonymous() {
			return nil
		}
		return t.kinds
	})
	people("admin", func(t matchedUser) []string {
		if t.user == nil || len(t.kinds) == 0 {
			return nil
		}
		roles := slices.DeleteFunc(slices.Clone(t.user.Roles), func(role string) bool { return !strings.Contains(schema.Fold(role), "admin") })
		if len(roles) == 0 {
			return nil
		}
		return append(slices.Clone(t.kinds), roles...)
	})
	if denied := f.denied(matched, holds); len(denied) > 0 {
		rows = append(rows, Row{Section: "denied", What: "users", Count: int64(len(denied)), Names: denied[:min(len(denied), listed)]})
	}
	return rows
}

// listed is the number of users that a row names.
const listed = 10

// matchedUsers returns the subjects that match a kind, ordered by login.
func matchedUsers(pairs []Pair, f *Facts) []matchedUser {
	kindOf := map[string]string{}
	for _, k := range ruleset.AccessKinds {
		kindOf[schema.Fold(k.Type)] = k.Name
	}
	users := map[string]*User{}
	for i := range f.Users {
		u := &f.Users[i]
		users[schema.Fold(u.Login())], users[schema.Fold(u.ID)] = u, u
	}
	at := map[string]*matchedUser{}
	for _, p := range pairs {
		kind, ok := kindOf[schema.Fold(p.Type)]
		if !ok {
			continue
		}
		key := schema.Fold(p.Subject)
		t := at[key]
		if t == nil {
			t = &matchedUser{login: p.Subject, user: users[key], by: map[string][]string{}}
			at[key] = t
		}
		if !slices.Contains(t.kinds, kind) {
			t.kinds = append(t.kinds, kind)
		}
		t.by[kind] = append(t.by[kind], p.Rules...)
	}
	var matched []matchedUser
	for _, t := range at {
		slices.SortFunc(t.kinds, func(a, b string) int { return rank(a) - rank(b) })
		matched = append(matched, *t)
	}
	slices.SortFunc(matched, func(a, b matchedUser) int {
		return cmp.Or(strings.Compare(schema.Fold(a.login), schema.Fold(b.login)), strings.Compare(a.login, b.login))
	})
	return matched
}

func rank(kind string) int {
	return slices.IndexFunc(ruleset.AccessKinds, func(k ruleset.AccessKind) bool { return k.Name == kind })
}

func (t matchedUser) id() string {
	if t.user == nil {
		return ""
	}
	return t.user.ID
}

func (t matchedUser) anonymous() bool {
	directory, _, ok := strings.Cut(schema.Fold(t.login), `\`)
	return ok && directory == "none"
}

// kindRows are the rows about a kind, none if nobody matches it and nothing else is known about
// it.
func (f *Facts) kindRows(kind string, matched []matchedUser, precedence []string) []Row {
	var fits, demand, takes int64
	var rules []string
	holds := f.holders()
	for _, t := range matched {
		if !slices.Contains(t.kinds, kind) {
			continue
		}
		for _, rule := range t.by[kind] {
			if !slices.Contains(rules, rule) {
				rules = append(rules, rule)
			}
		}
		if t.anonymous() {
			continue // visitors are not counted, because their number is unknown
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

// first returns the kind that is used under a precedence.
func first(kinds, precedence []string) string {
	for _, kind := range precedence {
		if slices.Contains(kinds, kind) {
			return kind
		}
	}
	return ""
}

// holders are the ids of the users with an access of any kind.
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

// denied returns the users who log in, have no access and match no kind.
func (f *Facts) denied(matched []matchedUser, holds map[string]bool) []string {
	fit := map[*User]bool{}
	for _, t := range matched {
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
