package cli

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// CanReport is the result of can in JSON.
type CanReport struct {
	Task    string `json:"task"`
	Subject string `json:"subject"`
	// Allow says that no right is missing that the task requires.
	Allow bool `json:"allow"`
	// Rights are all rights that the task uses.
	Rights []TaskRight `json:"rights"`

	// Additional output for people: the task, its arguments and the names of entities.
	task  task
	about map[string]Entity
	names *deciding
}

// TaskRight is one right that a task uses.
type TaskRight struct {
	Action string `json:"action"`
	Type   string `json:"type"`
	// ID is "" for a new resource, and for several.
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	New  bool   `json:"new,omitempty"`
	// Of is the number of resources for which the right is checked, Held the number on which
	// the user has it.
	Of   int `json:"of"`
	Held int `json:"held"`
	// Unless says what the task does without the right; "" if it fails.
	Unless    string   `json:"unless,omitempty"`
	GrantedBy []string `json:"granted_by"`
}

func (r TaskRight) missing() bool { return r.Held < r.Of && r.Unless == "" }

// Can decides whether a subject can perform a task, and reports the missing rights.
func (s *Streams) Can(ctx *cli.Context) error {
	t, err := readTask(ctx)
	if err != nil {
		return err
	}
	r := Request{}
	if err := readSubject(ctx, &r.Subject); err != nil {
		return err
	}
	if r.Context, err = readSurround(ctx); err != nil {
		return err
	}
	d, err := s.taskDecider(ctx, t)
	if err != nil {
		return err
	}
	about := map[string]Entity{}
	for _, flag := range t.flagsOf() {
		if !ctx.IsSet(flag) {
			continue // start-reload finds the app of the task
		}
		r.Resource = Entity{Type: taskTypes[flag], ID: ctx.String(flag)}
		if err := d.names.apply(&r, s.Err); err != nil {
			return err
		}
		about[flag] = r.Resource
	}
	if len(about) == 0 {
		r.Resource = Entity{}
		if err := d.names.apply(&r, s.Err); err != nil {
			return err
		}
	}
	asked := taskAsked{ctx: ctx, by: d, request: r, about: about}
	report := CanReport{Task: t.name, Subject: r.Subject.ID, Allow: true, Rights: []TaskRight{}, task: t, about: about, names: d}
	for _, n := range t.needs {
		rights, err := asked.need(n)
		if err != nil {
			return err
		}
		report.Rights = append(report.Rights, rights...)
	}
	report.Allow = !slices.ContainsFunc(report.Rights, TaskRight.missing)
	err = s.canFormats().Render(s.Format, s.Out, report)
	if err == nil && !report.Allow {
		return No()
	}
	return err
}

// readTask parses the flags of the task.
func readTask(ctx *cli.Context) (task, error) {
	at := slices.IndexFunc(tasks, func(t task) bool { return t.name == ctx.String("task") })
	switch {
	case !ctx.IsSet("task"):
		return task{}, UsageOf(ctx.Command, "--task is missing: it is one of %s", strings.Join(taskNames(), ", "))
	case at < 0:
		return task{}, UsageOf(ctx.Command, "--task is one of %s, not %q%s", strings.Join(taskNames(), ", "), ctx.String("task"), didYouMean(ctx.String("task"), taskNames(), as))
	case !ctx.IsSet("subject"):
		return task{}, UsageOf(ctx.Command, "--subject is missing: name the user")
	}
	t := tasks[at]
	for _, flag := range t.flagsOf() {
		if !ctx.IsSet(flag) && (flag != "app" || t.name != "start-reload") {
			return task{}, UsageOf(ctx.Command, "--%s is missing: the task %s is about one", flag, t.name)
		}
	}
	for flag := range taskTypes {
		if ctx.IsSet(flag) && !slices.Contains(t.flagsOf(), flag) {
			return task{}, UsageOf(ctx.Command, "--%s: the task %s is about none", flag, t.name)
		}
	}
	return t, nil
}

// taskDecider is a decider that knows the contents of apps.
func (s *Streams) taskDecider(ctx *cli.Context, t task) (*deciding, error) {
	d, err := s.Decider(ctx)
	if err == nil && !d.names.in.hasSite() && len(t.flags) > 0 {
		return nil, UsageOf(ctx.Command, "no site to ask about: %s", d.names.noSite)
	}
	return d, err
}

// taskAsked checks the rights of a task.
type taskAsked struct {
	ctx     *cli.Context
	by      *deciding
	request Request
	about   map[string]Entity
}

// need checks the rights of one need.
func (a taskAsked) need(n need) ([]TaskRight, error) {
	var on []Entity
	right := TaskRight{Unless: n.unless, GrantedBy: []string{}}
	switch {
	case n.newType != "":
		properties, err := json.Marshal(map[string]string{"owner": a.request.Subject.ID})
		if err != nil {
			return nil, err
		}
		right.Type, right.New = n.newType, true
		on = []Entity{{Type: n.newType, ID: "new", Properties: properties}}
	case n.objects:
		right.Type = "App.Object"
		for _, id := range a.by.under("app.object", "app", a.about["app"].ID) {
			on = append(on, Entity{Type: right.Type, ID: id})
		}
	default:
		e, ok := a.about[n.on]
		if !ok { // the app of a task
			right.Type = taskTypes[n.on]
			for _, id := range a.by.of("reloadtask", a.about["reload-task"].ID, "app") {
				on = append(on, Entity{Type: right.Type, ID: id})
			}
			break
		}
		right.Type, right.ID = e.Type, e.ID
		on = []Entity{e}
	}
	if len(on) == 1 && !right.New {
		right.ID = on[0].ID
	}
	if r, ok := a.by.names.in.find(right.Type, right.ID); ok {
		right.Name = r.Name
	}
	var all []TaskRight
	for _, action := range n.actions {
		one := right
		one.Action, one.Of, one.GrantedBy = action, len(on), []string{}
		for _, e := range on {
			r := a.request
			r.Resource, r.Action = e, Action{action}
			text, err := json.Marshal(r)
			if err != nil {
				return nil, err
			}
			decision, err := a.by.decider.Decide(a.ctx.Context, text)
			if err != nil {
				return nil, err
			}
			if decision.Allow {
				one.Held++
			}
			one.GrantedBy = append(one.GrantedBy, decision.GrantedBy...)
		}
		slices.Sort(one.GrantedBy)
		one.GrantedBy = slices.Compact(one.GrantedBy)
		all = append(all, one)
	}
	return all, nil
}

// under returns the ids of the resources of a type whose relation leads to an entity.
func (d *deciding) under(typ, relation, id string) []string {
	var found []string
	for _, r := range d.names.in.all(typ) {
		if slices.Contains(d.of(typ, r.ID, relation), schema.Fold(id)) {
			found = append(found, r.ID)
		}
	}
	return found
}

// of returns the lower-case ids of the targets of an entity's relation.
func (d *deciding) of(typ, id, relation string) []string {
	return d.names.in.related(typ, id, relation)
}
