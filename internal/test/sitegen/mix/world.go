package mix

import (
	"fmt"
	"math/rand/v2"
)

// Size says how large a site is. Rules is the number of rules that it is made
// for: there is a stream for every second, a department for every tenth and a group
// for every twentieth, so that more rules are rules about more people, and a user is
// concerned by as many of them at any number.
type Size struct {
	Rules, Users, Apps, Objects, Tasks int
	// Departments is another number of departments, 0 for that of Rules. With a fixed
	// number more rules are more rules about the same people.
	Departments int
}

// Usual is the size of site that most figures are from: 1,000 apps.
func Usual(rules int) Size {
	return Size{Rules: rules, Users: 2000, Apps: 1000, Objects: 5000, Tasks: 500}
}

// World is a site. Its lists hold ids.
type World struct {
	Users, Streams, Apps, Objects, Tasks []string

	size   Size
	groups []string
	// owners are the users that own a resource; a task has its app's.
	owners map[string]int
	// appOf is the app of each object, then of each task.
	appOf []int
}

// New makes a site up.
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

// random returns the numbers for one purpose, so that what is asked of a world,
// and in which order, changes nothing.
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
