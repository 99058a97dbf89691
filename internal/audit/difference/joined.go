package difference

import "slices"

// joined are the subjects, or the resources of one type, of both sides: those that are in the
// same class on the old side and in the same class on the new side are in one joint class.
type joined struct {
	names []string
	// old and new are the numbers on the two sides, missing if there is none.
	old, new []int32
	// fromOld and fromNew are the inverse: by the numbers of the sides.
	fromOld, fromNew []int32
	of               []int32
	classes          []jointClass
}

const missing = -1

// jointClass holds the classes of the two sides and of the rest, missing if a side does not
// have the members.
type jointClass struct {
	old, new, rest int32
	members        []int32
}

// join joins two sides by name. The names of a side are distinct. The classes of the rest, nil
// for none, are by the numbers of the new side, which then has the same names as the old one.
func join(oldNames, newNames []string, oldOf, newOf, restOf []int32) *joined {
	j := &joined{fromOld: make([]int32, len(oldNames)), fromNew: make([]int32, len(newNames))}
	if slices.Equal(oldNames, newNames) {
		j.names = newNames
		for i := range newNames {
			j.fromOld[i], j.fromNew[i] = int32(i), int32(i)
		}
		j.old, j.new = j.fromOld, j.fromNew
	} else {
		j.byName(oldNames, newNames)
	}
	known := map[[3]int32]int32{}
	for n := range j.names {
		key := [3]int32{missing, missing, missing}
		if i := j.old[n]; i >= 0 {
			key[0] = oldOf[i]
		}
		if i := j.new[n]; i >= 0 {
			key[1] = newOf[i]
			if restOf != nil {
				key[2] = restOf[i]
			}
		}
		c, ok := known[key]
		if !ok {
			c = int32(len(j.classes))
			known[key] = c
			j.classes = append(j.classes, jointClass{old: key[0], new: key[1], rest: key[2]})
		}
		j.of = append(j.of, c)
		j.classes[c].members = append(j.classes[c].members, int32(n))
	}
	return j
}

func (j *joined) byName(oldNames, newNames []string) {
	at := make(map[string]int32, len(oldNames))
	for i, name := range oldNames {
		at[name] = int32(i)
		j.fromOld[i] = int32(i)
		j.names, j.old, j.new = append(j.names, name), append(j.old, int32(i)), append(j.new, missing)
	}
	for i, name := range newNames {
		n, ok := at[name]
		if !ok {
			n = int32(len(j.names))
			j.names, j.old, j.new = append(j.names, name), append(j.old, missing), append(j.new, missing)
		}
		j.new[n], j.fromNew[i] = int32(i), n
	}
}
