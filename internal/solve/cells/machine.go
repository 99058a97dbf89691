package cells

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"slices"
)

// machine is an anchored regular expression as a deterministic automaton whose states are
// created on first use. State 0 is the start.
type machine struct {
	prog   *syntax.Prog
	states []machineState
	ids    map[string]int
	steps  map[machineStep]int
}

// machineState is the current set of instructions, and the kind of the last rune, on which
// `\b`, `^` and `$` depend.
type machineState struct {
	at   []uint32
	last rune
}

type machineStep struct {
	state int
	r     rune
}

// The kinds of runes that assertions distinguish, each given by one of its members.
const (
	beforeAll = rune(-1)
	wordRune  = 'a'
	lineFeed  = '\n'
	otherRune = ' '
)

func newMachine(expression string) (*machine, error) {
	re, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("the expression %q is not valid: %w", expression, err)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, fmt.Errorf("the expression %q is not valid: %w", expression, err)
	}
	m := &machine{prog: prog, ids: map[string]int{}, steps: map[machineStep]int{}}
	m.state([]uint32{uint32(prog.Start)}, beforeAll)
	return m, nil
}

func (m *machine) state(at []uint32, last rune) int {
	slices.Sort(at)
	at = slices.Compact(at)
	key := binary.AppendVarint(nil, int64(last))
	for _, pc := range at {
		key = binary.AppendUvarint(key, uint64(pc))
	}
	id, ok := m.ids[string(key)]
	if !ok {
		id = len(m.states)
		m.ids[string(key)] = id
		m.states = append(m.states, machineState{at, last})
	}
	return id
}

// step returns the state after a rune.
func (m *machine) step(state int, r rune) int {
	if next, ok := m.steps[machineStep{state, r}]; ok {
		return next
	}
	var at []uint32
	m.follow(m.states[state], r, func(i *syntax.Inst) {
		if i.MatchRune(r) {
			at = append(at, i.Out)
		}
	})
	next := m.state(at, kindOf(r))
	m.steps[machineStep{state, r}] = next
	return next
}

// accepts reports whether the string that leads to a state matches.
func (m *machine) accepts(state int) bool {
	found := false
	m.follow(m.states[state], beforeAll, func(i *syntax.Inst) { found = found || i.Op == syntax.InstMatch })
	return found
}

// follow visits the instructions that read a rune, or match, if the next rune is r (beforeAll
// for the end of the string).
func (m *machine) follow(s machineState, r rune, visit func(*syntax.Inst)) {
	flags := syntax.EmptyOpContext(s.last, r)
	seen := map[uint32]bool{}
	stack := slices.Clone(s.at)
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch i := &m.prog.Inst[pc]; i.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, i.Out, i.Arg)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, i.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(i.Arg)&^flags == 0 {
				stack = append(stack, i.Out)
			}
		case syntax.InstFail:
		case syntax.InstMatch:
			if r == beforeAll {
				visit(i)
			}
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if r != beforeAll {
				visit(i)
			}
		}
	}
}

func kindOf(r rune) rune {
	switch {
	case syntax.IsWordChar(r):
		return wordRune
	case r == lineFeed:
		return lineFeed
	}
	return otherRune
}
