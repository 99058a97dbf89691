package sitegen

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Size says how much of everything a case has.
type Size struct {
	Users, Streams, Apps, Objects int
	// Others counts the entities of every other type that the snapshot holds.
	Others          int
	Rules, Requests int
}

// Small is a site whose requests are decided in milliseconds each.
var Small = Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 25, Requests: 200}

// Case is a site with its rules, and requests about it.
type Case struct {
	// Rules is an export.
	Rules []byte
	// Files are the files of the snapshot folder, by name.
	Files map[string][]byte
	// Requests are AuthZEN access evaluation requests; some are malformed, some
	// no JSON; none holds a line feed.
	Requests [][]byte
	// Coverage is what the requests do to the conditions of the rules.
	Coverage Coverage
}

// Coverage counts rules that can grant by what their conditions came to be,
// over all requests and all entities that the requests lead to.
type Coverage struct {
	Rules, EverTrue, EverFalse, Both int
}

// Generate makes a case of valid rules up. The same seed and size give the same
// case, byte for byte.
func Generate(seed uint64, size Size) Case {
	r := newRand(seed)
	w := newWorld(r, ownHints(r), size)
	requests, witnesses := w.requests(size.Requests)
	drafts := make([]*draft, size.Rules)
	for i := range drafts {
		drafts[i] = w.draft(guid(r), w.choose(witnesses))
	}
	c := Case{Requests: requests, Files: w.files()}
	site := w.site()
	// Rules lean on each other, so a new one can spoil another: a few rounds.
	for range 16 {
		c.Rules = w.export(drafts)
		rules, list := ruleset.Decode("rules.json", c.Rules)
		both, coverage, faults := measure(rules, site, requests)
		if list.HasErrors() || len(faults) > 0 {
			panic(fmt.Sprintf("sitegen: seed %d made a rule that is not valid: %v %v", seed, list, faults)) // a bug
		}
		c.Coverage = coverage
		if coverage.Both*20 >= coverage.Rules*19 {
			break
		}
		for i, d := range drafts {
			if d.grants() && !both[d.id] {
				for drafts[i] = w.draft(d.id, w.choose(witnesses)); !drafts[i].grants(); {
					drafts[i] = w.draft(d.id, w.choose(witnesses))
				}
			}
		}
	}
	return c
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x716c696b)) }

// requests makes requests up, with a witness for each that has one.
func (w *world) requests(n int) ([][]byte, []*witness) {
	var lines [][]byte
	var witnesses []*witness
	for len(lines) < n {
		line, x := w.request()
		lines = append(lines, line)
		if x != nil {
			witnesses = append(witnesses, x)
		}
	}
	for len(witnesses) == 0 { // a case of very few requests
		if _, x := w.request(); x != nil {
			witnesses = append(witnesses, x)
		}
	}
	return lines, witnesses
}

// choose picks the witness of a rule, often one whose relations lead far.
func (w *world) choose(witnesses []*witness) *witness {
	x := pick(w.rand, witnesses)
	if chance(w.rand, 4) {
		for range 16 { // of many types few lead far
			if y := pick(w.rand, witnesses); w.reach(y.resource.kind) > w.reach(x.resource.kind) {
				x = y
			}
		}
	}
	return x
}

// reach is the length of the longest path of relations from a type.
func (w *world) reach(t *schema.Type) int {
	longest := 0
	for _, r := range t.Relations {
		longest = max(longest, 1+w.reach(w.schema.Lookup(r.Target)))
	}
	return longest
}

// Measure asks the reference for all decisions and counts what the conditions
// came to be. Rules with errors do not count.
func Measure(rules []ruleset.Rule, site *snapshot.Site, requests [][]byte) Coverage {
	_, coverage, _ := measure(rules, site, requests)
	return coverage
}

// measure returns the rules whose conditions were both, by id, and what is wrong
// with the rules too.
func measure(rules []ruleset.Rule, site *snapshot.Site, requests [][]byte) (both map[string]bool, c Coverage, faults []string) {
	held, failed := map[string]bool{}, map[string]bool{}
	e, list := evaluate.New(rules, site, evaluate.Options{Observe: func(id string, _ *snapshot.Entity, holds bool) {
		if holds {
			held[id] = true
		} else {
			failed[id] = true
		}
	}})
	invalid := map[string]bool{}
	for _, d := range list {
		invalid[d.Rule.ID] = true
		faults = append(faults, d.Rule.ID+": "+d.Summary)
	}
	for _, request := range requests {
		if d := e.Decide(request); d.Err != nil {
			faults = append(faults, d.Err.Error())
		}
	}
	both, c = map[string]bool{}, Coverage{EverTrue: len(held), EverFalse: len(failed)}
	for _, r := range rules {
		if r.Disabled || r.Category != ruleset.Security || invalid[r.ID] {
			continue
		}
		c.Rules++
		if held[r.ID] && failed[r.ID] {
			both[r.ID] = true
			c.Both++
		}
	}
	return both, c, faults
}

// Write writes the case into a folder: rules.json, requests.ndjson and the
// snapshot's files in the folder snapshot.
func (c Case) Write(dir string) error {
	files := map[string][]byte{
		"rules.json":      c.Rules,
		"requests.ndjson": append(bytes.Join(c.Requests, []byte("\n")), '\n'),
	}
	for name, content := range c.Files {
		files[filepath.Join("snapshot", name)] = content
	}
	if err := os.MkdirAll(filepath.Join(dir, "snapshot"), 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}
