package ruleset

import "github.com/qlik2rego/qlik2rego/compiler/schema"

// Action is one action of docs/language.md, section 6: a single bit of Actions.
type Action uint32

// All is the mask for every action, including actions that Qlik may add later (D).
const All Actions = 1<<32 - 1

// The actions (D).
const (
	CreateAction Action = 1 << iota
	ReadAction
	UpdateAction
	DeleteAction
	ExportAction
	PublishAction
	ChangeOwnerAction
	ChangeRoleAction
	ExportDataAction
	OfflineAccessAction
	DistributeAction
	DuplicateAction
	ApproveAction
)

// The one bit of actions in rules of the other categories (D). It is that of CreateAction.
const (
	AllowAccess Actions = 1 // in License rules
	LoadBalance Actions = 1 // in Sync rules
)

// actionNames are the names of the bits, from the lowest.
var actionNames = [...]string{
	"create", "read", "update", "delete", "export", "publish", "changeowner", "changerole",
	"exportdata", "offlineaccess", "distribute", "duplicate", "approve",
}

// known are the bits that have a name.
const known Actions = 1<<len(actionNames) - 1

// AllActions are the actions, ordered by bit.
var AllActions = func() []Action {
	var all []Action
	for bit := range actionNames {
		all = append(all, 1<<bit)
	}
	return all
}()

// Name returns the action's name in lower case, such as "changeowner", as used in HasPrivilege
// and in requests; "" for an invalid value.
func (a Action) Name() string {
	for bit, name := range actionNames {
		if a == 1<<bit {
			return name
		}
	}
	return ""
}

// ParseAction returns the action with the given name, ignoring case, and whether there is one.
func ParseAction(name string) (Action, bool) {
	for bit, n := range actionNames {
		if schema.Fold(name) == n {
			return 1 << bit, true
		}
	}
	return 0, false
}

// Has reports whether the mask contains an action. It is false for bits without a name.
func (m Actions) Has(a Action) bool { return m&known&Actions(a) != 0 }

// List returns the mask's actions, ordered by bit.
func (m Actions) List() []Action {
	var list []Action
	for _, a := range AllActions {
		if m.Has(a) {
			list = append(list, a)
		}
	}
	return list
}

// Names returns the names of the mask's actions, ordered by bit.
func (m Actions) Names() []string {
	var names []string
	for _, a := range m.List() {
		names = append(names, a.Name())
	}
	return names
}

// unknown returns the bits that have no name; the mask for everything has none.
func (m Actions) unknown() Actions {
	if m == All {
		return 0
	}
	return m &^ known
}
