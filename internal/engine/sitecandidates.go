package engine

import (
	"slices"
	"strings"
	"sync"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// siteCandidates returns the subjects and resources of a Qlik policy directly from the site's data. They are the
// same as the policy's sets of these names, which would take a gigabyte as Rego values for a large site. Types
// ignore case, as in Qlik Sense.
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

// accounts returns the logins, and the ids of users without a login.
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

// known caches lists found on these data or on earlier versions of them. All entry points of one policy share it.
type known struct {
	mu    sync.Mutex
	lists map[string]list
}

type list struct {
	of    *bundles.Document
	names []string
}

// list returns the cached list for the same data, or calls find with the list of the previous data. It does not
// cache empty lists: clients could otherwise fill the memory with arbitrary type names.
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
