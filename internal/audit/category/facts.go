package category

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Facts are what a snapshot says beside what rules read.
type Facts struct {
	Users []User
	// Holders are the ids of the users who hold an access, by the name of its kind; nil
	// for a kind of which the snapshot has no file.
	Holders map[string]map[string]bool
	// Free is what is left of each kind, as far as license.accesstypeinfo.json says it.
	Free  map[string]int64
	Nodes []Node
	Apps  []App
	// Proxies are the virtual proxies, nil if the snapshot has no file of them.
	Proxies []Proxy
}

// User is a user on record.
type User struct {
	ID, UserID, UserDirectory, Name          string
	Roles                                    []string
	Inactive, RemovedExternally, Blacklisted bool
}

// Login is DIRECTORY\user.
func (u User) Login() string { return u.UserDirectory + `\` + u.UserID }

// Left says why a user does not log in, "" for one who does.
func (u User) Left() string {
	switch {
	case u.Blacklisted:
		return "blocked"
	case u.RemovedExternally:
		return "removed from the directory"
	case u.Inactive:
		return "inactive"
	}
	return ""
}

// Node is a node on record. A part that the export does not name counts as running.
type Node struct {
	ID, Name         string
	IsCentral        bool
	EngineEnabled    *bool
	SchedulerEnabled *bool
}

// Opens says whether the node has an engine, and Reloads whether it has a scheduler too.
func (n Node) Opens() bool   { return n.EngineEnabled == nil || *n.EngineEnabled }
func (n Node) Reloads() bool { return n.Opens() && (n.SchedulerEnabled == nil || *n.SchedulerEnabled) }

// App is an app on record.
type App struct{ ID, Name string }

// Proxy is a virtual proxy and the nodes among which it balances load.
type Proxy struct {
	ID, Prefix, Description  string
	LoadBalancingServerNodes []struct{ ID string }
}

// Called is what the virtual proxy is known by.
func (p Proxy) Called() string {
	switch {
	case p.Description != "":
		return p.Description
	case p.Prefix != "":
		return p.Prefix
	}
	return p.ID
}

// ReadFacts reads the facts about a category from the files of a snapshot, which path finds
// by the name of a type. A file that is not there leaves its facts empty.
func ReadFacts(c ruleset.Category, path func(typeName string) (string, bool)) (*Facts, error) {
	f := &Facts{Holders: map[string]map[string]bool{}, Free: map[string]int64{}}
	if c == ruleset.Sync {
		_, _, err := entities[App](path, "App", func(a App) { f.Apps = append(f.Apps, a) })
		_, _, failed := entities[Node](path, schema.NodeType, func(n Node) { f.Nodes = append(f.Nodes, n) })
		_, _, proxies := entities[Proxy](path, "VirtualProxyConfig", func(p Proxy) { f.Proxies = append(f.Proxies, p) })
		return f, errors.Join(err, failed, proxies)
	}
	_, _, err := entities[User](path, "User", func(u User) { f.Users = append(f.Users, u) })
	errs := []error{err}
	for _, kind := range []string{"professional", "analyzer", "user"} {
		holders := map[string]bool{}
		_, ok, err := entities[struct{ User struct{ ID string } }](path, "License."+kind+"AccessType", func(a struct{ User struct{ ID string } }) {
			holders[schema.Fold(a.User.ID)] = true
		})
		if ok {
			f.Holders[kind] = holders
		}
		errs = append(errs, err)
	}
	errs = append(errs, f.readFree(path))
	return f, errors.Join(errs...)
}

// entities calls visit with the entities of a type, and says where they are and whether
// they are anywhere.
func entities[T any](path func(string) (string, bool), typeName string, visit func(T)) (string, bool, error) {
	name, ok := path(typeName)
	if !ok {
		return "", false, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return name, true, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	reader, err := jsonfile.NewReader(file)
	if err != nil {
		return name, true, fmt.Errorf("%s: %w", name, err)
	}
	var failed error
	broken := jsonfile.NewStream(reader).Each(func(v jsonfile.Value) bool {
		var e T
		if failed = json.Unmarshal(v.Raw, &e); failed == nil {
			visit(e)
		}
		return failed == nil
	})
	if broken != nil {
		failed = broken
	}
	if failed != nil {
		return name, true, fmt.Errorf("%s: %w", name, failed)
	}
	return name, true, nil
}

// accessInfo is what license.accesstypeinfo.json says of a kind. Sites with tokens give the
// price of an access, others how many there are (O).
type accessInfo struct {
	Available, Total, Allocated, Used, Quarantined *int64
	TokenCost                                      int64
}

// readFree reads what is left of each kind: an object, or a list of one.
func (f *Facts) readFree(path func(string) (string, bool)) error {
	name, ok := path("License.accessTypeInfo")
	if !ok {
		return nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff")); strings.HasPrefix(text, "[") {
		var list []map[string]json.RawMessage
		if err = json.Unmarshal([]byte(text), &list); err == nil && len(list) > 0 {
			all = list[0]
		}
	} else {
		err = json.Unmarshal([]byte(text), &all)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var tokens int64
	if raw, ok := all["availableTokens"]; ok {
		if err := json.Unmarshal(raw, &tokens); err != nil {
			return fmt.Errorf("%s: availableTokens: %w", name, err)
		}
	}
	for kind, field := range map[string]string{
		"professional": "professionalAccessType", "analyzer": "analyzerAccessType", "user": "userAccessType", "login": "loginAccessType",
	} {
		var info accessInfo
		raw, ok := all[field]
		if !ok || string(raw) == "null" {
			continue
		}
		if err := json.Unmarshal(raw, &info); err != nil {
			return fmt.Errorf("%s: %s: %w", name, field, err)
		}
		switch {
		case info.Available != nil:
			f.Free[kind] = *info.Available
		case info.Total != nil && info.Allocated != nil:
			f.Free[kind] = *info.Total - *info.Allocated
		case info.TokenCost > 0:
			f.Free[kind] = tokens / info.TokenCost
		}
	}
	return nil
}
