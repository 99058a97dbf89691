package studio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// access is the matrix of one type: groups of users with the same rights, and of resources on
// which all users have the same rights.
type access struct {
	Types     []typeInfo  `json:"types"`
	Type      string      `json:"type"`
	Users     []groupInfo `json:"users"`
	Resources []groupInfo `json:"resources"`
	// Cells are by group of users and of resources; nil if nothing is granted.
	Cells [][]*cell `json:"cells"`
	// MoreUsers and MoreResources are the numbers of groups that are not listed.
	MoreUsers     int         `json:"moreUsers"`
	MoreResources int         `json:"moreResources"`
	Exceptions    []exception `json:"exceptions"`
	// Cut reports whether there are more exceptions.
	Cut bool `json:"cut"`
}

type groupInfo struct {
	Count   int      `json:"count"`
	Members []member `json:"members"`
}

// member is a user, by login, or a resource, by id.
type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type cell struct {
	Actions uint32   `json:"actions"`
	Rules   []string `json:"rules"`
}

// exception is a user whose rights on some resources differ from the group's, such as an owner.
type exception struct {
	User      member   `json:"user"`
	Resources []member `json:"resources"`
	Count     int      `json:"count"`
	Row       int      `json:"row"`
	Columns   []int    `json:"columns"`
	cell
}

// The limits of the part of a matrix that a page gets.
const (
	maxRows, maxColumns         = 200, 120
	maxNamed                    = 50
	maxExceptions, maxException = 300, 20
)

// grid is the selected part of a matrix, with names.
type grid struct {
	*matrix.Grouped
	reader *partition.Reader
	action uint32
}

// grid selects the part of the matrix that the query parameters specify.
func (c *console) grid(ctx context.Context, q url.Values, p snapshot.Progress) (*grid, *access, error) {
	now, err := c.current()
	if err != nil {
		return nil, nil, err
	}
	from := q.Get("context")
	if _, known := map[string]bool{"hub": true, "qmc": true, "": true}[from]; !known {
		return nil, nil, fmt.Errorf("%q is not a context: hub or qmc", from)
	}
	m, err := now.live.Matrix(ctx, from, p)
	if err != nil {
		return nil, nil, err
	}
	b, err := now.live.Bundle(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	g := &grid{reader: partition.NewReader(&b.Data)}
	a := &access{Types: []typeInfo{}, Users: []groupInfo{}, Resources: []groupInfo{}, Cells: [][]*cell{}, Exceptions: []exception{}}
	one := *m
	one.Types = nil
	for _, t := range m.Types {
		a.Types = append(a.Types, typeInfo{t.Type, typeName(t.Type), t.Recorded})
		if t.Type == schema.Fold(q.Get("type")) {
			one.Types, a.Type = []*matrix.Type{t}, t.Type
		}
	}
	if one.Types == nil {
		return nil, a, nil
	}
	if action, ok := ruleset.ParseAction(q.Get("action")); ok {
		g.action = uint32(action)
	}
	subject, what := strings.ToLower(q.Get("user")), strings.ToLower(q.Get("resource"))
	contains := func(text string, m member) bool {
		return text == "" || strings.Contains(strings.ToLower(m.ID+" "+m.Name), text)
	}
	g.Grouped = one.Group(matrix.Selection{
		Subject: func(n int32) bool { return contains(subject, g.user(m, n)) },
		Resource: func(t *matrix.Type, n int32) bool {
			return int(n) < t.Recorded && contains(what, g.resource(t, n))
		},
	})
	return g, a, nil
}

// typeName returns the displayed name of a type.
func typeName(key string) string {
	if known := schema.Default().Lookup(key); known != nil {
		return known.Name
	}
	return key
}

func (g *grid) user(m *matrix.Matrix, n int32) member {
	s := m.Model.Subjects
	one := member{s.IDs[n], g.reader.Name("user", s.Handles[n])}
	if login := g.reader.Login(s.Handles[n]); login != "" && !s.Anonymous[n] {
		one.ID = login
	}
	return one
}

func (g *grid) resource(t *matrix.Type, n int32) member {
	return member{t.Handles[n], g.reader.Name(t.Type, t.Handles[n])}
}

// cell returns the rights that rules grant, nil for none.
func (g *grid) cell(t *matrix.GroupedType, rules []int32) *cell {
	one := &cell{Rules: []string{}}
	for _, n := range rules {
		if granted := t.Rules[n].Actions; granted != 0 && (g.action == 0 || granted&g.action != 0) {
			one.Actions |= granted
			one.Rules = append(one.Rules, t.Rules[n].ID)
		}
	}
	if one.Actions == 0 {
		return nil
	}
	return one
}

// access answers with a part of the matrix.
func (c *console) access(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		g, a, err := c.grid(ctx, q, p)
		if err != nil || g == nil {
			return a, err
		}
		g.fill(a)
		return a, nil
	})
}

func (g *grid) fill(a *access) {
	t := g.Types[0]
	a.MoreUsers, a.MoreResources = max(0, len(g.Subjects)-maxRows), max(0, len(t.Resources)-maxColumns)
	for _, group := range t.Resources[:len(t.Resources)-a.MoreResources] {
		info := groupInfo{Count: len(group.Members)}
		for _, n := range group.Members[:min(maxNamed, len(group.Members))] {
			info.Members = append(info.Members, g.resource(t.Type, n))
		}
		a.Resources = append(a.Resources, info)
	}
	rows := map[int32]int{}
	for i, group := range g.Subjects[:len(g.Subjects)-a.MoreUsers] {
		info := groupInfo{Count: len(group.Members)}
		for _, n := range group.Members {
			if rows[n] = i; len(info.Members) < maxNamed {
				info.Members = append(info.Members, g.user(g.Matrix, n))
			}
		}
		a.Users = append(a.Users, info)
		cells := make([]*cell, len(a.Resources))
		for block := range t.Blocks(group) {
			one := g.cell(t, block.Rules)
			for at := range block.Groups.All() {
				if int(at) < len(cells) {
					cells[at] = one
				}
			}
		}
		a.Cells = append(a.Cells, cells)
	}
	for _, exceptional := range t.Exceptional {
		row, shown := rows[exceptional.Subject]
		one := g.cell(t, exceptional.Rules)
		if !shown || one == nil && !a.grants(row, t, exceptional.Resources) {
			continue
		}
		if len(a.Exceptions) == maxExceptions {
			a.Cut = true
			break
		}
		if one == nil {
			one = &cell{Rules: []string{}} // the group has rights that this user does not have
		}
		e := exception{User: g.user(g.Matrix, exceptional.Subject), Count: len(exceptional.Resources), Row: row, Resources: []member{}, Columns: []int{}, cell: *one}
		for i, n := range exceptional.Resources {
			if i < maxException {
				e.Resources = append(e.Resources, g.resource(t.Type, n))
			}
			if at := t.GroupOf(n); len(e.Columns) == 0 || e.Columns[len(e.Columns)-1] != at {
				e.Columns = append(e.Columns, at)
			}
		}
		a.Exceptions = append(a.Exceptions, e)
	}
}

// grants reports whether the group of a row has rights on one of the resources.
func (a *access) grants(row int, t *matrix.GroupedType, resources []int32) bool {
	return slices.ContainsFunc(resources, func(n int32) bool {
		at := t.GroupOf(n)
		return at < len(a.Cells[row]) && a.Cells[row][at] != nil
	})
}

// accessCSV answers with a row for each user and resource that the query parameters select.
func (c *console) accessCSV(w http.ResponseWriter, r *http.Request) {
	g, _, err := c.grid(r.Context(), r.URL.Query(), snapshot.NoProgress{})
	if err != nil || g == nil {
		http.Error(w, fmt.Sprint("there is nothing to export: ", err), http.StatusUnprocessableEntity)
		return
	}
	now, err := c.current()
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	name := r.URL.Query().Get("type")
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "access-"+schema.Fold(name)+".csv"))
	audit := &report.Audit{Context: r.URL.Query().Get("context"), Grouped: g.Grouped, Names: report.Names{
		Type: func(string) string { return name }, Resource: g.reader.Name, Login: g.reader.Login,
		Rule: func(id string) string {
			if rule, ok := now.rule(id); ok {
				return rule.Name
			}
			return id
		},
	}}
	if err := tabular.Formats().Render(render.CSV, w, report.Cells.Of(audit)); err != nil {
		panic(http.ErrAbortHandler) // an incomplete file must not look complete
	}
}
