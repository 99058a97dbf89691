package difference

// Member is a subject or resource that a difference concerns.
type Member struct {
	ID string
	// Name is a resource's, where the rules read it.
	Name string
	// Is is what a synthesized one has.
	Is []string
}

// Members returns subjects and resources of a part of a group, both counted from 0,
// in the order of the site: at most a number of each. The counts of the part say how
// many there are. A report that Compare did not make knows none.
func (r *Report) Members(group, part, most int) (users, resources []Member) {
	if group >= len(r.tallied) || part >= len(r.tallied[group].named) {
		return nil, nil
	}
	return r.tallied[group].named[part](most)
}

// Conditions returns the whole conditions of a rule that is not the same on both sides,
// "" on the side where there is no such rule.
func (r *Report) Conditions(of RuleRef) (old, new string) {
	both := r.conditions[of]
	return both[0], both[1]
}

func (w *work) conditions() map[RuleRef][2]string {
	all := map[RuleRef][2]string{}
	for _, p := range w.pairs {
		var both [2]string
		if p.old != nil && p.old.Condition != nil {
			both[0] = p.old.Condition.Content
		}
		if p.new != nil && p.new.Condition != nil {
			both[1] = p.new.Condition.Content
		}
		if p.old == nil || p.new == nil || len(p.edits) > 0 {
			all[p.ref()] = both
		}
	}
	return all
}

// named names members of a type, at most a number of them.
func (w *work) named(typ string, j *joined, set bitset, most int) []Member {
	var all []Member
	for n := range set.each() {
		if len(all) == most {
			break
		}
		m := Member{ID: j.names[n]}
		if w.synthesized != nil {
			m.Is = w.synthesized.says[typ+":"+m.ID]
		} else if typ == "user" {
			m.ID = w.loginOf(m.ID)
		} else {
			m.Name = w.nameOf(Example{Type: typ, Resource: m.ID})
		}
		all = append(all, m)
	}
	return all
}
