package cli

import "slices"

// A task is an operation in the hub or the QMC that requires several rights. Qlik documents import,
// start-sync, start-reload, duplicate, publish and replace ("Multiple permissions for complex user
// events", November 2022; D). The others follow from the table of actions (I).
type task struct {
	name string
	// says completes "may …", with %s for the names of the flags' resources.
	says string
	// flags name the resources of the task, in the order of says.
	flags []string
	needs []need
}

// need is a set of rights on one resource that a task requires.
type need struct {
	// on is the flag that names the resource. Otherwise the resource is a new one of newType, or
	// all objects of the app.
	on      string
	newType string
	objects bool
	actions []string
	// unless describes the result of the task without the right; "" if the task fails.
	unless string
}

var tasks = []task{
	{"publish", "publish %s to %s", []string{"app", "stream"}, []need{
		{on: "app", actions: []string{"read", "publish"}},
		{on: "stream", actions: []string{"read", "publish"}},
		{objects: true, actions: []string{"read"}, unless: "only objects that the user can read are published"},
	}},
	{"replace", "publish %s to %s and replace the app there", []string{"app", "stream"}, []need{
		{on: "app", actions: []string{"read", "update", "publish"}},
		{on: "stream", actions: []string{"read", "publish"}},
		{objects: true, actions: []string{"read", "update"}},
	}},
	{"duplicate", "duplicate %s", []string{"app"}, []need{
		{on: "app", actions: []string{"read", "duplicate"}},
		{objects: true, actions: []string{"read"}, unless: "only objects that the user can read are duplicated"},
	}},
	{"import", "import an app", nil, []need{
		{newType: "App", actions: []string{"create", "update"}},
		{newType: "DataConnection", actions: []string{"create"}, unless: "an app with a data connection that the site does not have cannot be imported"},
	}},
	{"reload", "reload %s", []string{"app"}, []need{
		{on: "app", actions: []string{"read", "update"}},
	}},
	{"start-reload", "start %s", []string{"reload-task"}, []need{
		{on: "reload-task", actions: []string{"read"}},
		{on: "app", actions: []string{"update"}},
	}},
	{"start-sync", "start %s", []string{"sync-task"}, []need{
		{on: "sync-task", actions: []string{"read"}},
		{on: "directory", actions: []string{"update"}},
	}},
	{"export-data", "export data from %s", []string{"app"}, []need{
		{on: "app", actions: []string{"read", "exportdata"}},
		{objects: true, actions: []string{"read"}, unless: "only data of objects that the user can read is exported"},
	}},
	{"manage-stream", "manage the access of %s", []string{"stream"}, []need{
		{on: "stream", actions: []string{"read", "update"}},
	}},
}

// taskTypes are the types of the resources that the flags name.
var taskTypes = map[string]string{"app": "App", "stream": "Stream", "reload-task": "ReloadTask", "sync-task": "UserSyncTask", "directory": "UserDirectory"}

func taskNames() []string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.name)
	}
	return names
}

// flagsOf returns the flags that name the resources of the task, those of its sentence first.
func (t task) flagsOf() []string {
	all := slices.Clone(t.flags)
	for _, n := range t.needs {
		if n.on != "" && !slices.Contains(all, n.on) {
			all = append(all, n.on)
		}
	}
	return all
}
