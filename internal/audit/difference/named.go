package difference

// Member is a subject or resource that a difference concerns.
type Member struct {
	ID string
	// Name is a resource's name, if the rules read it.
	Name string
	// Is describes a synthesized one.
	Is []string
}

// Members returns subjects and resources of a part of a group, both counted from 0, in the
// order of the site, at most limit of each. The counts of the part give their numbers. It
// returns none for a report that was not created by Compare.
func (r *Report) Members(group, part, limit int) (users, resources []Member) {
	if group >= len(r.tallied) || part >= len(r.tallied[group].named) {
		return nil, nil
	}
	return r.tallied[group].named[part](limit)
}

// Conditions returns the complete conditions of a rule that differs between the sides, "" for a
// side without the rule.
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

// named returns the names of members of a type, at most limit of them.
func (w *work) named(typ string, j *joined, set bitset, limit int) []Member {
	var all []Member
	for n := range set.each() {
		if len(all) == limit {
			break
		}
		m := Member{ID: j.names[n]}
		if w.synthesized != nil {
			m.Is = w.synthesized.descriptions[typ+":"+m.ID]
		} else if typ == "user" {
			m.ID = w.loginOf(m.ID)
		} else {
			m.Name = w.nameOf(Example{Type: typ, Resource: m.ID})
		}
		all = append(all, m)
	}
	return all
}
