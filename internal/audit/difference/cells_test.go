package difference

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// Cells of several sessions are counted once, although each session divides them into different blocks. The number
// of cells is the number of pairs, and the fingerprint does not depend on the blocks.
func TestCellsAreCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := func(label string) ([]string, func() *joined) {
			var names []string
			for n := range rapid.IntRange(1, 6).Draw(t, label) {
				names = append(names, fmt.Sprint(label, n))
			}
			return names, func() *joined {
				of := make([]int32, len(names))
				for i := range of {
					of[i] = int32(rapid.IntRange(0, 2).Draw(t, "class"))
				}
				return join(names, names, of, of, nil)
			}
		}
		userNames, users := side("u")
		resourceNames, resources := side("r")
		tally := newTally()
		s, whole := &space{hash: tally.hash}, &space{hash: tally.hash}
		want := map[cellOf]bool{}
		var list []*cellsOf
		for n := range rapid.IntRange(1, 3).Draw(t, "sessions") {
			session := sessionCells{users(), map[string]*joined{"app": resources()}, map[string]map[[2]int32][]cellOf{"app": {}}}
			in := newCellsOf(n)
			exceptional := map[cellOf]bool{}
			for u := range userNames {
				for r := range resourceNames {
					if rapid.IntRange(0, 5).Draw(t, "apart") > 0 {
						continue
					}
					c := cellOf{int32(u), int32(r)}
					key := [2]int32{session.users.of[u], session.resources["app"].of[r]}
					session.exceptional["app"][key] = append(session.exceptional["app"][key], c)
					exceptional[c] = true
					if rapid.Bool().Draw(t, "differs") {
						in.singles[c] = true
						want[c] = true
					}
				}
			}
			for u, class := range session.users.classes {
				for r, other := range session.resources["app"].classes {
					if !rapid.Bool().Draw(t, "block") {
						continue
					}
					in.blocks[[2]int32{int32(u), int32(r)}] = true
					for _, user := range class.members {
						for _, resource := range other.members {
							if c := (cellOf{user, resource}); !exceptional[c] {
								want[c] = true
							}
						}
					}
				}
			}
			s.sessions = append(s.sessions, session)
			list = append(list, in)
		}
		got := s.count("app", list)
		creators := map[int32]bool{}
		one := newCellsOf(0)
		for c := range want {
			creators[c.user] = true
			one.singles[c] = true
		}
		if got.cells != int64(len(want)) || got.users.count() != len(creators) {
			t.Fatalf("%d cells of %d users, want %d of %d", got.cells, got.users.count(), len(want), len(creators))
		}
		// The same cells, one by one.
		flat := sessionCells{s.sessions[0].users, s.sessions[0].resources, map[string]map[[2]int32][]cellOf{"app": {}}}
		for u := range userNames {
			for r := range resourceNames {
				flat.exceptional["app"][[2]int32{}] = append(flat.exceptional["app"][[2]int32{}], cellOf{int32(u), int32(r)})
			}
		}
		whole.sessions = []sessionCells{flat}
		if again := whole.count("app", []*cellsOf{one}); again.fingerprint != got.fingerprint || again.cells != got.cells {
			t.Fatalf("%d cells with the fingerprint %x, one by one %d and %x", got.cells, got.fingerprint, again.cells, again.fingerprint)
		}
	})
}
