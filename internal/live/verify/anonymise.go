package verify

import "fmt"

// Anonymise replaces ids and logins by numbers. The same user, resource or rule has the same number
// within one result; everything else about them is removed.
func (r *Result) Anonymise() {
	numbers := map[string]map[string]string{}
	name := func(kind, id string) string {
		if numbers[kind] == nil {
			numbers[kind] = map[string]string{}
		}
		if numbers[kind][id] == "" {
			numbers[kind][id] = fmt.Sprintf("%s %d", kind, len(numbers[kind])+1)
		}
		return numbers[kind][id]
	}
	rules := func(ids []string) {
		for i := range ids {
			ids[i] = name("rule", ids[i])
		}
	}
	for i := range r.Points {
		rules(r.Points[i].Rules)
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		d.User, d.Resource = name("user", d.User), name(d.Type, d.Resource)
		d.Login = d.User
		rules(d.OurRules)
		rules(d.TheirRules)
	}
}
