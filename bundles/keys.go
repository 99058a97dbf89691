package bundles

import (
	"maps"
	"slices"
)

// Keys returns the names of the object at a path, sorted, and no names if there is another value. Unlike
// Lookup it does not copy values.
func (d *Document) Keys(path ...string) []string {
	node, _ := d.find(path)
	var names []string
	if n := size(node); n > 0 {
		names = make([]string, 0, n)
	}
	for name := range members(node) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Some returns at most n names of the object at a path, in no particular order.
func (d *Document) Some(n int, path ...string) []string {
	node, _ := d.find(path)
	var names []string
	for name := range members(node) {
		if len(names) == n {
			break
		}
		names = append(names, name)
	}
	return names
}

// Same reports whether the value at a path is shared by two documents, one of which was derived
// from the other by patches that did not change it.
func (d *Document) Same(o *Document, path ...string) bool {
	mine, ok := d.find(path)
	others, okOthers := o.find(path)
	return ok == okOthers && (!ok || isObject(mine) && mine == others)
}

// KeysSince is Keys, using the result for an earlier document from which this one was derived
// by patches: it reads only the changes since then. If no name has changed, it returns the same
// slice.
func (d *Document) KeysSince(earlier *Document, names []string, path ...string) []string {
	before, _ := earlier.find(path)
	now, _ := d.find(path)
	a, isTable := before.(*table)
	b, isTableStill := now.(*table)
	if !isTable || !isTableStill || a.n == 0 || b.n == 0 {
		return d.Keys(path...)
	}
	gone, added := exclusive(a, b)
	if len(gone)+len(added) == 0 {
		return names
	}
	merged := make([]string, 0, len(names)-len(gone)+len(added))
	for _, name := range slices.Sorted(maps.Keys(added)) {
		at, _ := slices.BinarySearch(names, name)
		merged = appendWithout(merged, names[:at], gone)
		merged, names = append(merged, name), names[at:]
	}
	return appendWithout(merged, names, gone)
}

// appendWithout appends names, except those in gone.
func appendWithout(to, names []string, gone map[string]bool) []string {
	if len(gone) == 0 {
		return append(to, names...)
	}
	for _, name := range names {
		if !gone[name] {
			to = append(to, name)
		}
	}
	return to
}

// exclusive returns the names that only one of two tables has. It skips buckets that both
// tables share.
func exclusive(a, b *table) (onlyA, onlyB map[string]bool) {
	inA, inB := map[*bucket]bool{}, map[*bucket]bool{}
	places := max(len(a.buckets), len(b.buckets))
	for i := range places {
		x, y := a.buckets[i/(places/len(a.buckets))], b.buckets[i/(places/len(b.buckets))]
		if x != y {
			inA[x], inB[y] = true, true
		}
	}
	onlyA, onlyB = map[string]bool{}, map[string]bool{}
	for x := range inA {
		for _, m := range x.members {
			onlyA[m.name] = true
		}
	}
	for y := range inB {
		for _, m := range y.members {
			if onlyA[m.name] {
				delete(onlyA, m.name)
			} else {
				onlyB[m.name] = true
			}
		}
	}
	return onlyA, onlyB
}
