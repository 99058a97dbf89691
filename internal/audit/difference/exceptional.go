package difference

import (
	"encoding/binary"
	"slices"

	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// exceptional partitions the exceptional pairs: by subject, by resource, by the identity tests
// that are met, and by the pairs that the rights of the resource lead to. The result of a rule
// is the same for all pairs of a class.
type exceptional struct {
	// keys are the classes of the pairs of a resource, in the order of the
	// resource's list in Resources.Exceptional.
	keys [][]int32
	// classes is the number of classes.
	classes int
}

// cellOf is a subject and a resource by their numbers on one side.
type cellOf struct{ user, resource int32 }

var nobody = cellOf{-1, -1}

// newExceptional classifies the pairs of one type. The types that its rights lead to are in
// done.
func newExceptional(m *partition.Model, r *partition.Resources, done map[string]*exceptional) *exceptional {
	a := &exceptional{keys: make([][]int32, len(r.Handles))}
	known := map[string]int32{}
	var key []byte
	var led []int32
	targets := make([][]int32, len(r.Rights))
	for n := range r.Handles {
		resource := int32(n)
		users := r.Exceptional[resource]
		if len(users) == 0 {
			continue
		}
		for i, test := range r.Rights {
			targets[i] = r.Targets(test, resource)
		}
		keys := make([]int32, len(users))
		for i, user := range users {
			key = binary.AppendUvarint(key[:0], uint64(m.Subjects.Of[user]))
			key = binary.AppendUvarint(key, uint64(r.Of[resource]))
			for _, test := range r.Identities {
				key = append(key, bit(contains(r.Met[test][resource], user)))
			}
			for j, test := range r.Rights {
				target := endType(m.Reads.Tests[test])
				led = led[:0]
				for _, t := range targets[j] {
					if at, ok := slices.BinarySearch(m.Resources[target].Exceptional[t], user); ok {
						led = append(led, done[target].keys[t][at]+1)
					} else {
						led = append(led, -m.Resources[target].Of[t]-1)
					}
				}
				slices.Sort(led)
				led = slices.Compact(led)
				key = binary.AppendUvarint(key, uint64(len(led)))
				for _, l := range led {
					key = binary.AppendVarint(key, int64(l))
				}
			}
			number, ok := known[string(key)]
			if !ok {
				number = int32(len(known))
				known[string(key)] = number
			}
			keys[i] = number
		}
		a.keys[resource] = keys
	}
	a.classes = len(known)
	return a
}

func contains(sorted []int32, n int32) bool {
	_, ok := slices.BinarySearch(sorted, n)
	return ok
}

func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}
