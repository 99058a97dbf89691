package escalate

import (
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// Lever is a right by which something can be changed that rules read of users.
type Lever struct {
	Type    string // as the product spells it
	Actions []ruleset.Action
	// Frees are the properties that can be changed, nil for rules: everything.
	Frees []solve.Kind
	Does  string
}

const (
	create     = ruleset.Action(1)
	update     = ruleset.Action(4)
	changeRole = ruleset.Action(128)
)

// Levers are the rights that change what rules read of users, in the order in which
// steps are preferred.
var Levers = []Lever{
	{"SystemRule", []ruleset.Action{update, create}, nil, "writes a rule that grants everything"},
	{"User", []ruleset.Action{changeRole}, []solve.Kind{solve.Roles}, "takes any role"},
	{"User", []ruleset.Action{update}, []solve.Kind{solve.Custom}, "sets custom properties of users"},
	{"UserDirectory", []ruleset.Action{update, create}, []solve.Kind{solve.Attributes}, "decides which directory attributes users have"},
	{"UserSyncTask", []ruleset.Action{update, create}, []solve.Kind{solve.Attributes}, "decides which directory attributes users have"},
	{"VirtualProxyConfig", []ruleset.Action{update, create}, []solve.Kind{solve.Session, solve.Login}, "decides how users log in and which session attributes they have"},
	{"ProxyService", []ruleset.Action{update}, []solve.Kind{solve.Session, solve.Login}, "decides how users log in and which session attributes they have"},
}

// leverFilter hits the types of all levers and of what people work with, so that each has
// a scope of its own.
const leverFilter = "SystemRule_*,User_*,UserDirectory_*,UserSyncTask_*,VirtualProxyConfig_*,ProxyService_*,App_*,Stream_*,DataConnection_*"

func about(filter, text string) *solve.Condition {
	return &solve.Condition{Filter: &diag.Text{Label: "filter", Content: filter}, Text: &diag.Text{Label: "condition", Content: text}}
}
