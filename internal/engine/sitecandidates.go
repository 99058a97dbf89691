package engine

import (
	"slices"
	"strings"
	"sync"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// siteCandidates are subjects and resources of a Qlik policy, the same as its
// sets of these names, straight from the site's data: as Rego values those of a
// large site would take a gigabyte. Types ignore case, as in Qlik.
type siteCandidates struct {
	data  *bundles.Document
	known *known
}

func (s siteCandidates) resources(typ string) []string {
	typ = strings.ToLower(typ)
	return s.known.list(s.data, "resources "+typ, func(before list) []string {
		if before.of == nil {
			return sitedata.Handles(s.data, typ)
		}
		return sitedata.HandlesSince(s.data, before.of, before.names, typ)
	})
}

func (s siteCandidates) subjects(typ string) []string {
	if typ != "user" {
		return nil
	}
	return s.known.list(s.data, "subjects", func(before list) []string {
		if before.of != nil && sitedata.SameUsers(s.data, before.of) {
			return before.names
		}
		return s.accounts()
	})
}

// accounts are the logins, and the ids of users who have none.
func (s siteCandidates) accounts() []string {
	logins := sitedata.Logins(s.data)
	hasLogin := make(map[string]bool, len(logins))
	for _, login := range logins {
		handle, _ := sitedata.User(s.data, login)
		hasLogin[handle] = true
	}
	for _, id := range sitedata.Handles(s.data, "user") {
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
func (k *known) list(data *bundles.Document, key string, find func(before list) []string) []string {
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
