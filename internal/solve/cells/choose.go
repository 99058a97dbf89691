package cells

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// Pattern is an anchored regular expression (RE2) that a string is tested with.
type Pattern struct {
	Expression string
	// Folded says that it reads the case-folded string; otherwise the string as written.
	Folded bool
}

// Tests are the comparisons of strings.
type Tests struct {
	// Folded are literals of comparisons that ignore case, case-folded; Exact are those of
	// exact comparisons.
	Folded, Exact []string
	Patterns      []Pattern
	// Spelt says that strings are compared as written, with a literal, an expression or each
	// other. Without it, every string is its own case-fold.
	Spelt bool
	// Each is the required number of representatives per cell.
	Each int
}

// Text is a representative.
type Text struct {
	Written, Fold string
	// Literal says that a test names the string, in this or another spelling.
	Literal bool
	// Matches says, by the index of a pattern, whether it matches.
	Matches []bool
}

// Representatives returns strings of all cells: literals first, and last the strings that match
// the fewest patterns. It returns ErrTooMany, or the error of an invalid expression.
func Representatives(t Tests) ([]Text, error) {
	var list []Text
	res := make([]*regexp.Regexp, len(t.Patterns))
	var folded, written, all []*machine
	for i, pattern := range t.Patterns {
		re, err := regexp.Compile(pattern.Expression)
		if err != nil {
			return nil, fmt.Errorf("the expression %q is not valid: %w", pattern.Expression, err)
		}
		m, err := newMachine(pattern.Expression)
		if err != nil {
			return nil, err
		}
		res[i] = re
		all = append(all, m)
		if pattern.Folded {
			folded = append(folded, m)
		} else {
			written = append(written, m)
		}
	}
	leave := map[string]bool{}
	add := func(text string) {
		r := Text{Written: text, Fold: schema.Fold(text), Literal: leave[schema.Fold(text)], Matches: make([]bool, len(res))}
		for i, re := range res {
			subject := r.Written
			if t.Patterns[i].Folded {
				subject = r.Fold
			}
			r.Matches[i] = re.MatchString(subject)
		}
		list = append(list, r)
	}
	p := newProduct(folded, written, t.Each)
	spell := func(text string, exact map[string]bool) {
		if !t.Spelt {
			add(text)
			return
		}
		for _, s := range p.spelled(text, t.Each, exact) {
			add(s)
		}
	}
	literals := t.literals()
	for _, l := range literals {
		leave[l.fold] = true
		for _, e := range l.exact {
			add(e)
		}
		spell(l.fold, setOf(l.exact))
	}
	generic, err := p.generic(all, t, leave)
	for _, text := range generic {
		spell(text, nil)
	}
	return list, err
}

// generic returns case-folded strings of the cells that are not literals.
func (p *product) generic(all []*machine, t Tests, leave map[string]bool) ([]string, error) {
	if len(all) > 0 {
		return p.words(alphabet(all, t.Spelt, t.Each+len(leave)), t.Each, leave)
	}
	var list []string
	for n := 1; len(list) < t.Each; n++ {
		text := "other"
		if n > 1 {
			text = fmt.Sprintf("other-%d", n)
		}
		if !leave[text] {
			list = append(list, text)
		}
	}
	return list, nil
}

// literal is a case-folded literal with its spellings in exact comparisons.
type literal struct {
	fold  string
	exact []string
}

func (t Tests) literals() []literal {
	var list []literal
	at := map[string]int{}
	of := func(fold string) *literal {
		i, ok := at[fold]
		if !ok {
			i = len(list)
			at[fold] = i
			list = append(list, literal{fold: fold})
		}
		return &list[i]
	}
	for _, text := range t.Folded {
		of(text)
	}
	for _, text := range t.Exact {
		if l := of(schema.Fold(text)); !slices.Contains(l.exact, text) {
			l.exact = append(l.exact, text)
		}
	}
	slices.SortFunc(list, func(a, b literal) int { return strings.Compare(a.fold, b.fold) })
	return list
}

func setOf(texts []string) map[string]bool {
	set := map[string]bool{}
	for _, t := range texts {
		set[t] = true
	}
	return set
}
