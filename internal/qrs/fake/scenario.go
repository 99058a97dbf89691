package fake

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Scenario loads the site of a scenario, such as sheet-level/hide-config, from a directory of
// scenarios, and adds what every real site has: the rules of the service accounts and of root
// administrators, and a root administrator.
func Scenario(scenarios fs.FS, name string, now func() time.Time) (*Store, error) {
	names, err := Scenarios(scenarios)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, name) {
		hint := ""
		if meant, ok := diag.Suggest(name, names); ok {
			hint = "; did you mean " + meant + "?"
		}
		return nil, fmt.Errorf("there is no scenario %q%s\nThere are: %s", name, hint, strings.Join(names, ", "))
	}
	site := path.Join(name, "site")
	if _, err := fs.Stat(scenarios, site); err != nil {
		site = path.Join(path.Dir(name), "site")
	}
	directory, err := fs.Sub(scenarios, site)
	if err != nil {
		return nil, err
	}
	rules, err := fs.ReadFile(scenarios, path.Join(name, "rules.json"))
	if err != nil {
		rules = nil // the site has its own
	}
	s, err := Load(directory, rules, now)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	return s, s.furnish()
}

// Scenarios returns the names of the scenarios in a folder.
func Scenarios(scenarios fs.FS) ([]string, error) {
	var names []string
	for _, pattern := range []string{"*/rules.json", "*/*/rules.json", "*/site/systemrule.json"} {
		files, err := fs.Glob(scenarios, pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			names = append(names, strings.TrimSuffix(path.Dir(file), "/site"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// furnish adds what every site has, unless it exists.
func (s *Store) furnish() error {
	rules := s.collection("systemrule")
	for _, r := range []object{
		{
			"name": "ServiceAccount", "rule": `user.UserDirectory = "INTERNAL" and user.UserId like "sa_*"`, "resourceFilter": "*",
			"comment": "The service accounts should be able to do all actions", "ruleContext": json.Number("0"),
		},
		{
			"name": "RootAdmin", "rule": `user.roles = "RootAdmin"`, "resourceFilter": "*",
			"comment": "Root admin should have full access rights", "ruleContext": json.Number("2"),
		},
	} {
		if slices.ContainsFunc(rules.items, func(e *entity) bool { return e.fields["name"] == r["name"] }) {
			continue
		}
		fields := with(r, object{"id": stableID("systemrule", r["name"].(string)), "type": "ReadOnly", "actions": json.Number("4294967295")})
		rules.items = append(rules.items, newEntity(s.complete(rules, fields)))
	}
	users := s.collection("user")
	root := func(e *entity) bool {
		return slices.Contains(valuesAt(e.fields, []string{"roles"}), "RootAdmin")
	}
	if slices.ContainsFunc(users.items, root) {
		return nil
	}
	for _, e := range users.items {
		if strings.EqualFold(fmt.Sprint(e.fields["userDirectory"], `\`, e.fields["userId"]), `ACME\root`) {
			return fmt.Errorf(`the scenario has a user ACME\root without the role RootAdmin`)
		}
	}
	users.items = append(users.items, newEntity(s.complete(users, object{
		"id": stableID("user", "root"), "userId": "root", "userDirectory": "ACME", "name": "Ruth Root", "roles": []any{"RootAdmin"},
		"attributes": []any{}, "customProperties": []any{}, "inactive": false, "removedExternally": false, "blacklisted": false, "tags": []any{},
	})))
	return nil
}
