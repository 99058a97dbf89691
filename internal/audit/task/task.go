// Package task decides whether a user can do a task of the hub or the QMC that needs several
// rights, such as publishing an app to a stream.
//
//	task.go     Task, and the rights that it needs
//	tasks.go    the table of tasks
//	check.go    Checker, which decides these rights
//	report.go   Report
//
// Qlik documents import, start-sync, start-reload, duplicate, publish and replace ("Multiple
// permissions for complex user events", November 2022; D). The others follow from the table of
// actions (I). The package asks a decider and knows no rules.
package task

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// Task is an operation that needs rights on several resources.
type Task struct {
	Name string
	// Says completes "the user can …", with %s for each resource of Shown.
	Says string
	// Shown are the resources in Says, in order.
	Shown []Parameter
	Needs []Need
}

// Need is a set of rights that a task needs on the same resources.
type Need struct {
	On      Target
	Actions []ruleset.Action
	// Unless describes the result of the task without the right; "" if the task then fails.
	Unless string
}

// Parameter is a resource that a task is about.
type Parameter string

// The parameters of tasks.
const (
	App        Parameter = "app"
	Stream     Parameter = "stream"
	ReloadTask Parameter = "reload-task"
	SyncTask   Parameter = "sync-task"
	Directory  Parameter = "directory"
)

// Parameters are all parameters.
var Parameters = []Parameter{App, Stream, ReloadTask, SyncTask, Directory}

// Type returns the name of the resource type of a parameter. It panics for an unknown one.
func (p Parameter) Type() string {
	switch p {
	case App:
		return "App"
	case Stream:
		return "Stream"
	case ReloadTask:
		return "ReloadTask"
	case SyncTask:
		return "UserSyncTask"
	case Directory:
		return "UserDirectory"
	}
	panic(fmt.Sprintf("tasks have no parameter %q", string(p)))
}

// Target is what a need is about. The set is sealed.
//
//sumtype:decl
type Target interface{ target() }

type (
	// Given is the resource of a parameter.
	Given struct{ Parameter }
	// New is a new resource of a type, which the user will own.
	New struct{ Type string }
	// Objects are all objects of the App.
	Objects struct{}
	// AppOf is the App that the ReloadTask reloads. The caller may give another one.
	AppOf struct{}
)

func (Given) target()   {}
func (New) target()     {}
func (Objects) target() {}
func (AppOf) target()   {}

// Parameters returns the resources that a task is about, those of Says first, and Required
// whether the caller must give one: the app of a reload task is found on the site.
func (t Task) Parameters() []Parameter {
	all := slices.Clone(t.Shown)
	for _, n := range t.Needs {
		p, ok := n.parameter()
		if ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

// Required reports whether the caller must give the resource of a parameter.
func (t Task) Required(p Parameter) bool {
	return slices.Contains(t.Shown, p) || slices.ContainsFunc(t.Needs, func(n Need) bool { return n.On == Given{p} })
}

// parameter returns the parameter that gives the resource of a need, if there is one.
func (n Need) parameter() (Parameter, bool) {
	switch on := n.On.(type) {
	case Given:
		return on.Parameter, true
	case AppOf:
		return App, true
	case New, Objects:
	}
	return "", false
}
