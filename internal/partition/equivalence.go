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

// Equivalence tells which resources of one type no rule for one action can tell apart,
// whoever asks in whatever session: to a test across, a resource brings all of its
// texts. An entity is looked at when it is first asked about, so that a question
// about a few costs little on a large site. It is safe for concurrent use.
type Equivalence struct {
	typ   string
	data  *bundles.Document
	mu    sync.Mutex
	types map[string]*equivalences
	room  int
}

// Place is where a resource belongs.
type Place struct {
	// Class is the same number for resources that are alike.
	Class int32
	// Exceptional are the handles, ascending, of those who may meet an identity test on the
	// resource, or on an entity that a right depends on: of them, the class says
	// nothing.
	Exceptional []string
}

// Settles says whether the class says what a subject with a handle may. Handles
// that are not on record may stand for anybody who is not.
func (p Place) Settles(subject string) bool {
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

// equivalenceClass is resources that are alike, whoever asks.
type equivalenceClass struct {
	holds []byte
	// texts are what the resources bring, by the position of the test in Across;
	// leads are the classes that they lead to, by the position in Rights.
	texts [][]string
	leads [][]int32
	// examples are some of the resources.
	examples []example
}

type example struct {
	handle string
	Place
}

// maxExamples is enough that for most subjects one does not stand apart.
const maxExamples = 4

// ErrNotEquivalent says that nothing is known of which resources are alike.
var ErrNotEquivalent = errors.New("the rules compare entities that the subject leads to")

// Read returns what the rules of a bundle read.
func Read(data *bundles.Document) (*reads.Reads, error) {
	var r reads.Reads
	if err := decode(data, &r); err != nil {
		return nil, err
	}
	return &r, nil
}

// NewEquivalence prepares the resources of a type, a key, for the actions of a mask. It
// remembers at most room entities, and looks at others again each time.
func NewEquivalence(data *bundles.Document, r *reads.Reads, typ string, actions uint32, room int) (*Equivalence, error) {
	m := &Model{Reads: *r, Question: Question{Types: []string{typ}, Actions: actions}, Resources: map[string]*Resources{}}
	f := &folding{Model: m, site: &site{data: data, session: &Session{}}, asked: map[string]uint32{}}
	if err := f.plan(); err != nil {
		return nil, err
	}
	a := &Equivalence{typ: typ, data: data, types: map[string]*equivalences{}, room: room}
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

// Cached returns the number of entities that are remembered, 0 of nil.
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

// Places returns where resources belong, by their handles; those that are not on
// record have the class -1.
func (a *Equivalence) Places(handles []string) []Place {
	a.mu.Lock()
	defer a.mu.Unlock()
	places := make([]Place, len(handles))
	t := a.types[a.typ]
	for i, handle := range handles {
		p, known := t.places[handle]
		if !known {
			p.Class = unsettled
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
		c.texts = append(c.texts, t.across[n].of(t.Type, handle, unnumbered))
		key = appendTexts(key, c.texts[len(c.texts)-1])
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
	if a.room > 0 {
		a.room--
		t.places[handle] = p
	}
	return p
}

func appendTexts(key []byte, texts []string) []byte {
	key = binary.AppendUvarint(key, uint64(len(texts)))
	for _, text := range texts {
		key = append(binary.AppendUvarint(key, uint64(len(text))), text...)
	}
	return key
}
