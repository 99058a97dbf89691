package mix

import (
	"fmt"
	"math/rand/v2"
)

// Size is the size of a site. Rules is the number of rules that the site is for: there is a stream for every
// second rule, a department for every tenth and a group for every twentieth, so that more rules are about
// more people, and the number of rules that match a user does not depend on it.
type Size struct {
	Rules, Users, Apps, Objects, Tasks int
	// Departments overrides the number of departments, 0 for that of Rules. With a fixed number, more
	// rules are about the same people.
	Departments int
}

// Usual is the size of site for most figures: 1,000 apps.
func Usual(rules int) Size {
	return Size{Rules: rules, Users: 2000, Apps: 1000, Objects: 5000, Tasks: 500}
}

// World is a site. Its lists contain ids.
type World struct {
	Users, Streams, Apps, Objects, Tasks []string

	size   Size
	groups []string
	// owners are the users who own a resource; a task has the owner of its app.
	owners map[string]int
	// appOf is the app of each object, then of each task.
	appOf []int
}

// New generates a site.
func New(size Size) *World {
	w := &World{size: size, owners: make(map[string]int, size.Apps+size.Objects+size.Tasks)}
	r := w.random("ids")
	ids := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = guid(r)
		}
		return list
	}
	w.Users, w.Streams, w.Apps = ids(size.Users), ids(max(size.Rules/2, 5)), ids(size.Apps)
	w.Objects, w.Tasks = ids(size.Objects), ids(size.Tasks)
	for i := range max(size.Rules/20, 5) {
		w.groups = append(w.groups, fmt.Sprintf("Group %d", i))
	}
	for _, list := range [][]string{w.Streams, w.Apps, w.Objects} {
		for _, id := range list {
			w.owners[id] = r.IntN(len(w.Users))
		}
	}
	for range len(w.Objects) + len(w.Tasks) {
		w.appOf = append(w.appOf, r.IntN(len(w.Apps)))
	}
	for i, id := range w.Tasks {
		w.owners[id] = w.owners[w.Apps[w.appOf[len(w.Objects)+i]]]
	}
	return w
}

// random returns the random numbers for one purpose, so that they do not depend on other calls.
func (w *World) random(purpose string) *rand.Rand {
	seed := uint64(w.size.Rules)
	for _, c := range purpose {
		seed = seed*31 + uint64(c)
	}
	return rand.New(rand.NewPCG(7, seed))
}

// guid returns an id that compresses no better than a real one.
func guid(r *rand.Rand) string {
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xffff, r.Uint64()&0xffffffffffff)
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

func (w *World) group(r *rand.Rand) string { return pick(r, w.groups) }
func office(r *rand.Rand) string           { return fmt.Sprintf("Office %d", r.IntN(10)) }
func title(r *rand.Rand) string            { return fmt.Sprintf("Title %d", r.IntN(5)) }

func (w *World) department(r *rand.Rand) string {
	n := w.size.Departments
	if n == 0 {
		n = max(w.size.Rules/10, 10)
	}
	return fmt.Sprintf("Department %d", r.IntN(n))
}
