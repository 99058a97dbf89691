package task_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/task"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// decider grants every right except those in denied, in the form "read App:a1".
type decider struct{ denied []string }

func (d decider) Decide(_ context.Context, request []byte) (engine.Decision, error) {
	var r authzen.Request
	if err := json.Unmarshal(request, &r); err != nil {
		return engine.Decision{}, err
	}
	if r.Subject.ID != `ACME\anna` || r.Context == nil || r.Context.RequestContext != "qmc" {
		return engine.Decision{}, fmt.Errorf("the request is %s", request)
	}
	if r.Resource.ID == "new" && !strings.Contains(string(r.Resource.Properties), `"owner":"ACME\\anna"`) {
		return engine.Decision{}, fmt.Errorf("the new resource is %s", request)
	}
	right := r.Action.Name + " " + r.Resource.Type + ":" + r.Resource.ID
	if slices.Contains(d.denied, right) {
		return engine.Decision{GrantedBy: []string{}, Reason: engine.NoRule}, nil
	}
	return engine.Decision{Allow: true, GrantedBy: []string{"rule"}, Reason: engine.Granted}, nil
}

// records are an app with two objects, a reload task of the app, and one without an app.
func records(objects bool) naming.Records {
	app := &snapshot.Entity{Type: "app", ID: "a1", Scalars: map[string]string{"name": "Sales"}}
	ofApp := map[string][]*snapshot.Entity{"app": {app}}
	site := &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{
		"app":        {"a1": app},
		"reloadtask": {"t1": {Type: "reloadtask", ID: "t1", Relations: ofApp}, "t2": {Type: "reloadtask", ID: "t2"}},
	}}
	if objects {
		site.Records["app.object"] = map[string]*snapshot.Entity{
			"o1": {Type: "app.object", ID: "o1", Relations: ofApp}, "o2": {Type: "app.object", ID: "o2", Relations: ofApp},
			"o3": {Type: "app.object", ID: "o3"},
		}
	}
	return naming.InSite(site, true)
}

var about = map[task.Parameter]authzen.Entity{
	task.App: {Type: "App", ID: "a1"}, task.Stream: {Type: "Stream", ID: "s1"}, task.ReloadTask: {Type: "ReloadTask", ID: "t1"},
	task.SyncTask: {Type: "UserSyncTask", ID: "y1"}, task.Directory: {Type: "UserDirectory", ID: "d1"},
}

func question(t *testing.T, name string) task.Question {
	t.Helper()
	found, ok := task.Find(name)
	if !ok {
		t.Fatalf("there is no task %s", name)
	}
	q := task.Question{
		Task: found, Subject: authzen.Entity{Type: "user", ID: `ACME\anna`}, Context: &authzen.Context{RequestContext: "qmc"},
		About: map[task.Parameter]authzen.Entity{},
	}
	for _, p := range found.Parameters() {
		if found.Required(p) {
			q.About[p] = about[p]
		}
	}
	return q
}

// TestEveryRight checks, for each task, that the user can do it with all rights and that each
// right counts: without it, the task fails or, for a right marked with ?, loses something.
func TestEveryRight(t *testing.T) {
	tests := map[string]string{
		"publish":       "read App:a1, publish App:a1, read Stream:s1, publish Stream:s1, read App.Object:o1?, read App.Object:o2?",
		"replace":       "read App:a1, update App:a1, publish App:a1, read Stream:s1, publish Stream:s1, read App.Object:o1, read App.Object:o2, update App.Object:o1, update App.Object:o2",
		"duplicate":     "read App:a1, duplicate App:a1, read App.Object:o1?, read App.Object:o2?",
		"import":        "create App:new, update App:new, create DataConnection:new?",
		"reload":        "read App:a1, update App:a1",
		"start-reload":  "read ReloadTask:t1, update App:a1",
		"start-sync":    "read UserSyncTask:y1, update UserDirectory:d1",
		"export-data":   "read App:a1, exportdata App:a1, read App.Object:o1?, read App.Object:o2?",
		"manage-stream": "read Stream:s1, update Stream:s1",
	}
	for _, one := range task.All {
		rights, ok := tests[one.Name]
		if !ok {
			t.Errorf("the task %s has no test", one.Name)
			continue
		}
		q := question(t, one.Name)
		list := strings.Split(rights, ", ")
		all := check(t, nil, q)
		held := 0
		for _, r := range all.Rights {
			held += r.Held
		}
		if !all.Allow || held != len(list) {
			t.Errorf("%s: with all rights %+v", one.Name, all)
		}
		for _, right := range list {
			right, optional := strings.CutSuffix(right, "?")
			got := check(t, []string{right}, q)
			short := slices.DeleteFunc(slices.Clone(got.Rights), func(r task.Right) bool { return r.Held == r.Of })
			action, typ := strings.Fields(right)[0], strings.Split(strings.Fields(right)[1], ":")[0]
			if len(short) != 1 || short[0].Action != action || short[0].Type != typ || short[0].Held != short[0].Of-1 {
				t.Errorf("%s without %s: %+v", one.Name, right, got)
			}
			if got.Allow != optional || short[0].Missing() == optional {
				t.Errorf("%s without %s: allow is %t", one.Name, right, got.Allow)
			}
		}
	}
}

func check(t *testing.T, denied []string, q task.Question) *task.Report {
	t.Helper()
	report, err := checker(denied, records(true)).Check(t.Context(), q)
	if err != nil {
		t.Fatalf("%s: %v", q.Task.Name, err)
	}
	return report
}

func TestReport(t *testing.T) {
	got, err := json.Marshal(check(t, []string{"read App.Object:o2"}, question(t, "duplicate")))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"task":"duplicate","subject":"ACME\\anna","allow":true,"rights":[` +
		`{"action":"read","type":"App","id":"a1","name":"Sales","of":1,"held":1,"granted_by":["rule"]},` +
		`{"action":"duplicate","type":"App","id":"a1","name":"Sales","of":1,"held":1,"granted_by":["rule"]},` +
		`{"action":"read","type":"App.Object","of":2,"held":1,"unless":"only objects that the user can read are duplicated","granted_by":["rule"]}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestUnknownApp checks that a reload task without an app on the site is not started: the right
// on the app is missing. Another app can be given.
func TestUnknownApp(t *testing.T) {
	q := question(t, "start-reload")
	q.About[task.ReloadTask] = authzen.Entity{Type: "ReloadTask", ID: "t2"}
	got := check(t, nil, q)
	if got.Allow || !got.Rights[1].Missing() || !got.Rights[1].Unknown {
		t.Errorf("%+v", got)
	}
	q.About[task.App] = authzen.Entity{Type: "App", ID: "a9"}
	if got := check(t, nil, q); !got.Allow || got.Rights[1].ID != "a9" {
		t.Errorf("with an app: %+v", got)
	}
	if got := check(t, []string{"update App:a9"}, q); got.Allow {
		t.Errorf("without the right on the app: %+v", got)
	}
}

// TestUnknownObjects checks that a task that needs rights on objects fails if the data does not have
// the objects, or not their apps: no right was checked.
func TestUnknownObjects(t *testing.T) {
	for name, of := range map[string]naming.Records{"no objects": records(false), "no apps of objects": withoutRelations{records(true)}} {
		for task, allow := range map[string]bool{"replace": false, "publish": true} {
			got, err := checker(nil, of).Check(t.Context(), question(t, task))
			if err != nil || got.Allow != allow || !got.Rights[len(got.Rights)-1].Unknown || got.Rights[0].Unknown {
				t.Errorf("%s: %s: %+v, %v", name, task, got, err)
			}
		}
	}
}

type withoutRelations struct{ naming.Records }

func (withoutRelations) Relates(string, string) bool { return false }

func checker(denied []string, of naming.Records) task.Checker {
	return task.Checker{Decider: decider{denied}, Records: of}
}

func TestErrors(t *testing.T) {
	q := question(t, "publish")
	delete(q.About, task.Stream)
	if _, err := checker(nil, records(true)).Check(t.Context(), q); err == nil || !strings.Contains(err.Error(), "the task publish is about one stream") {
		t.Error(err)
	}
	failed := errors.New("failed")
	if _, err := (task.Checker{Decider: failing{failed}, Records: records(true)}).Check(t.Context(), question(t, "reload")); !errors.Is(err, failed) {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown parameter has a type")
		}
	}()
	task.Parameter("hub").Type()
}

type failing struct{ err error }

func (f failing) Decide(context.Context, []byte) (engine.Decision, error) {
	return engine.Decision{}, f.err
}
