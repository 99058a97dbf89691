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

// cost is what a number of decisions cost together.
type cost struct {
	// Entries are the rule bodies that OPA enters, Evaluations the expressions
	// that it evaluates in them, for allow alone.
	Entries     int `json:"entries"`
	Evaluations int `json:"evaluations"`
	// Allocations are those of the engine's Decide as compiled code, from JSON to the
	// checked decision, Allow those of compiled allow for a parsed request.
	Allocations int `json:"allocations"`
	Allow       int `json:"allow"`
}

// slackAllocations is what allocations may exceed their bound by without being a
// regression, in percent. Pools that the garbage collector empties move allocations a little.
const slackAllocations = 3

// maxAllow is the number of allocations of a compiled allow.
const maxAllow = 5

// room is how far below its bound, in percent, a cost may be before the bound
// has to be lowered: otherwise what was gained could be lost again unseen.
const room = 10

// The fixed decisions cost no more than they did when the bounds were written.
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
		compare(t, name, "allocations", m.Allocations, bound.Allocations, slackAllocations)
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

// A decision under 5,000 rules costs at most a third more than under 100, where as
// many concern the subject.
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
	case got*100 > bound*(100+slack):
		t.Errorf("%s: %d %s in %d decisions, the bound is %d: %s", name, got, what, decisions, bound, howTo)
	case got*100 < bound*(100-room):
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

// alike says that two costs differ by no more than chance.
func (c cost) alike(d cost) bool {
	apart := max(c.Allocations-d.Allocations, d.Allocations-c.Allocations)
	return c.Entries == d.Entries && c.Evaluations == d.Evaluations && c.Allow == d.Allow && apart*100 <= d.Allocations*slackAllocations
}

// writeBounds writes the bounds, a line each, and prints old → new. What differs
// by chance stays.
func writeBounds(t *testing.T, old, measured map[string]cost) {
	t.Helper()
	text := "{\n"
	names := slices.Sorted(maps.Keys(measured))
	for i, name := range names {
		before, was := old[name]
		now := measured[name]
		if was && now.alike(before) {
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
