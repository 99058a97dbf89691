package page

import (
	"cmp"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// maxValues is the maximum number of counted values of an attribute.
const maxValues = 200

// attributes finds the properties by which subjects are counted: roles and groups, if the
// bundle has them.
func (w *builder) attributes(a *report.Audit) {
	for _, name := range []string{"roles", "group"} {
		if !sitedata.HasList(&w.bundle.Data, "user", name) {
			continue
		}
		members := map[string][]int32{}
		for at, n := range w.subjectOf {
			texts := w.reader.Strings("user", a.Model.Subjects.Handles[n], reads.Operand{Root: reads.User, Property: name}, false)
			if len(texts) == 0 {
				texts = []string{""}
			}
			for _, text := range texts {
				members[text] = append(members[text], int32(at))
			}
		}
		var values []string
		for text := range members {
			values = append(values, text)
		}
		slices.SortFunc(values, func(x, y string) int {
			return cmp.Or(cmp.Compare(len(members[y]), len(members[x])), cmp.Compare(x, y))
		})
		one := Attribute{Name: name}
		if len(values) > maxValues {
			one.More = len(values) - maxValues
			values = values[:maxValues]
		}
		one.Values = list(values)
		var subjects [][]int32
		for _, text := range values {
			one.Subjects = append(one.Subjects, len(members[text]))
			subjects = append(subjects, members[text])
		}
		w.doc.Attributes, w.members = append(w.doc.Attributes, one), append(w.members, subjects)
	}
}

// census counts, by attribute and value, the pairs of a subject with the value and a resource,
// by type and action.
func (w *builder) census(a *report.Audit) [][][][]int64 {
	all := make([][][][]int64, len(w.members))
	for i, values := range w.members {
		all[i] = make([][][]int64, len(values))
		for j := range values {
			all[i][j] = make([][]int64, len(a.Types))
		}
	}
	for n, t := range a.Types {
		counts := w.counts(a, t)
		for i, values := range w.members {
			for j, members := range values {
				sum := make([]int64, len(w.doc.Actions))
				for _, subject := range members {
					for k, count := range counts[subject] {
						sum[k] += count
					}
				}
				all[i][j][n] = sum
			}
		}
	}
	return all
}

// reached returns how many subjects have a right on each resource of a type.
func (w *builder) reached(a *report.Audit, number int, t *matrix.GroupedType) []int64 {
	byGroup := make([]int64, len(t.Resources))
	group := make([]matrix.Group, len(w.subjectOf))
	for _, g := range a.Subjects {
		granted := matrix.NewSet(len(t.Resources))
		for rule, set := range t.Grants(g) {
			if t.Rules[rule].Actions != 0 {
				granted.Union(set)
			}
		}
		for at := range granted.All() {
			byGroup[at] += int64(len(g.Members))
		}
		for _, member := range g.Members {
			group[w.subjects[member]] = g
		}
	}
	all := make([]int64, len(w.resourceOf[number]))
	for at, n := range w.resourceOf[number] {
		all[at] = byGroup[t.GroupOf(n)]
	}
	for _, exceptional := range t.Exceptional {
		after := grantedBy(t, exceptional.Rules) != 0
		for _, n := range exceptional.Resources {
			switch before := byGrants(t, group[w.subjects[exceptional.Subject]], n) != 0; {
			case after && !before:
				all[w.resources[number][n]]++
			case before && !after:
				all[w.resources[number][n]]--
			}
		}
	}
	return all
}

// grantedBy returns the actions that rules of a type grant together.
func grantedBy(t *matrix.GroupedType, rules []int32) (mask uint32) {
	for _, n := range rules {
		mask |= t.Rules[n].Actions
	}
	return mask
}

// byGrants returns the actions of a group of subjects on a resource according to its grants,
// which does not apply to exceptional pairs.
func byGrants(t *matrix.GroupedType, g matrix.Group, resource int32) (mask uint32) {
	for rule, set := range t.Grants(g) {
		if set.Has(int32(t.GroupOf(resource))) {
			mask |= t.Rules[rule].Actions
		}
	}
	return mask
}

// counts returns the number of resources of a type on which each subject has each action.
func (w *builder) counts(a *report.Audit, t *matrix.GroupedType) [][]int64 {
	all := make([][]int64, len(w.subjectOf))
	group := make([]matrix.Group, len(w.subjectOf))
	for _, g := range a.Subjects {
		counts := make([]int64, len(w.doc.Actions))
		for k, action := range w.doc.Actions {
			granted := matrix.NewSet(len(t.Resources))
			for rule, set := range t.Grants(g) {
				if t.Rules[rule].Actions&action.Bit != 0 {
					granted.Union(set)
				}
			}
			for at := range granted.All() {
				counts[k] += int64(len(t.Resources[at].Members))
			}
		}
		for _, member := range g.Members {
			all[w.subjects[member]] = slices.Clone(counts)
			group[w.subjects[member]] = g
		}
	}
	for _, exceptional := range t.Exceptional {
		subject := w.subjects[exceptional.Subject]
		after := grantedBy(t, exceptional.Rules)
		for _, n := range exceptional.Resources {
			before := byGrants(t, group[subject], n)
			for k, action := range w.doc.Actions {
				switch {
				case before&action.Bit == 0 && after&action.Bit != 0:
					all[subject][k]++
				case before&action.Bit != 0 && after&action.Bit == 0:
					all[subject][k]--
				}
			}
		}
	}
	return all
}
