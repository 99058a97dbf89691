package difference

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// A cell is one action of one user on one resource, however many contexts it differs in. Each
// session of a comparison (hub, QMC, neither) partitions users and resources into its own
// classes. The cells that differ are stored per session as blocks, pairs of joint classes, and
// single pairs; here they are counted once over all sessions. This is done on the common
// refinement of the classes of all sessions:
//
//	hub    users {1 2} {3}     block {1 2} × {a}     cells 1a 2a
//	QMC    users {1} {2 3}     block {2 3} × {a}     cells 2a 3a
//	       refined {1} {2} {3}                       cells 1a 2a 3a, which are 3

// cellsOf are the differing cells of one session, type and action.
type cellsOf struct {
	session int
	blocks  map[[2]int32]bool
	singles map[cellOf]bool
}

func newCellsOf(session int) *cellsOf {
	return &cellsOf{session: session, blocks: map[[2]int32]bool{}, singles: map[cellOf]bool{}}
}

func (c *cellsOf) add(b *block) {
	if b.userClass == missing {
		c.singles[b.sample] = true
		return
	}
	c.blocks[[2]int32{b.userClass, b.resourceClass}] = true
}

// sessionCells is what counting needs of a session.
type sessionCells struct {
	users       *joined
	resources   map[string]*joined
	exceptional map[string]map[[2]int32][]cellOf
}

// space counts cells over all sessions.
type space struct {
	sessions []sessionCells
	hash     func(name string) uint64
	users    *refinement
	types    map[string]*typeSpace
}

// typeSpace is the space of one type.
type typeSpace struct {
	resources *refinement
	// exceptional are the pairs that are exceptional in some session, by session.
	exceptional map[cellOf][]bool
	// in are the same pairs by their refined classes.
	in map[[2]int32][]cellOf
}

// refinement is the common refinement of the classes of all sessions.
type refinement struct {
	of      []int32
	members [][]int32
	sums    []uint64
	// parts are the refined classes of a class, by session.
	parts []map[int32][]int32
}

func refine(all []*joined, hash func(string) uint64) *refinement {
	r := &refinement{parts: make([]map[int32][]int32, len(all))}
	known := map[string]int32{}
	for i := range r.parts {
		r.parts[i] = map[int32][]int32{}
	}
	for n, name := range all[0].names {
		key := make([]byte, 0, 4*len(all))
		for _, j := range all {
			c := j.of[n]
			key = append(key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
		}
		at, ok := known[string(key)]
		if !ok {
			at = int32(len(r.members))
			known[string(key)] = at
			r.members, r.sums = append(r.members, nil), append(r.sums, 0)
			for i, j := range all {
				r.parts[i][j.of[n]] = append(r.parts[i][j.of[n]], at)
			}
		}
		r.of = append(r.of, at)
		r.members[at] = append(r.members[at], int32(n))
		r.sums[at] = plus(r.sums[at], hash(name))
	}
	return r
}

func (s *space) of(typ string) *typeSpace {
	if t, ok := s.types[typ]; ok {
		return t
	}
	var users, resources []*joined
	for _, session := range s.sessions {
		users, resources = append(users, session.users), append(resources, session.resources[typ])
	}
	if s.users == nil {
		s.users = refine(users, s.hash)
	}
	t := &typeSpace{resources: refine(resources, s.hash), exceptional: map[cellOf][]bool{}, in: map[[2]int32][]cellOf{}}
	for i, session := range s.sessions {
		for _, list := range session.exceptional[typ] {
			for _, c := range list {
				if t.exceptional[c] == nil {
					t.exceptional[c] = make([]bool, len(s.sessions))
					key := [2]int32{s.users.of[c.user], t.resources.of[c.resource]}
					t.in[key] = append(t.in[key], c)
				}
				t.exceptional[c][i] = true
			}
		}
	}
	if s.types == nil {
		s.types = map[string]*typeSpace{}
	}
	s.types[typ] = t
	return t
}

// counted are cells of one type and action, without duplicates.
type counted struct {
	cells int64
	// fingerprint identifies exactly these cells.
	fingerprint uint64
	// users are the users with such a cell.
	users bitset
}

// count counts the cells of some sessions and causes, without duplicates.
func (s *space) count(typ string, list []*cellsOf) counted {
	t := s.of(typ)
	pairs := map[[2]int32]bool{}
	for _, c := range list {
		for b := range c.blocks {
			for _, u := range s.users.parts[c.session][b[0]] {
				for _, r := range t.resources.parts[c.session][b[1]] {
					pairs[[2]int32{u, r}] = true
				}
			}
		}
	}
	var n counted
	for pair := range pairs {
		users, resources := s.users.members[pair[0]], t.resources.members[pair[1]]
		n.cells += int64(len(users)) * int64(len(resources))
		n.fingerprint = plus(n.fingerprint, times(s.users.sums[pair[0]], t.resources.sums[pair[1]]))
		gone := map[int32]int{}
		for _, c := range t.in[pair] {
			gone[c.user]++
			n.cells--
			n.fingerprint = plus(n.fingerprint, prime-s.fingerprint(typ, c))
		}
		for _, u := range users {
			if gone[u] < len(resources) {
				n.users.add(u)
			}
		}
	}
	for c, in := range t.exceptional {
		if slices.ContainsFunc(list, func(l *cellsOf) bool { return s.differs(typ, l, c, in[l.session]) }) {
			n.cells++
			n.fingerprint = plus(n.fingerprint, s.fingerprint(typ, c))
			n.users.add(c.user)
		}
	}
	return n
}

// differs reports whether a pair is among the cells of a session, in which it is exceptional or
// not.
func (s *space) differs(typ string, l *cellsOf, c cellOf, exceptional bool) bool {
	if exceptional {
		return l.singles[c]
	}
	session := s.sessions[l.session]
	return l.blocks[[2]int32{session.users.of[c.user], session.resources[typ].of[c.resource]}]
}

func (s *space) fingerprint(typ string, c cellOf) uint64 {
	session := s.sessions[0]
	return times(s.hash(session.users.names[c.user]), s.hash(session.resources[typ].names[c.resource]))
}

// create is the action that is counted by user and type: existing resources are not created, so
// that each user counts once for all resources of a type.
var create = ruleset.AllActions[0].Name()

// amount is the relevant count of the cells of an action.
func (n counted) amount(action string) int64 {
	if action == create {
		return int64(n.users.count())
	}
	return n.cells
}
