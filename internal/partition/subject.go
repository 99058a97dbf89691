package partition

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// SubjectClasses tells which resources the rules cannot tell apart when one subject on
// record asks in one session: of the texts of a resource it counts whether the
// subject has one of them, and of the entities that a right depends on whether the
// subject has the right. It is not safe for concurrent use.
type SubjectClasses struct {
	*Equivalence
	handle string
	site   *site
	ask    Ask
	types  map[string]*asked
}

// Ask returns on which resources of a type, all on record, the subject has an
// action.
type Ask func(typ string, action uint32, handles []string) ([]bool, error)

// asked is what is known of the resources of a type.
type asked struct {
	*equivalences
	mine    []map[string]bool // the subject's texts, by the position in Across
	classes map[int32]int32   // by the class of all subjects
	numbers map[string]int32
	// has says on which classes the subject has an action.
	has map[right]bool
}

type right struct {
	action uint32
	class  int32
}

// unsettled is the class of a resource that has to be asked about.
const unsettled = -1

// For returns the classes of one subject; nil if the subject is not on record.
func (a *Equivalence) For(handle string, session Session, ask Ask) *SubjectClasses {
	if !sitedata.OnRecord(a.data, "user", handle) {
		return nil
	}
	return &SubjectClasses{Equivalence: a, handle: handle, site: &site{data: a.data, session: &session}, ask: ask, types: map[string]*asked{}}
}

// Classes returns, for each of the resources, a number that it shares with those that
// are alike, or -1 for one that has to be asked about.
func (k *SubjectClasses) Classes(handles []string) ([]int32, error) {
	places := k.Places(handles)
	of := make([]int32, len(places))
	for i, place := range places {
		of[i] = unsettled
		if place.Settles(k.handle) {
			of[i] = place.Class
		}
	}
	return k.merge(k.of(k.typ), of)
}

func (k *SubjectClasses) of(typ string) *asked {
	if t, ok := k.types[typ]; ok {
		return t
	}
	t := &asked{equivalences: k.Equivalence.types[typ], classes: map[int32]int32{unsettled: unsettled}, numbers: map[string]int32{}, has: map[right]bool{}}
	for _, n := range t.Across {
		test := t.tests[n]
		side := test.Left
		if side.Root == reads.Resource {
			side = test.Right
		}
		mine := map[string]bool{}
		for _, text := range single(test, newColumn(k.site, *side, test.Exact).of("user", k.handle, unnumbered)) {
			mine[text] = true
		}
		t.mine = append(t.mine, mine)
	}
	k.types[typ] = t
	return t
}

// single returns the texts that count for a test across: for one of identity, the
// only one.
func single(t reads.Test, texts []string) []string {
	if t.Kind == reads.Identical && len(texts) != 1 {
		return nil
	}
	return texts
}

// merge turns classes for all subjects into those for this one.
func (k *SubjectClasses) merge(t *asked, of []int32) ([]int32, error) {
	open := map[int32]*equivalenceClass{}
	k.mu.Lock()
	for _, class := range of {
		if _, known := t.classes[class]; !known {
			open[class] = t.equivalences.classes[class]
		}
	}
	k.mu.Unlock()
	var order []int32
	for class := range open {
		order = append(order, class)
	}
	slices.Sort(order)
	for i, n := range t.Rights {
		var targets []int32
		for _, class := range order {
			targets = append(targets, open[class].leads[i]...)
		}
		slices.Sort(targets)
		if err := k.settle(k.of(endType(t.tests[n])), t.tests[n].Action, slices.Compact(targets)); err != nil {
			return nil, err
		}
	}
	for _, class := range order {
		t.classes[class] = k.number(t, open[class])
	}
	merged := make([]int32, len(of))
	for i, class := range of {
		merged[i] = t.classes[class]
	}
	return merged, nil
}

// number returns the class of resources for this subject.
func (k *SubjectClasses) number(t *asked, c *equivalenceClass) int32 {
	key := slices.Clone(c.holds)
	for i, n := range t.Across {
		key = appendBit(key, slices.ContainsFunc(single(t.tests[n], c.texts[i]), func(text string) bool { return t.mine[i][text] }))
	}
	for i, n := range t.Rights {
		end := k.of(endType(t.tests[n]))
		has := false
		for _, target := range c.leads[i] {
			holds, known := end.has[right{t.tests[n].Action, end.classes[target]}]
			if !known {
				return unsettled
			}
			has = has || holds
		}
		key = appendBit(key, has)
	}
	number, ok := t.numbers[string(key)]
	if !ok {
		number = int32(len(t.numbers))
		t.numbers[string(key)] = number
	}
	return number
}

func appendBit(key []byte, bit bool) []byte {
	if bit {
		return append(key, 1)
	}
	return append(key, 0)
}

// settle finds out on which of the classes for all subjects this one has an
// action, as far as there is an example to ask about.
func (k *SubjectClasses) settle(t *asked, action uint32, targets []int32) error {
	classes, err := k.merge(t, targets)
	if err != nil {
		return err
	}
	var open []right
	var handles []string
	chosen := map[int32]bool{}
	for i, class := range classes {
		if _, known := t.has[right{action, class}]; known || class == unsettled || chosen[class] {
			continue
		}
		if handle, ok := k.example(t, targets[i]); ok {
			chosen[class] = true
			open, handles = append(open, right{action, class}), append(handles, handle)
		}
	}
	if len(open) == 0 {
		return nil
	}
	allowed, err := k.ask(t.Type, action, handles)
	if err != nil {
		return err
	}
	for i, r := range open {
		t.has[r] = allowed[i]
	}
	return nil
}

// example returns a resource on record that does not stand apart.
func (k *SubjectClasses) example(t *asked, class int32) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range t.equivalences.classes[class].examples {
		if e.Settles(k.handle) && sitedata.OnRecord(k.data, t.Type, e.handle) {
			return e.handle, true
		}
	}
	return "", false
}
