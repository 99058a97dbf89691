package resolve

import (
	"fmt"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Rules that do not grant rights are checked in the same way as those that do.
func TestLicenseAndSyncRulesAreChecked(t *testing.T) {
	tests := []struct {
		category  ruleset.Category
		filter    string
		condition string
		want      []diag.Code
	}{
		{ruleset.License, "License.LoginAccessType_1", `resource.resourcetype = "License.LoginAccessType" and user.userDirectory = "x"`, nil},
		{ruleset.License, "License.UserAccessGroup_1", `user.group != "x"`, []diag.Code{codeListInequality}},
		{ruleset.License, "License.UserAccessGroup_1", `user.name.first = "x"`, []diag.Code{codeUnknownProperty, codeNeverTrue}},
		{ruleset.License, "User_*", `resource.name.HasPrivilege("read")`, []diag.Code{codePrivilegeOutside}},
		{ruleset.License, "User_*", `user.name = "x" or resource.name = "y"`, []diag.Code{codeBranchWithoutUser}},
		{ruleset.Sync, "App_*", `resource.owner = "anna"`, []diag.Code{codeEntityAgainstText}},
		{ruleset.Sync, "App_*", `node.iscentral != "true" and node.@Role = "Scheduler"`, nil},
		{ruleset.Sync, "App_*", `node = resource.owner`, []diag.Code{codeNeverTrue}},
		{ruleset.Sync, "App_*", `node.Zone = resource.@Zone`, []diag.Code{codeUnknownProperty}},
		{ruleset.Sync, "App_*", `node.id = "x" or node.@Zone = "y"`, nil},
		{ruleset.Sync, "App_*", `resource.HasPrivilege("read")`, []diag.Code{codePrivilegeOutside}},
		{ruleset.Sync, "App_*", `node.hostName = "x"`, []diag.Code{codeUnknownProperty}},
		{ruleset.Sync, "App_*", `node.isCentrl = "x" and node.Name = "y"`, []diag.Code{codeUnknownProperty}},
		{ruleset.Sync, "App_*", `node.name.first = "x"`, []diag.Code{codeUnknownProperty, codeNeverTrue}},
		{ruleset.Sync, "App_*", `resource.@NodeAffinity = node.name or resource.stream.@NodeAffinity.Empty()`, nil},
	}
	for _, tt := range tests {
		r := &Rule{Rule: ruleset.Rule{
			ID: "r", Category: tt.category, Actions: 1,
			Filter: &diag.Text{Content: tt.filter}, Condition: &diag.Text{Content: tt.condition},
		}}
		var found diag.List
		if r.Filter, found = ruleset.ParseFilter(r.Rule.Filter, r.Ref()); found.HasErrors() {
			t.Fatal(found)
		}
		if r.Tree, found = condition.Parse(r.Rule.Condition, r.Ref()); found.HasErrors() {
			t.Fatal(found)
		}
		program, list := Resolve([]*Rule{r}, Options{Schema: schema.Default()})
		var got []diag.Code
		for _, d := range list {
			got = append(got, d.Code)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s on %s: %v, want %v", tt.condition, tt.filter, got, tt.want)
		}
		for _, c := range program.Classes {
			if len(c.Rules) > 0 {
				t.Errorf("%s on %s: grants on %s", tt.condition, tt.filter, fmt.Sprint(c.Key))
			}
		}
	}
}
