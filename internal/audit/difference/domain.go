package difference

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// domain is columns that tests compare with each other, straight or through others, and
// what tests name for any of them: each of these texts may stand in each of the columns,
// or two of them would never meet in it.
type domain struct {
	columns []*column
	// named are the texts that tests name, as written where a test is exact.
	named []string
	// exactly are those of them that exact tests name.
	exactly map[string]bool
	// patterns are those that texts are held against.
	patterns map[pattern]bool
	// compared are the pairs of columns that are compared, true where case counts.
	compared map[[2]string]bool
}

// pattern is an anchored regular expression for texts as written or, where it is not
// exact, for folded ones.
type pattern struct {
	expression string
	exact      bool
}

func newDomain(c *column) *domain {
	return &domain{columns: []*column{c}, exactly: map[string]bool{}, patterns: map[pattern]bool{}, compared: map[[2]string]bool{}}
}

// name adds a text that a test names.
func (d *domain) name(text string, exact bool) {
	if !slices.Contains(d.named, text) {
		d.named = append(d.named, text)
	}
	d.exactly[text] = d.exactly[text] || exact
}

// compare notes that a test compares two columns, which makes their domains one.
func compare(a, b *column, exact bool) {
	if a == b {
		return
	}
	d, other := a.domain, b.domain
	if d != other {
		for _, c := range other.columns {
			c.domain = d
		}
		d.columns = append(d.columns, other.columns...)
		for _, text := range other.named {
			d.name(text, other.exactly[text])
		}
		maps.Copy(d.patterns, other.patterns)
		maps.Copy(d.compared, other.compared)
	}
	pair := [2]string{min(a.key, b.key), max(a.key, b.key)}
	d.compared[pair] = d.compared[pair] || exact
}

// alike is the number of texts that no test tells apart by themselves, which the domain
// needs so that its columns can be equal and different in all ways: one for each
// comparison and one that is none of them. Where comparisons form no circle three do: one
// for a column, one that it has beside, and one for its neighbours that share neither.
func (d *domain) alike() int {
	if n := len(d.compared) + 1; n > len(d.columns) {
		return n
	}
	return min(len(d.compared)+1, 3)
}

// settle gives the columns of the domain their texts, and adds the patterns to unmade of
// which no text was found that meets them, or none that does not.
func (d *domain) settle(unmade map[string]bool) {
	t := d.teller()
	exact := slices.Contains(slices.Collect(maps.Values(d.compared)), true)
	texts := slices.Clone(d.named)
	folded := map[string]bool{}
	for _, text := range d.named {
		if fold := schema.Fold(text); !folded[fold] {
			folded[fold] = true
			texts = append(texts, d.respelled(t, fold, exact)...)
		}
	}
	var fresh []string
	count := map[string]int{}
	for _, text := range slices.Concat(t.words, strangers(d.alike()+len(d.named))) {
		fold, tells := schema.Fold(text), t.tells(text)
		if folded[fold] || count[tells] == d.alike() {
			continue
		}
		folded[fold] = true
		count[tells]++
		fresh = append(fresh, text)
		if exact { // as many may be the same but for case as are left for this text
			others := slices.DeleteFunc(spellings(text), func(s string) bool { return s == text })
			fresh = append(fresh, others[:min(len(others), d.alike()/count[tells]-1)]...)
		}
	}
	for _, c := range d.columns {
		c.texts, c.fresh = texts, fresh
	}
	t.unmet(slices.Concat(texts, fresh), unmade)
}

// respelled returns other spellings of a text that tests name, where case counts: one
// that no exact test names or, where columns are compared exactly, one for each of them.
func (d *domain) respelled(t *teller, fold string, exact bool) []string {
	most := 1
	if exact {
		most = d.alike()
	}
	counts := exact || t.exact
	free := map[string]int{} // by what patterns say of them
	for _, text := range d.named {
		if schema.Fold(text) == fold {
			counts = counts || d.exactly[text]
			if !d.exactly[text] {
				free[t.tells(text)]++
			}
		}
	}
	if !counts {
		return nil
	}
	var list []string
	for _, s := range slices.Concat(spellings(fold), t.words) {
		if tells := t.tells(s); schema.Fold(s) == fold && free[tells] < most && !slices.Contains(d.named, s) && !slices.Contains(list, s) {
			free[tells]++
			list = append(list, s)
		}
	}
	return list
}

// spellings returns texts that are a text but for case: in capitals, without, and with
// one letter unlike the others.
func spellings(text string) []string {
	var list []string
	add := func(s string) {
		if !slices.Contains(list, s) && schema.Fold(s) == schema.Fold(text) {
			list = append(list, s)
		}
	}
	upper, lower := []rune(strings.ToUpper(text)), []rune(strings.ToLower(text))
	add(string(upper))
	add(string(lower))
	for i := range lower {
		one := slices.Clone(lower)
		one[i] = unicode.ToUpper(one[i])
		add(string(one))
	}
	for i := range upper {
		one := slices.Clone(upper)
		one[i] = unicode.ToLower(one[i])
		add(string(one))
	}
	return list
}

// strangers returns texts that no test is expected to name: at least a number of each
// kind of sign, so that patterns that meet some do not meet all.
func strangers(most int) []string {
	list := []string{elseText, "some text", "another text"}
	for i := range most {
		list = append(list, fmt.Sprintf("text %d", i+4))
	}
	for _, sign := range []string{"x", "0", "?", "q7", "\n"} {
		for i := range most {
			list = append(list, strings.Repeat(sign, i+1))
		}
	}
	return list
}

// teller tells texts apart by the patterns of a domain.
type teller struct {
	patterns []pattern
	compiled []*regexp.Regexp
	// exact says that one of them is for texts as written.
	exact bool
	// words are some texts that they meet.
	words []string
}

func (d *domain) teller() *teller {
	t := &teller{}
	for p := range d.patterns {
		t.patterns = append(t.patterns, p)
	}
	slices.SortFunc(t.patterns, func(a, b pattern) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	for _, p := range t.patterns {
		re, err := regexp.Compile(p.expression)
		if err != nil { // then nothing meets it, and that is said
			re = regexp.MustCompile(`$.^`)
		}
		t.compiled = append(t.compiled, re)
		t.exact = t.exact || p.exact
		t.words = append(t.words, witnesses(p, d.alike()+len(d.named))...)
	}
	return t
}

// tells returns what the patterns say of a text.
func (t *teller) tells(text string) string {
	said := make([]byte, len(t.patterns))
	for i := range t.patterns {
		if said[i] = '-'; t.meets(i, text) {
			said[i] = '+'
		}
	}
	return string(said)
}

func (t *teller) meets(i int, text string) bool {
	if !t.patterns[i].exact {
		text = schema.Fold(text)
	}
	return t.compiled[i].MatchString(text)
}

// unmet adds the patterns that all texts meet, or none.
func (t *teller) unmet(texts []string, to map[string]bool) {
	for i, p := range t.patterns {
		met := 0
		for _, text := range texts {
			if t.meets(i, text) {
				met++
			}
		}
		if met == 0 || met == len(texts) {
			to[p.expression] = true
		}
	}
}
