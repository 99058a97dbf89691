package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/category"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// Category is a tab of the page, about License or Sync rules. Subjects are users and resources
// are access groups, or nodes and apps.
type Category struct {
	// Key is license or sync.
	Key       string   `json:"key"`
	Subjects  Entities `json:"subjects"`
	Resources Entities `json:"resources"`
	// Rows and Columns are classes of subjects and of resources, by their numbers; Types are
	// the types of the columns.
	Rows    [][]int32 `json:"rows"`
	Columns [][]int32 `json:"columns"`
	Types   []string  `json:"types"`
	// Cells are numbers of By, by row and column; By are lists of rules of the document.
	Cells [][]int `json:"cells"`
	By    [][]int `json:"by"`
	// Answers are the rows of category.License or category.Placement.
	Answers []Answer `json:"answers"`
}

// Answer is a row of an audit of the category. Count is nil if there is nothing to count.
type Answer struct {
	Section string   `json:"section"`
	What    string   `json:"what"`
	ID      string   `json:"id,omitempty"`
	Count   *int64   `json:"count,omitempty"`
	Names   []string `json:"names"`
	Rules   []int    `json:"rules"`
}

// bits are the meaning of bit 1 of actions in rules of a category, and keys the names of
// categories.
var (
	bits = map[ruleset.Category]string{ruleset.License: "allow access", ruleset.Sync: "load balancing"}
	keys = map[ruleset.Category]string{ruleset.License: "license", ruleset.Sync: "sync"}
)

// AddCategory adds the tab of a category: the audit of a view of it, whose rules are displayed
// by id, the bundle of that view, and its answers. Nothing is added if the site has no subjects
// or resources.
func (d *Document) AddCategory(c ruleset.Category, b *bundles.Bundle, a *report.Audit, answers []category.Row) {
	if len(a.Subjects) == 0 || !slices.ContainsFunc(a.Types, func(t *matrix.GroupedType) bool { return len(t.Resources) > 0 }) {
		return
	}
	part := &Category{Key: keys[c], Answers: []Answer{}}
	rules := map[string]int{}
	for n := range d.Rules {
		rules[d.Rules[n].ID] = n
		if d.Rules[n].Category == c.String() {
			d.Rules[n].Actions = []string{bits[c]}
		}
	}
	numbers := func(ids []string) []int {
		list := []int{}
		for _, id := range ids {
			list = append(list, rules[id])
		}
		return list
	}
	for _, row := range answers {
		one := Answer{Section: row.Section, What: row.What, ID: row.ID, Names: list(row.Names), Rules: numbers(row.Rules)}
		if row.Count >= 0 {
			one.Count = &row.Count
		}
		if n, ok := rules[row.What]; ok && row.Section == "idle" {
			one.What, one.Rules = "", []int{n}
		}
		part.Answers = append(part.Answers, one)
	}
	d.describe(part, b, a)
	part.fill(a, numbers)
	d.Categories = append(d.Categories, part)
}

// describe adds the subjects and resources of a category, with the values that its rules read
// of nodes and apps.
func (d *Document) describe(part *Category, b *bundles.Bundle, a *report.Audit) {
	w := &builder{
		doc: &Document{Texts: d.Texts}, bundle: b, reader: partition.NewReader(&b.Data), numberOf: map[string]int32{}, types: map[string]int{},
	}
	for n, text := range d.Texts {
		w.numberOf[text] = int32(n)
	}
	w.name(a)
	for i, t := range a.Types {
		w.values(a, i, t)
	}
	d.Texts, part.Subjects = w.doc.Texts, w.doc.Subjects
	for _, t := range w.doc.Types {
		part.Resources.IDs = append(part.Resources.IDs, t.IDs...)
		for n, name := range t.Names {
			part.Resources.Names = append(part.Resources.Names, groupName(t.Key, t.IDs[n], name))
		}
		if len(w.doc.Types) == 1 {
			part.Resources.Values = t.Values
		}
	}
}

// groupName returns the displayed name of an access group: its kind and its name for people.
// Other resources have their name.
func groupName(typ, id, name string) string {
	kind, ok := ruleset.AccessKindOf(typ)
	if !ok {
		return name
	}
	if name == "" {
		name = id
	}
	return fmt.Sprintf("%s%s (%q)", strings.ToUpper(kind.Name[:1]), kind.Name[1:], name)
}

// fill adds the classes and the rules for each pair of them. Members with exceptions in the
// matrix are classes of their own.
func (part *Category) fill(a *report.Audit, numbers func(ids []string) []int) {
	exceptionalSubjects, exceptionalResources := map[int32]bool{}, make([]map[int32]bool, len(a.Types))
	for i, t := range a.Types {
		exceptionalResources[i] = map[int32]bool{}
		for _, e := range t.Exceptional {
			exceptionalSubjects[e.Subject] = true
			for _, n := range e.Resources {
				exceptionalResources[i][n] = true
			}
		}
	}
	subjects := places(a.Subjects, 0)
	groups := split(a.Subjects, exceptionalSubjects)
	for _, g := range groups {
		part.Rows = append(part.Rows, numbered(g, subjects))
	}
	part.Cells = make([][]int, len(groups))
	part.By = [][]int{{}}
	known := map[string]int{"": 0}
	first := int32(0)
	for i, t := range a.Types {
		what := places(t.Resources, first)
		for _, column := range split(t.Resources, exceptionalResources[i]) {
			part.Columns, part.Types = append(part.Columns, numbered(column, what)), append(part.Types, a.Names.Type(t.Type.Type))
			for row, g := range groups {
				var ids []string
				for _, n := range a.Granting(t.Type, g[0], column[0]) {
					ids = append(ids, t.Rules[n].ID)
				}
				slices.Sort(ids)
				key := strings.Join(ids, "\x00")
				n, ok := known[key]
				if !ok {
					n = len(part.By)
					known[key] = n
					part.By = append(part.By, numbers(ids))
				}
				part.Cells[row] = append(part.Cells[row], n)
			}
		}
		first += int32(len(what))
	}
}

// places numbers the members of groups as the page does, in ascending order.
func places(groups []matrix.Group, first int32) map[int32]int32 {
	var all []int32
	for _, g := range groups {
		all = append(all, g.Members...)
	}
	slices.Sort(all)
	at := make(map[int32]int32, len(all))
	for n, member := range all {
		at[member] = first + int32(n)
	}
	return at
}

// split returns the members of groups; those in alone form groups of their own.
func split(groups []matrix.Group, alone map[int32]bool) [][]int32 {
	var all [][]int32
	for _, g := range groups {
		var rest []int32
		for _, n := range g.Members {
			if alone[n] {
				all = append(all, []int32{n})
			} else {
				rest = append(rest, n)
			}
		}
		if len(rest) > 0 {
			all = append(all, rest)
		}
	}
	return all
}

func numbered(members []int32, at map[int32]int32) []int32 {
	numbers := make([]int32, len(members))
	for i, n := range members {
		numbers[i] = at[n]
	}
	return numbers
}
