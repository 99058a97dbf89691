package partition

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// sideTests are the tests that read one side only, ordered so that all of them are evaluated
// for an entity together.
type sideTests struct {
	site    *site
	byText  []*columnTests
	pairs   []pairTest
	session []int32 // the true ones among those that the session decides
	anon    []int32
}

// columnTests are the tests of one operand.
type columnTests struct {
	*column
	present   []int32
	oneOf     map[string][]int32
	identical map[string][]int32
	regexps   []regexpTest
	seen      map[string][]int32 // results of oneOf and regexps by string
}

type regexpTest struct {
	test int32
	*regexp.Regexp
}

// pairTest compares two operands of the same side.
type pairTest struct {
	test        int32
	kind        reads.Kind
	left, right *column
	same        bool
}

// newSideTests selects those of the numbered tests that read one side.
func newSideTests(s *site, all []reads.Test, numbers []int, mine func(reads.Test) bool) (*sideTests, error) {
	st := &sideTests{site: s}
	columns := map[string]*columnTests{}
	for _, n := range numbers {
		t := all[n]
		if !mine(t) {
			continue
		}
		switch t.Kind {
		case reads.From:
			if s.session.Context == t.Context {
				st.session = append(st.session, int32(n))
			}
			continue
		case reads.Anonymous:
			st.anon = append(st.anon, int32(n))
			continue
		case reads.OneOf, reads.Common, reads.Identical, reads.Matches, reads.Present, reads.Exists, reads.CommonEntity, reads.IdenticalEntity, reads.Privilege:
		}
		if t.Left != nil && t.Right != nil {
			st.pairs = append(st.pairs, pairTest{int32(n), t.Kind, newColumn(s, *t.Left, t.Exact), newColumn(s, *t.Right, t.Exact), same(*t.Left, *t.Right)})
			continue
		}
		key := fmt.Sprintf("%+v %t", *t.Left, t.Exact)
		c := columns[key]
		if c == nil {
			c = &columnTests{column: newColumn(s, *t.Left, t.Exact), oneOf: map[string][]int32{}, identical: map[string][]int32{}, seen: map[string][]int32{}}
			columns[key] = c
			st.byText = append(st.byText, c)
		}
		if err := c.add(int32(n), t); err != nil {
			return nil, err
		}
	}
	return st, nil
}

func same(a, b reads.Operand) bool {
	return a.Root == b.Root && a.Property == b.Property && slices.Equal(a.Steps, b.Steps)
}

func (c *columnTests) add(n int32, t reads.Test) error {
	switch t.Kind {
	case reads.Present, reads.Exists:
		c.present = append(c.present, n)
	case reads.OneOf:
		for _, text := range t.Strings {
			c.oneOf[text] = append(c.oneOf[text], n)
		}
	case reads.Identical:
		for _, text := range t.Strings {
			c.identical[text] = append(c.identical[text], n)
		}
	case reads.Matches:
		for _, text := range t.Strings {
			re, err := regexp.Compile(text)
			if err != nil {
				return faulty("the test %d: %w", n, err)
			}
			c.regexps = append(c.regexps, regexpTest{n, re})
		}
	case reads.Common, reads.CommonEntity, reads.IdenticalEntity, reads.Privilege, reads.Anonymous, reads.From:
		return faulty("the test %d compares nothing", n)
	}
	return nil
}

// of returns the numbers of the tests that are true for an entity, by its handle and its
// number, ascending.
func (st *sideTests) of(typ, handle string, number int32) []int32 {
	held := slices.Clone(st.session)
	if len(st.anon) > 0 && st.site.isAnonymous(handle) {
		held = append(held, st.anon...)
	}
	for _, c := range st.byText {
		strs := c.column.of(typ, handle, number)
		if len(strs) > 0 {
			held = append(held, c.present...)
		}
		if len(strs) == 1 {
			held = append(held, c.identical[strs[0]]...)
		}
		for _, text := range strs {
			held = append(held, c.text(text)...)
		}
	}
	for _, p := range st.pairs {
		if p.holds(typ, handle, number) {
			held = append(held, p.test)
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
}

// text returns the tests that are true because of one string.
func (c *columnTests) text(text string) []int32 {
	if held, ok := c.seen[text]; ok {
		return held
	}
	held := slices.Clone(c.oneOf[text])
	for _, re := range c.regexps {
		if re.MatchString(text) {
			held = append(held, re.test)
		}
	}
	c.seen[text] = held
	return held
}

func (p pairTest) holds(typ, handle string, number int32) bool {
	left, right := p.left.of(typ, handle, number), p.right.of(typ, handle, number)
	switch p.kind {
	case reads.Common:
	case reads.Identical:
		if len(left) != 1 || len(right) != 1 {
			return false
		}
	case reads.CommonEntity:
		left, right = ids(left), ids(right)
	case reads.IdenticalEntity:
		if p.same {
			return len(identities(left)) == 1
		}
		if len(identities(left)) != 1 || len(identities(right)) != 1 {
			return false
		}
		left, right = ids(left), ids(right)
	case reads.OneOf, reads.Matches, reads.Present, reads.Exists, reads.Privilege, reads.Anonymous, reads.From:
		panic(fmt.Sprintf("partition: a test of the kind %s compares two values", p.kind))
	}
	return slices.ContainsFunc(left, func(text string) bool { return slices.Contains(right, text) })
}

// ids returns the ids of those entities that have one.
func ids(handles []string) []string {
	var all []string
	for _, h := range handles {
		all = append(all, idOf(h)...)
	}
	return all
}

// identities returns the identities of entities, without duplicates.
func identities(handles []string) map[string]bool {
	all := make(map[string]bool, len(handles))
	for _, h := range handles {
		all[identity(h)] = true
	}
	return all
}
