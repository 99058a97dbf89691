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

// Facts are the data of a snapshot that rules do not read.
type Facts struct {
	Users []User
	// Holders are the ids of the users with an access, by the name of its kind; nil for a kind
	// for which the snapshot has no file.
	Holders map[string]map[string]bool
	// Free is the number of free accesses of each kind, as far as license.accesstypeinfo.json
	// has it.
	Free  map[string]int64
	Nodes []Node
	Apps  []App
	// Proxies are the virtual proxies, nil if the snapshot has no file of them.
	Proxies []Proxy
}

// User is a user of the site.
type User struct {
	ID, UserID, UserDirectory, Name          string
	Roles                                    []string
	Inactive, RemovedExternally, Blacklisted bool
}

// Login is DIRECTORY\user.
func (u User) Login() string { return u.UserDirectory + `\` + u.UserID }

// Left says why a user does not log in, "" if the user does.
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

// Node is a node of the site. A service that the export does not mention counts as running.
type Node struct {
	ID, Name         string
	IsCentral        bool
	EngineEnabled    *bool
	SchedulerEnabled *bool
}

// Opens reports whether the node has an engine, and Reloads whether it also has a scheduler.
func (n Node) Opens() bool   { return n.EngineEnabled == nil || *n.EngineEnabled }
func (n Node) Reloads() bool { return n.Opens() && (n.SchedulerEnabled == nil || *n.SchedulerEnabled) }

// App is an app of the site.
type App struct{ ID, Name string }

// Proxy is a virtual proxy and the nodes among which it balances load.
type Proxy struct {
	ID, Prefix, Description  string
	LoadBalancingServerNodes []struct{ ID string }
}

// Called is the name of the virtual proxy for people.
func (p Proxy) Called() string {
	switch {
	case p.Description != "":
		return p.Description
	case p.Prefix != "":
		return p.Prefix
	}
	return p.ID
}

// ReadFacts reads the facts about a category from the files of a snapshot, which path finds by
// the name of a type. A missing file leaves its facts empty.
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

// entities calls visit with the entities of a type, and returns their file and whether there is
// one.
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

// accessInfo is the entry of a kind in license.accesstypeinfo.json. Sites with tokens have the
// price of an access, others the number of them (O).
type accessInfo struct {
	Available, Total, Allocated, Used, Quarantined *int64
	TokenCost                                      int64
}

// readFree reads the number of free accesses of each kind: an object, or a list of one.
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
