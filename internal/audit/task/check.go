package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
)

// Checker decides the rights of tasks on a site.
type Checker struct {
	Decider engine.Decider
	// Records are the entities that the decider knows. For the objects of an app and the app of
	// a reload task, they need the relations of workspace.KeepParents.
	Records naming.Records
}

// Question asks whether a subject can do a task.
type Question struct {
	Task    Task
	Subject authzen.Entity
	Context *authzen.Context
	// About are the resources of the task's parameters.
	About map[Parameter]authzen.Entity
}

// ObjectType is the type of the objects of an app.
const ObjectType = "App.Object"

// appRelation is the relation of an object or a reload task to its app.
const appRelation = "app"

// Check decides all rights that a task uses. It fails if the resource of a required parameter
// is missing, and with the errors of the decider.
func (c Checker) Check(ctx context.Context, q Question) (*Report, error) {
	for _, p := range q.Task.Parameters() {
		if _, given := q.About[p]; !given && q.Task.Required(p) {
			return nil, fmt.Errorf("the task %s is about one %s, which is missing", q.Task.Name, p)
		}
	}
	report := &Report{Task: q.Task.Name, Subject: q.Subject.ID, Rights: []Right{}}
	for _, n := range q.Task.Needs {
		of, err := c.resources(q, n.On)
		if err != nil {
			return nil, err
		}
		for _, action := range n.Actions {
			right, err := c.right(ctx, q, of, action)
			if err != nil {
				return nil, err
			}
			right.Unless = n.Unless
			report.Rights = append(report.Rights, right)
		}
	}
	report.Allow = !slices.ContainsFunc(report.Rights, Right.Missing)
	return report, nil
}

// resources are the resources of a need.
type resources struct {
	typ string
	// on are the resources on which rights are decided.
	on    []authzen.Entity
	isNew bool
	// unknown says that the records do not have the resources.
	unknown bool
}

// resources finds the resources of a need.
func (c Checker) resources(q Question, on Target) (resources, error) {
	switch on := on.(type) {
	case Given:
		e := q.About[on.Parameter]
		return resources{typ: e.Type, on: []authzen.Entity{e}}, nil
	case New:
		properties, err := json.Marshal(map[string]string{"owner": q.Subject.ID})
		return resources{typ: on.Type, isNew: true, on: []authzen.Entity{{Type: on.Type, ID: "new", Properties: properties}}}, err
	case Objects:
		return c.objects(q.About[App].ID), nil
	case AppOf:
		if e, given := q.About[App]; given {
			return resources{typ: e.Type, on: []authzen.Entity{e}}, nil
		}
		return c.appOf(q.About[ReloadTask]), nil
	}
	panic(fmt.Sprintf("task: unknown target %T", on))
}

// objects returns the objects of an app.
func (c Checker) objects(app string) resources {
	r := resources{typ: ObjectType}
	if !slices.Contains(c.Records.Types(), schema.Fold(ObjectType)) || !c.Records.Relates(ObjectType, appRelation) {
		r.unknown = true
		return r
	}
	for _, object := range c.Records.All(ObjectType) {
		if slices.Contains(c.Records.Related(ObjectType, object.ID, appRelation), schema.Fold(app)) {
			r.on = append(r.on, authzen.Entity{Type: ObjectType, ID: object.ID})
		}
	}
	return r
}

// appOf returns the app that a reload task reloads.
func (c Checker) appOf(task authzen.Entity) resources {
	r := resources{typ: App.Type()}
	for _, id := range c.Records.Related(task.Type, task.ID, appRelation) {
		r.on = append(r.on, authzen.Entity{Type: r.typ, ID: id})
	}
	r.unknown = len(r.on) == 0
	return r
}

// right decides an action on resources.
func (c Checker) right(ctx context.Context, q Question, of resources, action ruleset.Action) (Right, error) {
	right := Right{Action: action.Name(), Type: of.typ, New: of.isNew, Unknown: of.unknown, Of: len(of.on), GrantedBy: []string{}}
	if len(of.on) == 1 && !of.isNew {
		right.ID = of.on[0].ID
	}
	if r, ok := c.Records.Find(right.Type, right.ID); ok {
		right.Name = r.Name
	}
	for _, e := range of.on {
		request, err := json.Marshal(authzen.Request{Subject: q.Subject, Action: authzen.Action{Name: action.Name()}, Resource: e, Context: q.Context})
		if err != nil {
			return right, err
		}
		decision, err := c.Decider.Decide(ctx, request)
		if err != nil {
			return right, err
		}
		if decision.Allow {
			right.Held++
		}
		right.GrantedBy = append(right.GrantedBy, decision.GrantedBy...)
	}
	slices.Sort(right.GrantedBy)
	right.GrantedBy = slices.Compact(right.GrantedBy)
	return right, nil
}
