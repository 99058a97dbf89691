package partition

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// SubjectClasses partitions resources into those that the rules cannot distinguish for one
// existing subject in one session: of the strings of a resource it only matters whether the
// subject has one of them, and of the entities that a right depends on whether the subject has
// the right. It is not safe for concurrent use.
type SubjectClasses struct {
	*Equivalence
	handle string
	site   *site
	ask    Ask
	types  map[string]*typeState
}

// Ask returns on which resources of a type, all existing, the subject may perform an action.
type Ask func(typ string, action uint32, handles []string) ([]bool, error)

// typeState is what is known of the resources of a type.
type typeState struct {
	*equivalences
	mine    []map[string]bool // the subject's strings, by the position in Across
	classes map[int32]int32   // by the class for all subjects
	numbers map[string]int32
	// has says on which classes the subject may perform an action.
	has map[right]bool
}

type right struct {
	action uint32
	class  int32
}

// undecided is the class of a resource that has to be decided on its own.
const undecided = -1

// For returns the classes of one subject; nil if the subject does not exist.
func (a *Equivalence) For(handle string, session Session, ask Ask) *SubjectClasses {
	if !sitedata.OnRecord(a.data, "user", handle) {
		return nil
	}
	return &SubjectClasses{Equivalence: a, handle: handle, site: &site{data: a.data, session: &session}, ask: ask, types: map[string]*typeState{}}
}

// Classes returns, for each of the resources, a number that equivalent resources share, or -1
// for one that has to be decided on its own.
func (k *SubjectClasses) Classes(handles []string) ([]int32, error) {
	places := k.Places(handles)
	of := make([]int32, len(places))
	for i, place := range places {
		of[i] = undecided
		if place.Decides(k.handle) {
			of[i] = place.Class
		}
	}
	return k.merge(k.of(k.typ), of)
}

func (k *SubjectClasses) of(typ string) *typeState {
	if t, ok := k.types[typ]; ok {
		return t
	}
	t := &typeState{equivalences: k.Equivalence.types[typ], classes: map[int32]int32{undecided: undecided}, numbers: map[string]int32{}, has: map[right]bool{}}
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

// single returns the strings that matter for a comparison: for one of identity, the only one.
func single(t reads.Test, strs []string) []string {
	if t.Kind == reads.Identical && len(strs) != 1 {
		return nil
	}
	return strs
}

// merge maps classes for all subjects to those for this one.
func (k *SubjectClasses) merge(t *typeState, of []int32) ([]int32, error) {
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
		if err := k.decide(k.of(endType(t.tests[n])), t.tests[n].Action, slices.Compact(targets)); err != nil {
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
func (k *SubjectClasses) number(t *typeState, c *equivalenceClass) int32 {
	key := slices.Clone(c.holds)
	for i, n := range t.Across {
		key = appendBit(key, slices.ContainsFunc(single(t.tests[n], c.strs[i]), func(text string) bool { return t.mine[i][text] }))
	}
	for i, n := range t.Rights {
		end := k.of(endType(t.tests[n]))
		has := false
		for _, target := range c.leads[i] {
			holds, known := end.has[right{t.tests[n].Action, end.classes[target]}]
			if !known {
				return undecided
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

// decide finds out on which of the classes for all subjects this one may perform an action, as
// far as there is an example to ask about.
func (k *SubjectClasses) decide(t *typeState, action uint32, targets []int32) error {
	classes, err := k.merge(t, targets)
	if err != nil {
		return err
	}
	var open []right
	var handles []string
	chosen := map[int32]bool{}
	for i, class := range classes {
		if _, known := t.has[right{action, class}]; known || class == undecided || chosen[class] {
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

// example returns an existing resource of a class that is not exceptional.
func (k *SubjectClasses) example(t *typeState, class int32) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range t.equivalences.classes[class].examples {
		if e.Decides(k.handle) && sitedata.OnRecord(k.data, t.Type, e.handle) {
			return e.handle, true
		}
	}
	return "", false
}
