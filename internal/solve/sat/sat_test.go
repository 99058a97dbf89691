package sat

import (
	"math/rand/v2"
	"testing"
)

// problem returns random clauses over a few variables.
func problem(r *rand.Rand, variables, clauses int) [][]Lit {
	list := make([][]Lit, clauses)
	for i := range list {
		for range 1 + r.IntN(3) {
			list[i] = append(list[i], Lit(r.IntN(2*variables)))
		}
	}
	return list
}

func satisfied(clauses [][]Lit, model func(Lit) bool) bool {
	for _, c := range clauses {
		ok := false
		for _, l := range c {
			ok = ok || model(l)
		}
		if !ok {
			return false
		}
	}
	return true
}

func bruteForce(clauses [][]Lit, variables int) bool {
	for bits := range 1 << variables {
		if satisfied(clauses, func(l Lit) bool { return bits>>(l>>1)&1 == 1 != l.Negated() }) {
			return true
		}
	}
	return false
}

func units(lits []Lit) [][]Lit {
	var list [][]Lit
	for _, l := range lits {
		list = append(list, []Lit{l})
	}
	return list
}

// TestSolve compares the solver with the truth table, while clauses are added one by one, and with assumptions. It checks
// models, and that cores have no model.
func TestSolve(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		variables := 1 + r.IntN(10)
		clauses := problem(r, variables, 1+r.IntN(5*variables))
		s := &Solver{}
		for range variables {
			s.New()
		}
		for i, c := range clauses {
			s.Add(c...)
			if i%5 != 0 && i+1 < len(clauses) {
				continue
			}
			var assumed []Lit
			for range r.IntN(4) {
				assumed = append(assumed, Lit(r.IntN(2*variables)))
			}
			now := append(append([][]Lit{}, clauses[:i+1]...), units(assumed)...)
			if got, want := s.Solve(assumed...), bruteForce(now, variables); got != want {
				t.Fatalf("%v under %v: %t, want %t", clauses[:i+1], assumed, got, want)
			} else if got && !satisfied(now, s.Value) {
				t.Fatalf("%v: the model does not satisfy the clauses", now)
			} else if !got && bruteForce(append(append([][]Lit{}, clauses[:i+1]...), units(s.Core())...), variables) {
				t.Fatalf("%v under %v: the core %v has a model", clauses[:i+1], assumed, s.Core())
			}
		}
	}
}

// TestPigeons needs learning, restarts and deletion of clauses: eight pigeons, seven holes.
func TestPigeons(t *testing.T) {
	const holes = 7
	s := &Solver{}
	var in [holes + 1][holes]Lit
	for p := range in {
		for h := range holes {
			in[p][h] = s.New()
		}
		s.Add(in[p][:]...)
	}
	for h := range holes {
		for p := range in {
			for q := range p {
				s.Add(in[p][h].Not(), in[q][h].Not())
			}
		}
	}
	if s.Solve() {
		t.Error("eight pigeons fit into seven holes")
	}
	if s.Conflicts() == 0 || s.Variables() != 56 || s.Clauses() == 0 {
		t.Error("the solver had no conflicts")
	}
	s.Add(in[0][0])
	if s.Solve() || len(s.Core()) > 0 {
		t.Error("a problem without a model has one")
	}
}

func TestLuby(t *testing.T) {
	for i, want := range []int{1, 1, 2, 1, 1, 2, 4, 1} {
		if got := luby(i + 1); got != want {
			t.Errorf("member %d is %d, want %d", i+1, got, want)
		}
	}
}
