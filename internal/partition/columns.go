package partition

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Columns keep what entities of a site have over several questions, so that folding the site
// for other rules reads only what these are the first to read. The zero value is empty. It is
// for one site that does not change, and not safe for concurrent use: one Fold at a time.
type Columns struct {
	columns map[string]*keptColumn
	// handles are those on record, by type, of types with many.
	handles map[string]handleList
	// led are the targets of tests of rights, by type and operand.
	led map[string][][]int32
}

// keptColumn is what entities on record have, by type and number; nil is not known yet. Types
// with few entities are not kept.
type keptColumn struct {
	columns *Columns
	types   map[string][]*[]string
}

// unnumbered is the number of an entity that has none, or whose number is not known.
const unnumbered = -1

// of returns what an entity has.
func (k *keptColumn) of(c *column, typ, handle string, number int32) []string {
	list := k.types[typ]
	if list == nil {
		list = make([]*[]string, len(k.columns.handles[typ].list))
		k.types[typ] = list
	}
	if int(number) >= len(list) {
		return c.read(typ, handle)
	}
	if list[number] == nil {
		texts := c.read(typ, handle)
		list[number] = &texts
	}
	return *list[number]
}

// targets returns the targets of a test of rights for all entities on record, nil if they are
// not known.
func (c *Columns) targets(typ string, op reads.Operand, recorded int) [][]int32 {
	if c == nil || recorded <= fewHandles {
		return nil
	}
	return c.led[typ+fmt.Sprintf("%+v", op)]
}

func (c *Columns) keepTargets(typ string, op reads.Operand, all [][]int32) {
	if c == nil || len(all) <= fewHandles {
		return
	}
	if c.led == nil {
		c.led = map[string][][]int32{}
	}
	c.led[typ+fmt.Sprintf("%+v", op)] = all
}

type handleList struct {
	list  []string
	index map[string]int32
}

// fewHandles is the number of entities up to which a type is listed anew each time.
const fewHandles = 256

func (c *Columns) column(op reads.Operand, exact bool) *keptColumn {
	if c == nil {
		return nil
	}
	key := fmt.Sprintf("%+v %t", op, exact)
	kept := c.columns[key]
	if kept == nil {
		kept = &keptColumn{c, map[string][]*[]string{}}
		if c.columns == nil {
			c.columns = map[string]*keptColumn{}
		}
		c.columns[key] = kept
	}
	return kept
}

// recorded returns the handles of a type on record, ordered, and their numbers. Neither must
// be changed.
func (s *site) recorded(typ string) ([]string, map[string]int32) {
	if s.columns != nil {
		if known, ok := s.columns.handles[typ]; ok {
			return known.list, known.index
		}
	}
	list := sitedata.Handles(s.data, typ)
	index := numbered(list)
	if s.columns != nil && len(list) > fewHandles {
		if s.columns.handles == nil {
			s.columns.handles = map[string]handleList{}
		}
		s.columns.handles[typ] = handleList{list, index}
	}
	return list, index
}

func numbered(list []string) map[string]int32 {
	index := make(map[string]int32, len(list))
	for i, name := range list {
		index[name] = int32(i)
	}
	return index
}
