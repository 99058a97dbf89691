package cells

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Limits of the work on one component. If one is exceeded, there is no answer.
const (
	maxStates = 10_000
	maxWork   = 4_000_000
)

// ErrTooMany means that the automata of a component have too many states in total.
var ErrTooMany = errors.New("the patterns and regular expressions that are compared with each other need too many states")

// product reads a case-folded string and follows all of its spellings: the states of the
// patterns, which read the case-folded string, and how many spellings, counted up to cap, are
// in which states of the regular expressions.
type product struct {
	folded, written []*machine
	cap             int
	states          []orbit
	ids             map[string]int
	steps           map[machineStep]int
}

type orbit struct {
	folded []int
	// spelt counts the spellings by the states of the regular expressions.
	spelt map[string]int
}

func newProduct(folded, written []*machine, limit int) *product {
	p := &product{folded: folded, written: written, cap: limit, ids: map[string]int{}, steps: map[machineStep]int{}}
	p.state(orbit{make([]int, len(folded)), map[string]int{encode(make([]int, len(written))): 1}})
	return p
}

func encode(states []int) string {
	var b []byte
	for _, s := range states {
		b = binary.AppendUvarint(b, uint64(s))
	}
	return string(b)
}

func decode(key string, n int) []int {
	states := make([]int, n)
	b := []byte(key)
	for i := range states {
		v, size := binary.Uvarint(b)
		states[i], b = int(v), b[size:]
	}
	return states
}

func (p *product) state(o orbit) int {
	var key strings.Builder
	key.WriteString(encode(o.folded))
	for _, k := range slices.Sorted(maps.Keys(o.spelt)) {
		key.WriteByte('|')
		key.WriteString(k)
		key.WriteString(encode([]int{len(k), o.spelt[k]}))
	}
	id, ok := p.ids[key.String()]
	if !ok {
		id = len(p.states)
		p.ids[key.String()] = id
		p.states = append(p.states, o)
	}
	return id
}

func (p *product) step(state int, r rune) int {
	if next, ok := p.steps[machineStep{state, r}]; ok {
		return next
	}
	from := p.states[state]
	to := orbit{make([]int, len(p.folded)), map[string]int{}}
	for i, m := range p.folded {
		to.folded[i] = m.step(from.folded[i], r)
	}
	for key, n := range from.spelt {
		for _, s := range p.spelt(r) {
			k := p.stepWritten(key, s)
			to.spelt[k] = min(p.cap, to.spelt[k]+n)
		}
	}
	next := p.state(to)
	p.steps[machineStep{state, r}] = next
	return next
}

func (p *product) stepWritten(key string, r rune) string {
	states := decode(key, len(p.written))
	for i, m := range p.written {
		states[i] = m.step(states[i], r)
	}
	return encode(states)
}

// spelt returns the spellings of a case-folded rune. If no regular expression depends on
// spellings, the first of them is enough.
func (p *product) spelt(r rune) []rune {
	if len(p.written) == 0 {
		return []rune{r}
	}
	return append([]rune{r}, spellings()[r]...)
}

// kind returns what tests can tell about the strings that lead to a state: which patterns
// match, and how many spellings match which regular expressions.
func (p *product) kind(state int) string {
	o := p.states[state]
	var b strings.Builder
	for i, m := range p.folded {
		b.WriteByte(bit(m.accepts(o.folded[i])))
	}
	counts := map[string]int{}
	for key, n := range o.spelt {
		counts[p.accepted(key)] = min(p.cap, counts[p.accepted(key)]+n)
	}
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		b.WriteString("|" + k + encode([]int{counts[k]}))
	}
	return b.String()
}

func (p *product) accepted(key string) string {
	var b strings.Builder
	for i, s := range decode(key, len(p.written)) {
		b.WriteByte(bit(p.written[i].accepts(s)))
	}
	return b.String()
}

func bit(b bool) byte {
	if b {
		return '1'
	}
	return '0'
}

// explore creates all states that the alphabet reaches.
func (p *product) explore(runes []rune) error {
	for i := 0; i < len(p.states); i++ {
		for _, r := range runes {
			p.step(i, r)
		}
		if len(p.states) > maxStates || len(p.steps) > maxWork {
			return ErrTooMany
		}
	}
	return nil
}

// words returns, for each kind, the requested number of case-folded strings, or all if there
// are fewer, except those to leave out. Short ones come first.
func (p *product) words(runes []rune, each int, leave map[string]bool) ([]string, error) {
	if err := p.explore(runes); err != nil {
		return nil, err
	}
	kinds := make([]string, len(p.states))
	for i := range kinds {
		kinds[i] = p.kind(i)
	}
	retain := each + len(leave)
	found, last := map[string][]string{}, map[string]int{}
	layer := map[int][]string{0: {""}}
	work := 0
	for length := 0; len(layer) > 0; length++ {
		for _, state := range slices.Sorted(maps.Keys(layer)) {
			for _, w := range layer[state] {
				last[kinds[state]] = length
				if !leave[w] && len(found[kinds[state]]) < each {
					found[kinds[state]] = append(found[kinds[state]], w)
				}
			}
		}
		if p.enough(kinds, found, last, length, each) {
			break
		}
		next := map[int][]string{}
		for _, state := range slices.Sorted(maps.Keys(layer)) {
			for _, r := range runes {
				to := p.step(state, r)
				if work++; work > maxWork {
					return nil, ErrTooMany
				}
				for _, w := range layer[state][:min(len(layer[state]), retain-len(next[to]))] {
					work++
					next[to] = append(next[to], w+string(r))
				}
			}
		}
		layer = next
	}
	var list []string
	for _, k := range slices.Backward(slices.Sorted(maps.Keys(found))) {
		list = append(list, found[k]...)
	}
	return list, nil
}

// enough reports whether no kind needs more strings: it has the requested number, or finitely
// many. A language with a string at least as long as the number of states has one that is less
// than twice as long.
func (p *product) enough(kinds []string, found map[string][]string, last map[string]int, length, each int) bool {
	n := len(p.states)
	for _, k := range kinds {
		if len(found[k]) < each && (length < 2*n || last[k] >= n) {
			return false
		}
	}
	return true
}

// spelled returns spellings of a case-folded string: for each set of matching regular
// expressions, the requested number, or all if there are fewer, except those to leave out.
func (p *product) spelled(text string, each int, leave map[string]bool) []string {
	layer := map[string][]string{encode(make([]int, len(p.written))): {""}}
	for _, r := range text {
		next := map[string][]string{}
		for _, key := range slices.Sorted(maps.Keys(layer)) {
			for _, s := range append([]rune{r}, spellings()[r]...) {
				to := p.stepWritten(key, s)
				for _, w := range layer[key] {
					if len(next[to]) < each+len(leave) {
						next[to] = append(next[to], w+string(s))
					}
				}
			}
		}
		layer = next
	}
	count := map[string]int{}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(layer)) {
		for _, w := range layer[key] {
			if k := p.accepted(key); !leave[w] && count[k] < each {
				count[k]++
				list = append(list, w)
			}
		}
	}
	return list
}
