package page

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/internal/audit/report"
)

// Creation says who may create resources of one type. Nothing on record is created, so that
// these rights are in no matrix.
type Creation struct {
	Type int `json:"type"`
	// Parent is the name of the type under which such resources are, Of how many of that type
	// have some on record; without a parent both are left out.
	Parent string `json:"parent,omitempty"`
	Of     int64  `json:"of,omitempty"`
	// Creators are the users who may create some, those together who may do so in the same way.
	Creators []Creator `json:"creators"`
}

// Creator is what some users may create, by the same rules.
type Creator struct {
	Subjects []int32 `json:"subjects"`
	// Own says that they may create what is under nothing but theirs; Under is how many of the
	// parents they may create it under.
	Own   bool  `json:"own,omitempty"`
	Under int64 `json:"under,omitempty"`
	Rules []int `json:"rules"`
}

// creation notes who may create what, types of which nobody may create any left out.
func (w *builder) creation(a *report.Audit) []Creation {
	all := []Creation{}
	for _, from := range a.Creation {
		c := Creation{Type: from.Type, Creators: []Creator{}}
		if from.Parent != "" {
			c.Parent, c.Of = a.Names.Type(from.Parent), from.Of
		}
		alike := map[string]int{} // index of creators, by what they may do and why
		for _, one := range from.Creators {
			if w.subjects[one.Subject] < 0 {
				continue
			}
			key := fmt.Sprintf("%t %d %q", one.New, one.Under, one.Rules)
			at, known := alike[key]
			if !known {
				at = len(c.Creators)
				alike[key] = at
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
