package guard

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/bounds.json anew, and say what changed")

const boundsFile = "testdata/bounds.json"

// cost is the total cost of a number of decisions.
type cost struct {
	// Entries is the number of rule bodies that OPA enters, and Evaluations the number of expressions
	// that it evaluates in them, for allow only.
	Entries     int `json:"entries"`
	Evaluations int `json:"evaluations"`
	// Allocations is the number of allocations of the engine's Decide as compiled code, from JSON to the
	// checked decision, and Allow that of compiled allow for a parsed request.
	Allocations int `json:"allocations"`
	Allow       int `json:"allow"`
}

// slackAllocations is the difference of a decision's allocations to their bound that is neither a regression
// nor a gain. Pools that the garbage collector empties change the number a little, as does the hash table of
// recurring parts of requests, whose hash differs between runs.
const slackAllocations = 2

// maxAllow is the maximum number of allocations of a compiled allow.
const maxAllow = 5

// room is the difference to its bound, in percent, from which a lower cost requires a new bound: otherwise
// an improvement could be lost again unnoticed.
const room = 10

// The fixed decisions cost no more than when the bounds were written.
func TestBounds(t *testing.T) {
	if testing.Short() {
		t.Skip("bounds are for whole runs: the race detector, which runs with -short, allocates on its own")
	}
	measured := map[string]cost{}
	for _, g := range grounds() {
		for name, c := range g.measure(t) {
			measured[name] = c
		}
	}
	bounds := readBounds(t)
	if *update {
		writeBounds(t, bounds, measured)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(measured)) {
		bound, ok := bounds[name]
		if !ok {
			t.Errorf("%s has no bound: %s", name, howTo)
			continue
		}
		m := measured[name]
		compare(t, name, "rule bodies entered", m.Entries, bound.Entries, 0)
		compare(t, name, "expressions evaluated", m.Evaluations, bound.Evaluations, 0)
		compare(t, name, "allocations", m.Allocations, bound.Allocations, slackAllocations*decisions)
		if strings.HasPrefix(name, "rules=") && m.Allow > maxAllow*decisions {
			t.Errorf("%s: %d allocations in %d decisions by compiled allow, want %d for each at most", name, m.Allow, decisions, maxAllow)
		}
	}
	for name := range bounds {
		if _, ok := measured[name]; !ok {
			t.Errorf("the bound of %s is about nothing: %s", name, howTo)
		}
	}
}

// A decision with 5,000 rules costs at most a third more than with 100, if the same number of rules match
// the subject.
func TestFlat(t *testing.T) {
	bounds := readBounds(t)
	for _, what := range []string{"App/denial", "App/grant", "App.Object/denial", "App.Object/grant", "ReloadTask/denial", "ReloadTask/grant"} {
		few, many := bounds["rules=100/"+what], bounds["rules=5000/"+what]
		for _, figure := range [][2]int{{few.Entries, many.Entries}, {few.Evaluations, many.Evaluations}, {few.Allocations, many.Allocations}} {
			if figure[0] == 0 || figure[1]*10 > figure[0]*13 {
				t.Errorf("%s: %+v under 100 rules, %+v under 5,000", what, few, many)
				break
			}
		}
	}
}

const howTo = "if that is meant, run go test ./internal/test/guard -v -update, which prints old → new, and say why in the commit"

func compare(t *testing.T, name, what string, got, bound, slack int) {
	t.Helper()
	switch {
	case got > bound+slack:
		t.Errorf("%s: %d %s in %d decisions, the bound is %d: %s", name, got, what, decisions, bound, howTo)
	case (got+slack)*100 < bound*(100-room):
		t.Errorf("%s: only %d %s in %d decisions, the bound is %d: lower it, so that the gain is kept: %s", name, got, what, decisions, bound, howTo)
	}
}

func readBounds(t *testing.T) map[string]cost {
	t.Helper()
	bounds := map[string]cost{}
	text, err := os.ReadFile(boundsFile)
	if os.IsNotExist(err) && *update {
		return bounds
	}
	if err == nil {
		err = json.Unmarshal(text, &bounds)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bounds
}

// equivalent reports whether the difference of two costs is only noise.
func (c cost) equivalent(d cost) bool {
	difference := max(c.Allocations-d.Allocations, d.Allocations-c.Allocations)
	return c.Entries == d.Entries && c.Evaluations == d.Evaluations && c.Allow == d.Allow && difference <= decisions*slackAllocations
}

// writeBounds writes the bounds, one per line, and prints old → new. It keeps bounds whose difference is
// only noise.
func writeBounds(t *testing.T, old, measured map[string]cost) {
	t.Helper()
	text := "{\n"
	names := slices.Sorted(maps.Keys(measured))
	for i, name := range names {
		before, was := old[name]
		now := measured[name]
		if was && now.equivalent(before) {
			now = before
		}
		line, err := json.Marshal(now)
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("  %q: %s", name, line)
		if i+1 < len(names) {
			text += ","
		}
		text += "\n"
		switch {
		case !was:
			fmt.Printf("%-40s new: %s\n", name, line)
		case before != now:
			fmt.Printf("%-40s entries %d → %d, evaluations %d → %d, allocations %d → %d\n", name,
				before.Entries, now.Entries, before.Evaluations, now.Evaluations, before.Allocations, now.Allocations)
		}
	}
	for name := range old {
		if _, ok := measured[name]; !ok {
			fmt.Printf("%-40s gone\n", name)
		}
	}
	if err := os.WriteFile(filepath.FromSlash(boundsFile), []byte(text+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
