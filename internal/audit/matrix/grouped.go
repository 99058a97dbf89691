package matrix

import (
	"encoding/binary"
	"iter"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Selection selects the subjects and resources of interest.
type Selection struct {
	Subject  func(n int32) bool
	Resource func(t *Type, n int32) bool
}

// Grouped is a matrix for output: subjects that have the same rights by the same rules on
// everything are one group, and so are resources on which all subjects have the same rights.
// Renderers use it as follows:
//
//	for _, g := range f.Subjects          // a row
//		for _, t := range f.Types           // a part of it
//			for b := range t.Blocks(g)      // resource groups with the same rights
//		…
//	for _, t := range f.Types
//		for _, a := range t.Exceptional           // pairs that their blocks do not speak of
//
// An exceptional pair (an owner and an owned resource) is only in Exceptional.
type Grouped struct {
	*Matrix
	Subjects []Group
	Types    []*GroupedType
}

// Group is a group of subjects or of resources.
type Group struct {
	// Members are numbers of subjects or resources, ascending.
	Members []int32
	// class is one of its classes.
	class int32
}

// GroupedType is the part of a Grouped for one type.
type GroupedType struct {
	*Type
	Resources []Group
	// Exceptional is ordered by subject; it has selected resources only.
	Exceptional []ExceptionalPairs
	// sets are the sets of the type, in terms of groups instead of classes; of is the group of
	// every resource, -1 for one that is not selected.
	sets []Set
	of   []int
}

// GroupOf returns the group of a resource, an index into Resources, or -1 for one that is not
// selected.
func (t *GroupedType) GroupOf(resource int32) int {
	if int(resource) >= len(t.of) {
		return -1
	}
	return t.of[resource]
}

// Grants returns what single rules grant to a group of subjects: rules and sets of resource
// groups.
func (t *GroupedType) Grants(g Group) iter.Seq2[int32, Set] {
	return func(yield func(int32, Set) bool) {
		for _, grant := range t.Rows[g.class].Grants {
			if !yield(grant.Rule, t.sets[grant.Set]) {
				return
			}
		}
	}
}

// Block is resource groups on which a group of subjects has the same rights.
type Block struct {
	// Rules are the rules that grant, indices into Rules of the type, ascending.
	Rules []int32
	// Groups are indices into Resources of the grouped type.
	Groups Set
}

// Group groups a matrix for output.
func (m *Matrix) Group(s Selection) *Grouped {
	f := &Grouped{Matrix: m}
	f.groupSubjects(s)
	for _, t := range m.Types {
		f.Types = append(f.Types, f.groupType(t, s))
	}
	return f
}

// groupSubjects groups subjects whose rows are equal. Equal sets have equal numbers.
func (f *Grouped) groupSubjects(s Selection) {
	groups := map[string]int{}
	group := make([]int, len(f.Model.Subjects.Classes))
	var key []byte
	for class := range f.Model.Subjects.Classes {
		key = key[:0]
		for _, t := range f.Matrix.Types {
			grants := t.Rows[class].Grants
			key = binary.AppendUvarint(key, uint64(len(grants)))
			for _, g := range grants {
				key = binary.AppendUvarint(key, uint64(g.Rule))
				key = binary.AppendUvarint(key, uint64(g.Set))
			}
		}
		n, ok := groups[string(key)]
		if !ok {
			n = len(groups)
			groups[string(key)] = n
		}
		group[class] = n
	}
	numbers := make([]int, len(groups))
	for n, class := range f.Model.Subjects.Of {
		if !s.Subject(int32(n)) {
			continue
		}
		at := &numbers[group[class]]
		if *at == 0 {
			f.Subjects = append(f.Subjects, Group{class: class})
			*at = len(f.Subjects)
		}
		g := &f.Subjects[*at-1]
		g.Members = append(g.Members, int32(n))
	}
}

func (f *Grouped) groupType(t *Type, s Selection) *GroupedType {
	ft := &GroupedType{Type: t}
	// Resources are equivalent if they are in the same relevant sets.
	used := make([]bool, len(t.Sets))
	for _, g := range f.Subjects {
		for _, grant := range t.Rows[g.class].Grants {
			used[grant.Set] = true
		}
	}
	in := make([][2]uint64, len(t.Classes)) // a hash of the sets that contain a class
	for n, set := range t.Sets {
		if used[n] {
			marks := [2]uint64{mix(uint64(2*n + 1)), mix(uint64(2*n + 2))}
			for class := range set.All() {
				in[class][0] += marks[0]
				in[class][1] += marks[1]
			}
		}
	}
	numbers := map[[2]uint64]int{}
	of := make([]int, t.Recorded)
	groups := make([]int32, len(t.Classes)) // 1 and the group of each class, 0 for none
	for n := range t.Recorded {
		of[n] = -1
		if !s.Resource(t, int32(n)) {
			continue
		}
		class := t.Of[n]
		g, ok := numbers[in[class]]
		if !ok {
			g = len(ft.Resources)
			numbers[in[class]] = g
			ft.Resources = append(ft.Resources, Group{class: class})
		}
		ft.Resources[g].Members = append(ft.Resources[g].Members, int32(n))
		of[n], groups[class] = g, int32(g)+1
	}
	ft.sets = make([]Set, len(t.Sets))
	for n, set := range t.Sets {
		if !used[n] {
			continue
		}
		ft.sets[n] = NewSet(len(ft.Resources))
		for class := range set.All() {
			if g := groups[class]; g > 0 {
				ft.sets[n].add(g - 1)
			}
		}
	}
	ft.of = of
	ft.Exceptional = f.exceptional(t, s, of)
	return ft
}

// mix distributes a number over 64 bits, so that sums of marks differ (splitmix64).
func mix(n uint64) uint64 {
	n *= 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

func (f *Grouped) exceptional(t *Type, s Selection, of []int) []ExceptionalPairs {
	var all []ExceptionalPairs
	for class := range t.Rows {
		for _, a := range t.Rows[class].Exceptional {
			if !s.Subject(a.Subject) {
				continue
			}
			a.Resources = slices.DeleteFunc(slices.Clone(a.Resources), func(n int32) bool { return int(n) >= len(of) || of[n] < 0 })
			if len(a.Resources) > 0 {
				all = append(all, a)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ExceptionalPairs) int { return int(a.Subject) - int(b.Subject) })
	return all
}

// Blocks iterates over the rights of a group of subjects; resource groups with the same rules
// are one block. Resources without rights are in no block.
func (t *GroupedType) Blocks(g Group) iter.Seq[Block] {
	row := &t.Rows[g.class]
	all := NewSet(len(t.Resources))
	for n := range t.Resources {
		all.add(int32(n))
	}
	blocks := []Block{{nil, all}}
	for _, grant := range row.Grants {
		next := make([]Block, 0, len(blocks)+1)
		for _, b := range blocks {
			in, out := b.Groups.split(t.sets[grant.Set])
			if out != nil {
				next = append(next, Block{b.Rules, out})
			}
			if in != nil {
				next = append(next, Block{append(slices.Clip(b.Rules), grant.Rule), in})
			}
		}
		blocks = next
	}
	return func(yield func(Block) bool) {
		for _, b := range blocks {
			if len(b.Rules) > 0 && !yield(b) {
				return
			}
		}
	}
}

// Right is actions that the same rules grant.
type Right struct {
	Actions []string
	// Rules are indices into Rules of the type, ascending.
	Rules []int32
}

// Rights orders rules by what they grant: every action of the question that one of them grants
// is in one right, with all the rules that grant it.
func (t *Type) Rights(rules []int32) []Right {
	var rights []Right
	for _, a := range ruleset.AllActions {
		var granting []int32
		for _, n := range rules {
			if t.Rules[n].Actions&uint32(a) != 0 {
				granting = append(granting, n)
			}
		}
		if granting == nil {
			continue
		}
		i := slices.IndexFunc(rights, func(r Right) bool { return slices.Equal(r.Rules, granting) })
		if i < 0 {
			i = len(rights)
			rights = append(rights, Right{Rules: granting})
		}
		rights[i].Actions = append(rights[i].Actions, a.Name())
	}
	return rights
}
