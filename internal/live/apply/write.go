package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

const path = "systemrule"

// writer writes changes to a site.
type writer struct {
	client *qrs.Client
	tags   map[string]string
	// keepType sends the type that a Default rule has; otherwise the site sets Custom.
	keepType bool
}

// ChangedError is the error for a rule that somebody else changed between the plan and its write.
type ChangedError struct{ Name, By string }

// Error implements error.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("the rule %q was changed by %s meanwhile: nothing more was written; plan again", e.Name, e.By)
}

// write makes one change, unless the site already has it, and returns the id of the rule.
func (w *writer) write(ctx context.Context, c *plan.Change) (string, error) {
	switch c.Op {
	case plan.Create:
		return w.create(ctx, c)
	case plan.Update:
		return c.ID, w.update(ctx, c)
	case plan.Delete:
		return c.ID, w.remove(ctx, c)
	}
	return "", fmt.Errorf("the plan has an unknown operation %q", c.Op)
}

// uncertain reports whether a failed write may have succeeded: there was no answer, or a server
// error.
func uncertain(err error) bool { return qrs.Unanswered(err) || qrs.IsServerError(err) }

func (w *writer) create(ctx context.Context, c *plan.Change) (string, error) {
	if id, err := w.find(ctx, c); err != nil || id != "" {
		return id, err // an earlier run has created it
	}
	entity := map[string]any{}
	c.After.Set(entity, w.tags)
	made, err := w.client.Create(ctx, path, entity)
	if err != nil && uncertain(err) {
		if id, again := w.find(ctx, c); again == nil && id != "" {
			return id, nil
		}
	}
	id, _ := made["id"].(string)
	if err == nil && id == "" {
		err = fmt.Errorf("the site has created the rule %q without returning its id: pull to see it", c.Name)
	}
	return id, err
}

// find returns the id of a rule with exactly the fields that a change creates, "" if there is
// none.
func (w *writer) find(ctx context.Context, c *plan.Change) (string, error) {
	var found string
	err := w.client.List(ctx, path, "name eq "+qrs.Quote(c.After.Name), func(entity []byte) error {
		r, err := decode(entity)
		if err == nil && sameButType(plan.FieldsOf(&r), *c.After) {
			found = r.ID
		}
		return err
	})
	return found, err
}

// sameButType compares what an update can set; the site may set the type.
func sameButType(a, b plan.Fields) bool {
	a.Type, b.Type = "", ""
	return a.Equal(b)
}

func decode(entity []byte) (ruleset.Rule, error) {
	rules, found := ruleset.Decode("systemrule", bytes.Clone(entity))
	if found.HasErrors() || len(rules) != 1 {
		return ruleset.Rule{}, &plan.BrokenError{Findings: found}
	}
	return rules[0], nil
}

// fetch returns a rule completely and decoded.
func (w *writer) fetch(ctx context.Context, id string) (map[string]any, plan.Fields, error) {
	entity, err := w.client.Fetch(ctx, path, id)
	if err != nil {
		return nil, plan.Fields{}, err
	}
	data, err := json.Marshal(entity)
	if err != nil {
		return nil, plan.Fields{}, err
	}
	r, err := decode(data)
	if err != nil {
		return nil, plan.Fields{}, err
	}
	return entity, plan.FieldsOf(&r), nil
}

// update replaces the managed fields. After a conflict or a lost answer, it reads the rule: if
// it is unchanged, the write is sent once more; otherwise it is as planned, or somebody else
// has changed it.
func (w *writer) update(ctx context.Context, c *plan.Change) error {
	var failure error
	for range 2 {
		entity, now, err := w.fetch(ctx, c.ID)
		switch {
		case err != nil:
			return err
		case sameButType(now, *c.After):
			return nil
		case !now.Equal(*c.Before):
			by, _ := entity["modifiedByUserName"].(string)
			return &ChangedError{c.Name, by}
		}
		kind := entity["type"]
		c.After.Set(entity, w.tags)
		if !w.keepType {
			entity["type"] = kind // the site decides
		}
		if _, failure = w.client.Update(ctx, path, c.ID, entity); failure == nil || !uncertain(failure) && !qrs.IsConflict(failure) {
			return failure
		}
	}
	if _, now, err := w.fetch(ctx, c.ID); err == nil && sameButType(now, *c.After) {
		return nil
	}
	return failure
}

func (w *writer) remove(ctx context.Context, c *plan.Change) error {
	entity, now, err := w.fetch(ctx, c.ID)
	switch {
	case qrs.IsNotFound(err):
		return nil // an earlier run has deleted it
	case err != nil:
		return err
	case !now.Equal(*c.Before):
		by, _ := entity["modifiedByUserName"].(string)
		return &ChangedError{c.Name, by}
	}
	if err = w.client.Delete(ctx, path, c.ID); err == nil || qrs.IsNotFound(err) {
		return nil
	}
	if uncertain(err) {
		if _, _, again := w.fetch(ctx, c.ID); qrs.IsNotFound(again) {
			return nil
		}
	}
	return err
}
