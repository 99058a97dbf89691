package compiled

import (
	"context"
	"errors"
	"hash/maphash"
)

// step continues with a solution of the preceding steps. It reports whether to stop: the result
// is known, or the machine has failed.
type step func(m *machine, s []any) bool

// cont is a step that receives a value.
type cont func(m *machine, s []any, v any) bool

// expr evaluates a term; nil if it is undefined.
type expr func(m *machine, s []any) any

// machine evaluates one query at a time.
type machine struct {
	ctx   context.Context
	input any
	root  any
	err   error
	count uint

	stack []any
	top   int

	// gen distinguishes the entries of this query from those of earlier ones.
	gen   uint32
	rules []ruleMemo
	calls callMemo
	// varies says that the evaluation depends on more of the input than its stable members,
	// whose values and hash follow. current are the cached results for them, if there are any;
	// caching says that more are recorded for the cache.
	varies, caching bool
	members         members
	hash            uint64
	cache           *resultCache
	current         *results
	notedRules      []int32
	notedSequences  []int32
	notedCalls      []callEntry
	names           *names
	lists           pool[list]
	sets            pool[set]
	// lowered are results of lower for strings of earlier queries.
	lowered map[string]any
	// builtin is OPA's context of built-in functions, made when it is needed.
	builtin *builtinContext
}

const stackSize = 2048

// ruleMemo is what a rule without arguments evaluated to; nil if it is undefined.
type ruleMemo struct {
	gen uint32
	// varies is that of the machine after the evaluation. uncached says that values are too
	// large for the cache.
	varies, uncached bool
	// unnamed is, for a function, the number of consecutive calls that were not cached because
	// of their arguments.
	unnamed uint8
	value   any
}

func newMachine(rules int, names *names) *machine {
	return &machine{names: names, stack: make([]any, stackSize), rules: make([]ruleMemo, rules), calls: callMemo{entries: make([]callEntry, callsAtFirst)}, lowered: map[string]any{}}
}

// start prepares the machine for a query.
func (m *machine) start(ctx context.Context, root, input any) {
	if m.gen++; m.gen == 0 {
		clear(m.rules)
		clear(m.calls.entries)
		m.gen = 1
	}
	m.ctx, m.root, m.input, m.err, m.top, m.count, m.calls.used = ctx, root, input, nil, 0, 0, 0
}

func (m *machine) stop() {
	m.ctx, m.root, m.input, m.builtin = nil, nil, nil, nil
	m.lists.restart()
	m.sets.restart()
}

// enter returns a frame. The caller restores m.top afterwards.
func (m *machine) enter(n int) []any {
	to := m.top + n
	if to > len(m.stack) {
		return make([]any, n)
	}
	s := m.stack[m.top:to:to]
	m.top = to
	return s
}

// ErrConflict means that rules contradict each other. OPA can report which.
var ErrConflict = errors.New("rules contradict each other")

func (m *machine) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// ticks is the number of calls and elements between checks of the context.
const ticks = 128

// tick reports whether the evaluation has to end.
func (m *machine) tick() bool {
	if m.count++; m.count%ticks == 0 && m.ctx.Err() != nil {
		m.fail(context.Cause(m.ctx))
	}
	return m.err != nil
}

// callMemo memoizes the results of functions, as OPA does: equal arguments, such as 1 and 1.0,
// have the result of the first call. It is a hash table with open addressing.
type callMemo struct {
	entries []callEntry
	used    int
}

const (
	callsAtFirst = 128
	minCalls     = 8
	// callArgs is the maximum number of arguments of memoized calls.
	callArgs = 4
)

type callEntry struct {
	gen    uint32
	of     int32
	varies bool
	hash   uint64
	args   [callArgs]any
	value  any
}

// known returns the value of a rule that was evaluated before, and whether it was.
func (m *machine) known(id int32) (any, bool) {
	if memo := &m.rules[id]; memo.gen == m.gen {
		m.varies = m.varies || memo.varies
		return memo.value, true
	}
	return m.cachedRule(id)
}

// store memoizes the value of a rule, and records it for the cache if possible. before says
// whether the machine varied before the evaluation.
func (m *machine) store(id int32, v any, before bool) {
	memo := &m.rules[id]
	memo.gen, memo.varies, memo.value = m.gen, m.varies, v
	if m.caching && !m.varies && !memo.uncached && m.err == nil {
		m.notedRules = append(m.notedRules, id)
	}
	m.varies = m.varies || before
}

var seed = maphash.MakeSeed()

// hashArgs returns false for arguments whose results are not memoized.
func (m *machine) hashArgs(of int32, args []any) (uint64, bool) {
	if len(args) > callArgs {
		return 0, false
	}
	h := uint64(of) * 0x9e3779b97f4a7c15
	for _, a := range args {
		s, ok := stringOf(a)
		if !ok {
			m.varies = m.varies || !numberless(a)
			h = (h ^ uint64(toAST(a).Hash())) * 0x9e3779b97f4a7c15
			continue
		}
		h = (h ^ maphash.String(seed, s)) * 0x9e3779b97f4a7c15
	}
	return h ^ h>>32, true
}

// find returns the entry of a call, or the free one where it belongs.
func (c *callMemo) find(gen uint32, of int32, hash uint64, args []any) *callEntry {
	mask := uint64(len(c.entries) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		e := &c.entries[i]
		if e.gen != gen {
			return e
		}
		if e.hash == hash && e.of == of && sameArgs(e.args[:len(args)], args) {
			return e
		}
	}
}

func sameArgs(a, b []any) bool {
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// put memoizes a result.
func (c *callMemo) put(gen uint32, of int32, hash uint64, args []any, value any, varies bool) *callEntry {
	e := c.place(gen, hash)
	e.gen, e.of, e.hash, e.value, e.varies = gen, of, hash, value, varies
	copy(e.args[:], args)
	return e
}

// place returns a free entry for a result.
func (c *callMemo) place(gen uint32, hash uint64) *callEntry {
	if 4*c.used >= 3*len(c.entries) {
		old := c.entries
		c.entries = make([]callEntry, max(minCalls, 2*len(old)))
		for i := range old {
			if e := &old[i]; e.gen == gen {
				*c.free(gen, e.hash) = *e
			}
		}
	}
	c.used++
	return c.free(gen, hash)
}

func (c *callMemo) free(gen uint32, hash uint64) *callEntry {
	mask := uint64(len(c.entries) - 1)
	i := hash & mask
	for ; c.entries[i].gen == gen; i = (i + 1) & mask {
	}
	return &c.entries[i]
}
