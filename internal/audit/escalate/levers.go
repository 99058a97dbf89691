package escalate

import (
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Lever is a right to change something that rules read of users.
type Lever struct {
	Type    string // in Qlik's spelling
	Actions []ruleset.Action
	// Frees are the properties that can be changed, nil for rules: everything.
	Frees []solve.Kind
	Does  string
}

// Levers are the rights to change what rules read of users, in the order in which steps prefer
// them.
var Levers = []Lever{
	{"SystemRule", []ruleset.Action{ruleset.UpdateAction, ruleset.CreateAction}, nil, "creates a rule that grants everything"},
	{"User", []ruleset.Action{ruleset.ChangeRoleAction}, []solve.Kind{solve.Roles}, "takes any role"},
	{"User", []ruleset.Action{ruleset.UpdateAction}, []solve.Kind{solve.Custom}, "sets custom properties of users"},
	{"UserDirectory", []ruleset.Action{ruleset.UpdateAction, ruleset.CreateAction}, []solve.Kind{solve.Attributes}, "changes directory attributes of users"},
	{"UserSyncTask", []ruleset.Action{ruleset.UpdateAction, ruleset.CreateAction}, []solve.Kind{solve.Attributes}, "changes directory attributes of users"},
	{"VirtualProxyConfig", []ruleset.Action{ruleset.UpdateAction, ruleset.CreateAction}, []solve.Kind{solve.Session, solve.Login}, "changes how users log in, and their session attributes"},
	{"ProxyService", []ruleset.Action{ruleset.UpdateAction}, []solve.Kind{solve.Session, solve.Login}, "changes how users log in, and their session attributes"},
}

// leverFilter matches the types of all levers and the main types of content, so that each has a
// scope of its own.
const leverFilter = "SystemRule_*,User_*,UserDirectory_*,UserSyncTask_*,VirtualProxyConfig_*,ProxyService_*,App_*,Stream_*,DataConnection_*"

func about(filter, text string) *solve.Condition {
	return &solve.Condition{Filter: &diag.Text{Label: "filter", Content: filter}, Text: &diag.Text{Label: "condition", Content: text}}
}
