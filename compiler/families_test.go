package compiler_test

import (
	"fmt"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Rules of one shape of which some depend, anywhere in their conditions, on rights that others grant.
// OPA rejects recursion between functions, so a group must not contain a rule that depends on it. The
// numbers produce every kind of group.
func TestFamiliesThatAskForTheirOwnRights(t *testing.T) {
	type family struct {
		count            int
		actions, pattern string // the condition, with %[1]d for the rule's number
	}
	tests := map[string][]family{
		"own tests, found by a key": {
			{7, "read", `user.group = "g%[1]d" and resource.name like "n%[1]d*"`},
			{1, "offlineaccess", `user.group = "off%[1]d" and !resource.HasPrivilege("read")`},
		},
		"kinds, in a table": {
			{57, "read", `user.group = "d%[1]d" and resource.@Department = "d%[1]d"`},
			{8, "update", `user.group = "d%[1]d" and resource.@Department = "d%[1]d" and resource.HasPrivilege("read")`},
		},
		"kinds that ask the same": {
			{40, "update", `user.group = "d%[1]d" and resource.HasPrivilege("read")`},
			{40, "delete", `user.group = "d%[1]d" and resource.HasPrivilege("read") and resource.IsOwned()`},
			{40, "read", `user.group = "d%[1]d"`},
		},
		"asked in a branch and in a negation": {
			{12, "read", `user.group = "g%[1]d"`},
			{12, "update", `user.group = "g%[1]d" and (resource.name = "n%[1]d" or !(resource.IsOwned() and resource.HasPrivilege("read")))`},
			{12, "delete", `user.group = "g%[1]d" and !(resource.HasPrivilege("update") or resource.name = "n%[1]d")`},
		},
		"branches of one rule that ask differently": {
			{12, "read", `user.group = "g%[1]d" and resource.name like "n%[1]d*"`},
			{12, "update", `user.group = "g%[1]d" and resource.HasPrivilege("read") or user.group = "h%[1]d" and resource.name like "n%[1]d*"`},
		},
		"nothing in common but asks": {
			{12, "update", `resource.HasPrivilege("read") and resource.name like "n%[1]d*"`},
			{12, "delete", `resource.HasPrivilege("update") and resource.name like "n%[1]d*"`},
			{12, "read", `resource.stream.HasPrivilege("read") and resource.name like "n%[1]d*"`},
		},
		"two groups, each of which asks for what the other grants": {
			{10, "read", `user.group = "g%[1]d" and resource.name like "a%[1]d*"`},
			{10, "update", `user.group = "g%[1]d" and resource.name like "b%[1]d*" and !resource.HasPrivilege("read")`},
			{10, "delete", `user.email = "g%[1]d" and resource.name like "c%[1]d*"`},
			{10, "export", `user.email = "g%[1]d" and resource.name like "d%[1]d*" and !resource.HasPrivilege("update")`},
			{10, "publish", `user.group = "g%[1]d" and resource.name like "e%[1]d*" and !resource.HasPrivilege("export")`},
		},
		"beside a cycle": {
			{10, "read", `user.group = "g%[1]d" and resource.HasPrivilege("update")`},
			{10, "update", `user.group = "g%[1]d" and resource.HasPrivilege("read")`},
			{10, "read update", `user.group = "h%[1]d"`},
			{10, "delete read", `user.group = "h%[1]d" and resource.name like "n%[1]d*"`},
			{10, "export", `user.group = "h%[1]d" and !resource.HasPrivilege("read")`},
		},
	}
	for name, families := range tests {
		t.Run(name, func(t *testing.T) {
			var rules []ruleset.Rule
			for f, of := range families {
				for i := range of.count {
					rules = append(rules, newRule(fmt.Sprintf("%d-%03d", f, i), "App_*", of.actions, fmt.Sprintf(of.pattern, i)))
				}
			}
			mustCompile(t, compiler.Options{}, rules...)
		})
	}
}
