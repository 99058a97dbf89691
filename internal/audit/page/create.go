package page

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/internal/audit/report"
)

// Creation is who may create resources of one type. These rights are not in a matrix, because
// new resources do not exist yet.
type Creation struct {
	Type int `json:"type"`
	// Parent is the name of the type that contains such resources, Of how many of that type
	// contain some; without a parent both are omitted.
	Parent string `json:"parent,omitempty"`
	Of     int64  `json:"of,omitempty"`
	// Creators are the users who may create some, grouped by the way in which they may.
	Creators []Creator `json:"creators"`
}

// Creator is what some users may create, by the same rules.
type Creator struct {
	Subjects []int32 `json:"subjects"`
	// Own says that they may create resources of their own without a parent; Under is the
	// number of parents in which they may create resources.
	Own   bool  `json:"own,omitempty"`
	Under int64 `json:"under,omitempty"`
	Rules []int `json:"rules"`
}

// creation adds who may create what, except for types of which nobody may create any.
func (w *builder) creation(a *report.Audit) []Creation {
	all := []Creation{}
	for _, from := range a.Creation {
		c := Creation{Type: from.Type, Creators: []Creator{}}
		if from.Parent != "" {
			c.Parent, c.Of = a.Names.Type(from.Parent), from.Of
		}
		byRights := map[string]int{} // index of creators, by what they may do and why
		for _, one := range from.Creators {
			if w.subjects[one.Subject] < 0 {
				continue
			}
			key := fmt.Sprintf("%t %d %q", one.New, one.Under, one.Rules)
			at, known := byRights[key]
			if !known {
				at = len(c.Creators)
				byRights[key] = at
				creator := Creator{Own: one.New, Under: one.Under, Rules: []int{}}
				for _, id := range one.Rules {
					creator.Rules = append(creator.Rules, w.rules[id])
				}
				c.Creators = append(c.Creators, creator)
			}
			c.Creators[at].Subjects = append(c.Creators[at].Subjects, w.subjects[one.Subject])
		}
		if len(c.Creators) > 0 {
			all = append(all, c)
		}
	}
	return all
}
