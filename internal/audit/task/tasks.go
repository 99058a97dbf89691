package task

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

const (
	create    = ruleset.CreateAction
	read      = ruleset.ReadAction
	update    = ruleset.UpdateAction
	publish   = ruleset.PublishAction
	duplicate = ruleset.DuplicateAction
	export    = ruleset.ExportDataAction
)

func actions(list ...ruleset.Action) []ruleset.Action { return list }

// All are the tasks.
var All = []Task{
	{"publish", "publish %s to %s", []Parameter{App, Stream}, []Need{
		{On: Given{App}, Actions: actions(read, publish)},
		{On: Given{Stream}, Actions: actions(read, publish)},
		{On: Objects{}, Actions: actions(read), Unless: "only objects that the user can read are published"},
	}},
	{"replace", "publish %s to %s and replace the app there", []Parameter{App, Stream}, []Need{
		{On: Given{App}, Actions: actions(read, update, publish)},
		{On: Given{Stream}, Actions: actions(read, publish)},
		{On: Objects{}, Actions: actions(read, update)},
	}},
	{"duplicate", "duplicate %s", []Parameter{App}, []Need{
		{On: Given{App}, Actions: actions(read, duplicate)},
		{On: Objects{}, Actions: actions(read), Unless: "only objects that the user can read are duplicated"},
	}},
	{"import", "import an app", nil, []Need{
		{On: New{"App"}, Actions: actions(create, update)},
		{On: New{"DataConnection"}, Actions: actions(create), Unless: "an app with a data connection that the site does not have cannot be imported"},
	}},
	{"reload", "reload %s", []Parameter{App}, []Need{
		{On: Given{App}, Actions: actions(read, update)},
	}},
	{"start-reload", "start %s", []Parameter{ReloadTask}, []Need{
		{On: Given{ReloadTask}, Actions: actions(read)},
		{On: AppOf{}, Actions: actions(update)},
	}},
	{"start-sync", "start %s", []Parameter{SyncTask}, []Need{
		{On: Given{SyncTask}, Actions: actions(read)},
		{On: Given{Directory}, Actions: actions(update)},
	}},
	{"export-data", "export data from %s", []Parameter{App}, []Need{
		{On: Given{App}, Actions: actions(read, export)},
		{On: Objects{}, Actions: actions(read), Unless: "only data of objects that the user can read is exported"},
	}},
	{"manage-stream", "manage the access of %s", []Parameter{Stream}, []Need{
		{On: Given{Stream}, Actions: actions(read, update)},
	}},
}

// Find returns the task with a name.
func Find(name string) (Task, bool) {
	at := slices.IndexFunc(All, func(t Task) bool { return t.Name == name })
	if at < 0 {
		return Task{}, false
	}
	return All[at], true
}

// Names returns the names of the tasks.
func Names() []string {
	var names []string
	for _, t := range All {
		names = append(names, t.Name)
	}
	return names
}
