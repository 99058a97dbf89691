package studio

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// overview is the first page for an administrator.
type overview struct {
	Users     int        `json:"users"`
	Streams   []audience `json:"streams"`
	Roles     []role     `json:"roles"`
	Anonymous []right    `json:"anonymous"`
}

// audience is the number of users who can read a stream in the hub.
type audience struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Users int    `json:"users"`
}

// role is what the users with a role can do to apps: how many each of them reads, changes and
// controls, on average.
type role struct {
	Name    string  `json:"name"`
	Users   int     `json:"users"`
	Read    float64 `json:"read"`
	Change  float64 `json:"change"`
	Control float64 `json:"control"`
}

// right is the number of resources of a type on which an anonymous visitor has an action.
type right struct {
	Type      string `json:"type"`
	Action    string `json:"action"`
	Resources int    `json:"resources"`
}

func actionMask(names ...string) (mask uint32) {
	for _, name := range names {
		a, _ := ruleset.ParseAction(name)
		mask |= uint32(a)
	}
	return mask
}

var (
	readMask    = actionMask("read")
	changeMask  = actionMask("update", "publish", "approve")
	controlMask = actionMask("delete", "changeowner", "changerole")
)

// overview answers with numbers about the hub.
func (c *console) overview(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		o := overview{Streams: []audience{}, Roles: []role{}, Anonymous: []right{}}
		if now.live.Site == nil {
			return o, nil
		}
		m, err := now.live.Matrix(ctx, "hub", p)
		if err != nil {
			return nil, err
		}
		b, err := now.live.Bundle(ctx, p)
		if err != nil {
			return nil, err
		}
		reader := partition.NewReader(&b.Data)
		o.Users = len(m.Model.Subjects.Handles)
		for _, t := range m.Types {
			if t.Type == "stream" {
				for n, users := range byResource(m, t, readMask) {
					o.Streams = append(o.Streams, audience{t.Handles[n], reader.Name("stream", t.Handles[n]), users})
				}
			}
			if t.Type == "app" {
				if o.Roles, err = c.roles(now.live, m, t, p); err != nil {
					return nil, err
				}
			}
			o.Anonymous = append(o.Anonymous, anonymous(m, t)...)
		}
		slices.SortFunc(o.Streams, func(a, b audience) int { return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Name, b.Name)) })
		return o, nil
	})
}

// granted returns the actions that a set of rules of a type grants.
func granted(t *matrix.Type, rules []int32) (mask uint32) {
	for _, n := range rules {
		mask |= t.Rules[n].Actions
	}
	return mask
}

// byResource counts the users with one of some actions, by existing resource. Exceptional pairs
// count with their own rights.
func byResource(m *matrix.Matrix, t *matrix.Type, mask uint32) []int {
	members := make([]int, len(t.Rows))
	for _, class := range m.Model.Subjects.Of {
		members[class]++
	}
	byClass := make([]int, len(t.Classes))
	for class := range t.Rows {
		for at := range t.Classes {
			if granted(t, t.On(&t.Rows[class], int32(at)))&mask != 0 {
				byClass[at] += members[class]
			}
		}
	}
	counts := make([]int, t.Recorded)
	for n := range counts {
		counts[n] = byClass[t.Of[n]]
		for _, user := range t.Exceptional[int32(n)] {
			class := granted(t, t.On(&t.Rows[m.Model.Subjects.Of[user]], t.Of[n]))&mask != 0
			own := granted(t, m.Granting(t, user, int32(n)))&mask != 0
			switch {
			case own && !class:
				counts[n]++
			case class && !own:
				counts[n]--
			}
		}
	}
	return counts
}

// byUser counts the existing resources on which each user has one of some actions.
func byUser(m *matrix.Matrix, t *matrix.Type, mask uint32) []int {
	sizes := make([]int, len(t.Classes))
	for n := range t.Recorded {
		sizes[t.Of[n]]++
	}
	byClass := make([]int, len(t.Rows))
	for class := range t.Rows {
		for at, size := range sizes {
			if size > 0 && granted(t, t.On(&t.Rows[class], int32(at)))&mask != 0 {
				byClass[class] += size
			}
		}
	}
	counts := make([]int, len(m.Model.Subjects.Of))
	for n, class := range m.Model.Subjects.Of {
		counts[n] = byClass[class]
	}
	for n := range t.Recorded {
		for _, user := range t.Exceptional[int32(n)] {
			class := granted(t, t.On(&t.Rows[m.Model.Subjects.Of[user]], t.Of[n]))&mask != 0
			own := granted(t, m.Granting(t, user, int32(n)))&mask != 0
			switch {
			case own && !class:
				counts[user]++
			case class && !own:
				counts[user]--
			}
		}
	}
	return counts
}

// noRole stands for users without a role.
const noRole = ""

func (c *console) roles(live *workspace.Live, m *matrix.Matrix, t *matrix.Type, p *progress) ([]role, error) {
	site, err := live.Records(p)
	if err != nil {
		return nil, err
	}
	read, change, control := byUser(m, t, readMask), byUser(m, t, changeMask), byUser(m, t, controlMask)
	byName := map[string]*role{}
	for n, handle := range m.Model.Subjects.Handles {
		e := site.Records["user"][handle]
		if e == nil {
			continue
		}
		names := e.Lists["roles"]
		if len(names) == 0 {
			names = []string{noRole}
		}
		for _, name := range names {
			one := byName[name]
			if one == nil {
				one = &role{Name: name}
				byName[name] = one
			}
			one.Users++
			one.Read += float64(read[n])
			one.Change += float64(change[n])
			one.Control += float64(control[n])
		}
	}
	all := []role{}
	for _, one := range byName {
		n := float64(one.Users)
		one.Read, one.Change, one.Control = one.Read/n, one.Change/n, one.Control/n
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b role) int { return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Name, b.Name)) })
	return all, nil
}

// anonymous returns the rights of an anonymous visitor on the resources of a type.
func anonymous(m *matrix.Matrix, t *matrix.Type) []right {
	at := slices.Index(m.Model.Subjects.Anonymous, true)
	if at < 0 {
		return nil
	}
	counts := map[ruleset.Action]int{}
	for n := range t.Recorded {
		for _, a := range ruleset.Actions(granted(t, m.Granting(t, int32(at), int32(n)))).List() {
			counts[a]++
		}
	}
	var all []right
	for _, a := range ruleset.AllActions {
		if counts[a] > 0 {
			all = append(all, right{typeName(t.Type), a.Name(), counts[a]})
		}
	}
	return all
}
