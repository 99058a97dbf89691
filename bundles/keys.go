package bundles

import "slices"

// Keys returns the names of the object at a path, ordered; none if there is no
// object. It copies names, not values, which Lookup would.
func (d *Document) Keys(path ...string) []string {
	node, _ := d.find(path)
	var names []string
	switch n := node.(type) {
	case map[string]any:
		names = make([]string, 0, len(n))
		for name := range n {
			names = append(names, name)
		}
	case *row:
		names = slices.Clone(*n.keys)
	}
	slices.Sort(names)
	return names
}
