package matrix

import (
	"encoding/binary"
	"slices"
)

// decideExceptional decides the exceptional pairs of a subject: resources of one class with the
// same results of identity and rights tests are equivalent.
func (w *worker) decideExceptional(k *known, subject int32) ([]ExceptionalPairs, error) {
	var groups []ExceptionalPairs
	byKey := map[string]int{}
	var key []byte
	for _, resource := range k.typed.exceptional[subject] {
		p := pair{subject, resource}
		key = binary.AppendUvarint(key[:0], uint64(k.Of[resource]))
		for _, test := range k.Identities {
			key = appendBool(key, k.meets(test, subject, resource))
		}
		for _, test := range k.Rights {
			key = appendBool(key, w.hasRight(k, test, p))
		}
		n, ok := byKey[string(key)]
		if !ok {
			n = len(groups)
			byKey[string(key)] = n
			groups = append(groups, ExceptionalPairs{Subject: subject, Class: k.Of[resource]})
		}
		groups[n].Resources = append(groups[n].Resources, resource)
	}
	var open []int
	var first []int32
	granting := make([][]*rule, len(groups))
	for i, g := range groups {
		var ok bool
		if granting[i], ok = w.combine(k, pair{subject, g.Resources[0]}, g.Class); !ok {
			open, first = append(open, i), append(first, g.Resources[0])
		}
	}
	answers, err := w.decide(k, subject, first)
	if err != nil {
		return nil, err
	}
	for i, n := range open {
		granting[n] = answers[i]
	}
	for i := range groups {
		var held uint32
		for _, one := range granting[i] {
			held |= one.actions
			if one.actions&w.model.Actions != 0 {
				groups[i].Rules = append(groups[i].Rules, int32(one.number))
			}
		}
		slices.Sort(groups[i].Rules)
		for _, resource := range groups[i].Resources {
			k.exceptional[pair{subject, resource}] = held
		}
	}
	return groups, nil
}

func appendBool(key []byte, b bool) []byte {
	if b {
		return append(key, 1)
	}
	return append(key, 0)
}

// combine combines the known results for an exceptional pair: rules that do not depend on the
// identity of the subject grant as on all resources of the class. It returns false if the truth
// of another rule is not known.
func (w *worker) combine(k *known, p pair, class int32) ([]*rule, bool) {
	var granting []*rule
	var held uint32
	for _, g := range k.grants {
		if !g.rule.shape.personal() && g.set.Has(class) {
			granting = append(granting, g.rule)
			held |= g.rule.actions
		}
	}
	across := map[*shape]string{}
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, one := range k.rules {
		if !one.shape.personal() {
			continue
		}
		key, ok := across[one.shape]
		if !ok {
			key = w.across(k, one.shape, p, class, held)
			across[one.shape] = key
		}
		truth, ok := one.truth[sides{trueTests(w.class.Holds, one.subject), one.shape.of[class], key}]
		switch {
		case !ok:
			return nil, false
		case truth:
			granting = append(granting, one)
			held |= one.actions
		}
	}
	return granting, true
}
