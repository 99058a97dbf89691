package partition

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
)

// stringNumbers numbers the strings that subjects have for a test, by test.
type stringNumbers map[int]map[string]int32

// subjects partitions the subjects by all of their values; classes that differ only in values
// that no resource has are merged later.
func (f *builder) subjects() (stringNumbers, error) {
	handles, subjects := f.site.subjects()
	if f.Subject != "" {
		at := slices.Index(handles, f.Subject)
		if at < 0 {
			return nil, fmt.Errorf("no user on record has the id %q", f.Subject)
		}
		handles, subjects = handles[at:at+1], subjects[at:at+1]
	}
	f.Subjects = &Subjects{Handles: handles, IDs: subjects}
	f.users = make(map[string]int32, len(handles))
	var across []int
	var rules []int
	for _, typ := range f.Order {
		across = append(across, f.Resources[typ].Across...)
		rules = append(rules, f.Resources[typ].Rules...)
	}
	slices.Sort(across)
	across = slices.Compact(across)
	own, err := newSideTests(f.site, f.Reads.Tests, f.tests(rules), reads.Test.OfSubject)
	if err != nil {
		return nil, err
	}
	known := stringNumbers{}
	columns := f.columns(across, false)
	for _, n := range across {
		known[n] = map[string]int32{}
	}
	f.met = map[int]map[int32]bool{}
	p := newPartitioner(len(handles))
	for i, handle := range handles {
		f.users[handle] = int32(i)
		f.Subjects.Anonymous = append(f.Subjects.Anonymous, f.site.isAnonymous(handle))
		c := Class{Holds: own.of("user", handle, unnumbered), Values: map[int][]int32{}}
		for _, n := range across {
			all := columns[n].of("user", handle, unnumbered)
			if f.Reads.Tests[n].Kind == reads.Identical && len(all) != 1 {
				all = nil
			}
			for _, text := range all {
				number, ok := known[n][text]
				if !ok {
					number = int32(len(known[n]))
					known[n][text] = number
				}
				c.Values[n] = append(c.Values[n], number)
			}
			slices.Sort(c.Values[n])
		}
		p.add(c)
	}
	f.Subjects.Partition = p.Partition
	return known, nil
}

// columns returns the operands of comparisons of subject and resource: those of the resource if
// resource is set, else those of the subject.
func (f *builder) columns(tests []int, resource bool) map[int]*column {
	columns := make(map[int]*column, len(tests))
	for _, n := range tests {
		t := f.Reads.Tests[n]
		op := *t.Left
		if (op.Root == reads.Resource) != resource {
			op = *t.Right
		}
		columns[n] = newColumn(f.site, op, t.Exact)
	}
	return columns
}

// resources partitions the entities of a type. The types that its rights depend on have been
// partitioned already.
func (f *builder) resources(ctx context.Context, r *Resources, known stringNumbers) error {
	own, err := newSideTests(f.site, f.Reads.Tests, f.tests(r.Rules), reads.Test.OfResource)
	if err != nil {
		return err
	}
	across, owners := f.columns(r.Across, true), f.columns(r.Identities, true)
	f.lead(r)
	r.Exceptional = make([][]int32, len(r.Handles))
	var exceptional []int32
	p := newPartitioner(len(r.Handles))
	for i, handle := range r.Handles {
		if i%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		c := Class{Holds: own.of(r.Type, handle, int32(i))}
		if len(r.Across) > 0 {
			c.Values = map[int][]int32{}
		}
		if len(r.Rights) > 0 {
			c.Leads = map[int][]int32{}
		}
		for _, n := range r.Across {
			f.addValues(&c, n, across[n].of(r.Type, handle, int32(i)), known[n])
		}
		exceptional = exceptional[:0]
		for _, n := range r.Identities {
			met := f.meet(f.Reads.Tests[n], owners[n].of(r.Type, handle, int32(i)))
			if len(met) == 0 {
				continue
			}
			if r.Met[n] == nil {
				r.Met[n] = map[int32][]int32{}
			}
			r.Met[n][int32(i)] = met
			exceptional = append(exceptional, met...)
		}
		for _, n := range r.Rights {
			target := f.Resources[endType(f.Reads.Tests[n])]
			for _, t := range r.Targets(n, int32(i)) {
				c.Leads[n] = append(c.Leads[n], target.Of[t])
				exceptional = append(exceptional, target.Exceptional[t]...)
			}
			slices.Sort(c.Leads[n])
			c.Leads[n] = slices.Compact(c.Leads[n])
		}
		if len(exceptional) > 0 {
			slices.Sort(exceptional)
			r.Exceptional[i] = slices.Clone(slices.Compact(exceptional))
		}
		p.add(c)
	}
	r.Partition = p.Partition
	return nil
}

// addValues records the values of a resource for a comparison with subjects: those of its
// strings that some subject has.
func (f *builder) addValues(c *Class, test int, all []string, known map[string]int32) {
	if f.Reads.Tests[test].Kind == reads.Identical && len(all) != 1 {
		return
	}
	for _, text := range all {
		number, ok := known[text]
		if !ok {
			continue
		}
		c.Values[test] = append(c.Values[test], number)
		if f.met[test] == nil {
			f.met[test] = map[int32]bool{}
		}
		f.met[test][number] = true
	}
	slices.Sort(c.Values[test])
}

// meet returns the subjects that are one of the entities or, for a test of identity, the only
// one.
func (f *builder) meet(t reads.Test, handles []string) []int32 {
	if t.Kind == reads.IdenticalEntity && len(identities(handles)) != 1 {
		return nil
	}
	var met []int32
	for _, handle := range handles {
		if n, ok := f.users[handle]; ok {
			met = append(met, n)
		}
	}
	slices.Sort(met)
	return met
}

// mergeSubjects partitions subjects again, by the values that some resource has too.
func (f *builder) mergeSubjects() {
	p := newPartitioner(len(f.Subjects.Handles))
	merged := make([]Class, len(f.Subjects.Classes))
	for i, c := range f.Subjects.Classes {
		merged[i] = Class{Holds: c.Holds, Values: map[int][]int32{}}
		for n, numbers := range c.Values {
			for _, number := range numbers {
				if f.met[n][number] {
					merged[i].Values[n] = append(merged[i].Values[n], number)
				}
			}
		}
	}
	for _, c := range f.Subjects.Of {
		p.add(merged[c])
	}
	f.Subjects.Partition = p.Partition
}

// partitioner assigns entities to classes.
type partitioner struct {
	Partition
	known map[string]int32
	key   []byte
}

func newPartitioner(n int) *partitioner {
	return &partitioner{Partition: Partition{Of: make([]int32, 0, n)}, known: map[string]int32{}}
}

// add adds the next entity, whose class has the properties of c.
func (p *partitioner) add(c Class) {
	p.key = appendNumbers(p.key[:0], c.Holds)
	p.key = appendLists(p.key, c.Values)
	p.key = appendLists(p.key, c.Leads)
	n, ok := p.known[string(p.key)]
	if !ok {
		n = int32(len(p.Classes))
		p.known[string(p.key)] = n
		p.Classes = append(p.Classes, c)
	}
	p.Classes[n].Members = append(p.Classes[n].Members, int32(len(p.Of)))
	p.Of = append(p.Of, n)
}

func appendLists(key []byte, lists map[int][]int32) []byte {
	var few [16]int32
	present := few[:0]
	for n, list := range lists {
		if len(list) > 0 {
			present = append(present, int32(n))
		}
	}
	slices.Sort(present)
	key = appendNumbers(key, present)
	for _, n := range present {
		key = appendNumbers(key, lists[int(n)])
	}
	return key
}

func appendNumbers(key []byte, numbers []int32) []byte {
	key = binary.AppendUvarint(key, uint64(len(numbers)))
	for _, n := range numbers {
		key = binary.AppendUvarint(key, uint64(n))
	}
	return key
}
