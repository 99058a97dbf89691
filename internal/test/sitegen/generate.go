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

// Size is the size of the parts of a case.
type Size struct {
	Users, Streams, Apps, Objects int
	// Others is the number of entities of every other type in the snapshot.
	Others          int
	Rules, Requests int
}

// Small is a site whose requests take milliseconds each.
var Small = Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 25, Requests: 200}

// Case is a site with its rules, and requests about it.
type Case struct {
	// Rules is an export.
	Rules []byte
	// Files are the files of the snapshot directory, by name.
	Files map[string][]byte
	// Requests are AuthZEN access evaluation requests. Some are malformed, some are not JSON; none
	// contains a line feed.
	Requests [][]byte
	// Coverage counts the values of the rules' conditions in the requests.
	Coverage Coverage
}

// Coverage counts rules that can grant, by the values of their conditions over all requests and all entities
// related to them.
type Coverage struct {
	Rules, EverTrue, EverFalse, Both int
}

// Generate generates a case with valid rules. The same seed and size give the same case, byte for byte.
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
	// Rules depend on each other, so a new one can affect another one: repeat this a few times.
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

// requests generates requests, with a witness for each that has one.
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

// choose picks the witness of a rule, usually one with long paths of relations.
func (w *world) choose(witnesses []*witness) *witness {
	x := pick(w.rand, witnesses)
	if chance(w.rand, 4) {
		for range 16 { // few of many types have long paths
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

// Measure decides all requests with the independent evaluator and counts the values of conditions. It ignores
// rules with errors.
func Measure(rules []ruleset.Rule, site *snapshot.Site, requests [][]byte) Coverage {
	_, coverage, _ := measure(rules, site, requests)
	return coverage
}

// measure returns the ids of the rules whose conditions had both values, and the errors of rules.
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

// Write writes the case to a directory: rules.json, requests.ndjson, and the snapshot in the subdirectory
// snapshot.
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
