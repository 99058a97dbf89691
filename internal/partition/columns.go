package partition

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Columns cache the values of a site's entities between calls of Build, so that a call for
// other rules only reads what no earlier one has read. The zero value is empty. A Columns is
// for one site that does not change, and not safe for concurrent use: one Build at a time.
type Columns struct {
	columns map[string]*cachedColumn
	// handles are those of existing entities, by type, for types with many entities.
	handles map[string]handleList
	// led are the targets of tests of rights, by type and operand.
	led map[string][][]int32
}

// cachedColumn is the values of existing entities, by type and number; nil means unknown. Types
// with few entities are not cached.
type cachedColumn struct {
	columns *Columns
	types   map[string][]*[]string
}

// unnumbered is the number of an entity that has none, or whose number is not known.
const unnumbered = -1

// of returns the values of an entity.
func (k *cachedColumn) of(c *column, typ, handle string, number int32) []string {
	list := k.types[typ]
	if list == nil {
		list = make([]*[]string, len(k.columns.handles[typ].list))
		k.types[typ] = list
	}
	if int(number) >= len(list) {
		return c.read(typ, handle)
	}
	if list[number] == nil {
		strs := c.read(typ, handle)
		list[number] = &strs
	}
	return *list[number]
}

// targets returns the targets of a test of rights for all existing entities, nil if they are
// unknown.
func (c *Columns) targets(typ string, op reads.Operand, recorded int) [][]int32 {
	if c == nil || recorded <= maxUncachedHandles {
		return nil
	}
	return c.led[typ+fmt.Sprintf("%+v", op)]
}

func (c *Columns) keepTargets(typ string, op reads.Operand, all [][]int32) {
	if c == nil || len(all) <= maxUncachedHandles {
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

// maxUncachedHandles is the maximum number of entities of a type that is listed again each
// time.
const maxUncachedHandles = 256

func (c *Columns) column(op reads.Operand, exact bool) *cachedColumn {
	if c == nil {
		return nil
	}
	key := fmt.Sprintf("%+v %t", op, exact)
	kept := c.columns[key]
	if kept == nil {
		kept = &cachedColumn{c, map[string][]*[]string{}}
		if c.columns == nil {
			c.columns = map[string]*cachedColumn{}
		}
		c.columns[key] = kept
	}
	return kept
}

// recorded returns the handles of a type's existing entities, sorted, and their numbers.
// Callers must not modify them.
func (s *site) recorded(typ string) ([]string, map[string]int32) {
	if s.columns != nil {
		if known, ok := s.columns.handles[typ]; ok {
			return known.list, known.index
		}
	}
	list := sitedata.Handles(s.data, typ)
	index := numbered(list)
	if s.columns != nil && len(list) > maxUncachedHandles {
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
