package partition

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// Equivalence partitions the resources of one type into those that no rule for an action can
// distinguish, for any subject and session: for a comparison of subject and resource, all
// strings of the resource count. It reads an entity when it is first requested, so that a
// question about a few entities is cheap on a large site. It is safe for concurrent use.
type Equivalence struct {
	typ       string
	data      *bundles.Document
	mu        sync.Mutex
	types     map[string]*equivalences
	maxCached int
}

// Place is the equivalence class of a resource.
type Place struct {
	// Class is the same number for equivalent resources.
	Class int32
	// Exceptional are the handles, ascending, of the subjects that may meet an identity test on
	// the resource, or on an entity that a right depends on: the class does not decide for
	// them.
	Exceptional []string
}

// Decides reports whether the class determines what the subject with a handle may do. Handles
// that do not exist may stand for any unknown subject.
func (p Place) Decides(subject string) bool {
	return !slices.ContainsFunc(p.Exceptional, func(handle string) bool {
		return handle == subject || handles.OffRecord(handle)
	})
}

// equivalences are the resources of one type.
type equivalences struct {
	*Resources
	tests          []reads.Test
	own            *sideTests
	across, owners map[int]*column
	places         map[string]Place
	numbers        map[string]int32
	classes        []*equivalenceClass
}

// equivalenceClass is a class of resources that are equivalent for all subjects.
type equivalenceClass struct {
	holds []byte
	// strs are the strings of the resources, by the position of the test in Across; leads are
	// the classes that they lead to, by the position in Rights.
	strs  [][]string
	leads [][]int32
	// examples are some of the resources.
	examples []example
}

type example struct {
	handle string
	Place
}

// maxExamples is chosen so that for most subjects one of them is not exceptional.
const maxExamples = 4

// ErrNotEquivalent means that the equivalence of resources is not known.
var ErrNotEquivalent = errors.New("the rules compare entities that the subject leads to")

// Read returns what the rules of a bundle read.
func Read(data *bundles.Document) (*reads.Reads, error) {
	var r reads.Reads
	if err := decode(data, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// NewEquivalence prepares the resources of a type, a key, for the actions of a mask. It caches
// at most maxCached entities, and reads others again each time.
func NewEquivalence(data *bundles.Document, r *reads.Reads, typ string, actions uint32, maxCached int) (*Equivalence, error) {
	m := &Model{Reads: *r, Question: Question{Types: []string{typ}, Actions: actions}, Resources: map[string]*Resources{}}
	f := &builder{Model: m, site: &site{data: data, session: &Session{}}, asked: map[string]uint32{}}
	if err := f.plan(); err != nil {
		return nil, err
	}
	a := &Equivalence{typ: typ, data: data, types: map[string]*equivalences{}, maxCached: maxCached}
	for name, resources := range f.Resources {
		for _, n := range resources.Identities {
			if t := r.Tests[n]; len(subjectSide(t).Steps) > 0 {
				return nil, ErrNotEquivalent
			}
		}
		own, err := newSideTests(f.site, r.Tests, f.tests(resources.Rules), reads.Test.OfResource)
		if err != nil {
			return nil, err
		}
		a.types[name] = &equivalences{
			Resources: resources, tests: r.Tests, own: own,
			across: f.columns(resources.Across, true), owners: f.columns(resources.Identities, true),
			places: map[string]Place{}, numbers: map[string]int32{},
		}
	}
	return a, nil
}

// Cached returns the number of cached entities, 0 for nil.
func (a *Equivalence) Cached() int {
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, t := range a.types {
		n += len(t.places)
	}
	return n
}

func subjectSide(t reads.Test) *reads.Operand {
	if t.Left.Root == reads.User {
		return t.Left
	}
	return t.Right
}

// Places returns the places of resources by their handles; those that do not exist have the
// class -1.
func (a *Equivalence) Places(handles []string) []Place {
	a.mu.Lock()
	defer a.mu.Unlock()
	places := make([]Place, len(handles))
	t := a.types[a.typ]
	for i, handle := range handles {
		p, known := t.places[handle]
		if !known {
			p.Class = undecided
			if sitedata.OnRecord(a.data, a.typ, handle) {
				p = a.place(t, handle)
			}
		}
		places[i] = p
	}
	return places
}

func (a *Equivalence) place(t *equivalences, handle string) Place {
	if p, ok := t.places[handle]; ok {
		return p
	}
	var p Place
	for _, n := range t.Identities {
		p.Exceptional = append(p.Exceptional, t.owners[n].of(t.Type, handle, unnumbered)...)
	}
	c := &equivalenceClass{holds: appendNumbers(nil, t.own.of(t.Type, handle, unnumbered))}
	key := slices.Clone(c.holds)
	for _, n := range t.Across {
		c.strs = append(c.strs, t.across[n].of(t.Type, handle, unnumbered))
		key = appendStrings(key, c.strs[len(c.strs)-1])
	}
	for _, n := range t.Rights {
		var leads []int32
		end := a.types[endType(t.tests[n])]
		for _, target := range t.leads[n].of(t.Type, handle, unnumbered) {
			to := a.place(end, target)
			leads = append(leads, to.Class)
			p.Exceptional = append(p.Exceptional, to.Exceptional...)
		}
		slices.Sort(leads)
		c.leads = append(c.leads, slices.Compact(leads))
		key = appendNumbers(key, c.leads[len(c.leads)-1])
	}
	slices.Sort(p.Exceptional)
	p.Exceptional = slices.Compact(p.Exceptional)
	var ok bool
	if p.Class, ok = t.numbers[string(key)]; !ok {
		p.Class = int32(len(t.classes))
		t.numbers[string(key)] = p.Class
		t.classes = append(t.classes, c)
	}
	c = t.classes[p.Class]
	if len(c.examples) < maxExamples {
		c.examples = append(c.examples, example{handle, p})
	}
	if a.maxCached > 0 {
		a.maxCached--
		t.places[handle] = p
	}
	return p
}

func appendStrings(key []byte, strs []string) []byte {
	key = binary.AppendUvarint(key, uint64(len(strs)))
	for _, text := range strs {
		key = append(binary.AppendUvarint(key, uint64(len(text))), text...)
	}
	return key
}
