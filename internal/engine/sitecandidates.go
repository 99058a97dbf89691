package engine

import (
	"slices"
	"strings"
	"sync"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// siteCandidates are subjects and resources of a Qlik policy, the same as its
// sets of these names, straight from the site's data: as Rego values those of a
// large site would take a gigabyte. Types ignore case, as in Qlik.
type siteCandidates struct {
	data  *bundles.Document
	known *known
}

func (s siteCandidates) resources(typ string) []string {
	return s.names("entities", strings.ToLower(typ))
}

func (s siteCandidates) names(path ...string) []string {
	path = append([]string{"site"}, path...)
	return s.known.list(s.data, path, func(before list) []string {
		if before.of == nil {
			return s.data.Keys(path...)
		}
		return s.data.KeysSince(before.of, before.names, path...)
	})
}

func (s siteCandidates) subjects(typ string) []string {
	if typ != "user" {
		return nil
	}
	return s.known.list(s.data, nil, func(before list) []string {
		if before.of != nil && s.data.Same(before.of, "site", "subjects") && s.data.Same(before.of, "site", "entities", "user") {
			return before.names
		}
		return s.accounts()
	})
}

// accounts are the logins, and the ids of users who have none.
func (s siteCandidates) accounts() []string {
	logins := s.data.Keys("site", "subjects")
	hasLogin := make(map[string]bool, len(logins))
	for _, login := range logins {
		id, _ := s.data.Lookup("site", "subjects", login)
		text, _ := id.(string)
		hasLogin[text] = true
	}
	for _, id := range s.data.Keys("site", "entities", "user") {
		if !hasLogin[id] {
			logins = append(logins, id)
		}
	}
	slices.Sort(logins)
	return logins
}

// known are lists that were found before, on these data or on others that they
// came of. It is shared by all points of one policy.
type known struct {
	mu    sync.Mutex
	lists map[string]list
}

type list struct {
	of    *bundles.Document
	names []string
}

// list returns a list as it was found on the same data, or lets it be found with
// the help of the one before. Nothing is kept of empty lists: else anybody could
// fill the memory with names of types.
func (k *known) list(data *bundles.Document, path []string, find func(before list) []string) []string {
	key := strings.Join(path, "\x00")
	k.mu.Lock()
	before := k.lists[key]
	k.mu.Unlock()
	if before.of == data {
		return before.names
	}
	names := find(before)
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(names) == 0 {
		delete(k.lists, key)
		return names
	}
	if k.lists == nil {
		k.lists = map[string]list{}
	}
	k.lists[key] = list{data, names}
	return names
}
