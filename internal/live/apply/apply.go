package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

// Options are the options of Apply.
type Options struct {
	// Backups is the directory of backups and journals.
	Backups string
	// Resume continues a plan that was partly applied.
	Resume bool
	// RollbackOnMismatch rolls back if the site's audit is not as predicted.
	RollbackOnMismatch bool
	// NoGuard allows a plan that locks people out.
	NoGuard bool
	Clock   func() time.Time
}

// Result is what Apply did.
type Result struct {
	Site    string `json:"site"`
	Backup  string `json:"backup,omitempty"`
	Journal string `json:"journal,omitempty"`
	// Written are the completed writes, in order.
	Written []Written `json:"written"`
	// Mismatches are the rights for which the site's audit differs from the prediction, of
	// Verified rights.
	Verified   int      `json:"verified"`
	Mismatches []string `json:"mismatches"`
	RolledBack bool     `json:"rolled_back"`
	// Nothing reports whether the site was already as planned.
	Nothing bool `json:"nothing"`
}

// Written is a completed write.
type Written struct {
	Op   string `json:"op"`
	ID   string `json:"id"`
	Name string `json:"name"`
	// Alias is the id that the rule had before.
	Alias string `json:"alias,omitempty"`
}

// StaleError is the error for a site that has changed since the plan was made.
type StaleError struct {
	// Rules are the names of the changed rules, and the ids of deleted ones.
	Rules []string
	// Partly says that all of them are as the plan makes them, as after an interrupted application.
	Partly bool
}

// Error implements error.
func (e *StaleError) Error() string {
	const shown = 5
	list, more := e.Rules, ""
	if len(list) > shown {
		list, more = list[:shown], fmt.Sprintf(" and %d more", len(list)-shown)
	}
	quoted := make([]string, len(list))
	for i, name := range list {
		quoted[i] = strconv.Quote(name)
	}
	names := strings.Join(quoted, ", ") + more
	if e.Partly {
		return fmt.Sprintf("the site already has a part of the plan (%s), as after an interruption; nothing was written; continue with --resume, or plan again", names)
	}
	return fmt.Sprintf("the plan is stale: since it was made, rules on the site have changed (%s); nothing was written; plan again", names)
}

// BlockedError is the error for a plan that must not be applied.
type BlockedError struct{ Why []string }

// Error implements error.
func (e *BlockedError) Error() string {
	text := "the plan cannot be applied; nothing was written"
	for _, why := range e.Why {
		text += "\n  " + why
	}
	return text
}

// run is one application of a plan.
type run struct {
	client  *qrs.Client
	plan    *plan.Plan
	options Options
	writer  *writer
	state   *plan.State
	result  *Result
	journal *journal
	// ids maps the id of a rule in the plan to its id on the site, for written rules.
	ids map[string]string
}

// Apply writes a plan. The result describes what was done even if there is an error.
func Apply(ctx context.Context, client *qrs.Client, p *plan.Plan, o Options) (*Result, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	r := &run{client: client, plan: p, options: o, ids: map[string]string{}, result: &Result{Site: p.Site, Written: []Written{}, Mismatches: []string{}}}
	if p.URL != client.Site().URL {
		return r.result, &BlockedError{[]string{fmt.Sprintf("it was made for %s, and the site is %s", p.URL, client.Site().URL)}}
	}
	if why := blocked(p, o.NoGuard); len(why) > 0 {
		return r.result, &BlockedError{why}
	}
	temp, err := os.MkdirTemp("", "qlik2rego-apply-*")
	if err != nil {
		return r.result, err
	}
	defer func() { _ = os.RemoveAll(temp) }() // temporary
	if r.state, err = plan.Now(ctx, client, temp); err != nil {
		return r.result, err
	}
	if r.applied() {
		r.result.Nothing = true
		return r.result, r.keep(ctx)
	}
	if err := r.fresh(); err != nil {
		return r.result, err
	}
	if !o.NoGuard {
		wrong, err := r.state.Guard(client.Site()).CheckAll(r.state.Rules, r.remaining())
		if err != nil {
			return r.result, err
		}
		if len(wrong) > 0 {
			return r.result, &BlockedError{wrong}
		}
	}
	return r.result, r.all(ctx)
}

func blocked(p *plan.Plan, noGuard bool) []string {
	why := slices.Clone(p.Problems)
	if !noGuard {
		why = append(why, p.Guard...)
	}
	for _, c := range p.Conflicts {
		why = append(why, fmt.Sprintf("conflict: the rule %q: %s", c.Name, c.Why))
	}
	for _, g := range p.Gates {
		if g.Hit {
			why = append(why, fmt.Sprintf("the gate %s failed (%s)", g.Gate, g.Says))
		}
	}
	return why
}

// has returns the id of the rule on the site that a change would result in, and whether the site
// is already in the state after the change.
func (r *run) has(c *plan.Change) (string, bool) {
	if c.Op == plan.Create {
		for _, id := range slices.Sorted(maps.Keys(r.state.Rules)) {
			rule := r.state.Rules[id]
			if _, planned := r.plan.Rules[id]; !planned && sameButType(plan.FieldsOf(&rule), *c.After) {
				return id, true
			}
		}
		return "", false
	}
	rule, there := r.state.Rules[c.ID]
	if c.Op == plan.Delete {
		return c.ID, !there
	}
	return c.ID, there && sameButType(plan.FieldsOf(&rule), *c.After)
}

// applied reports whether the site already has all changes.
func (r *run) applied() bool {
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		id, done := r.has(c)
		if !done {
			return false
		}
		r.ids[c.ID] = id
	}
	return true
}

// remaining are the changes that the site does not have.
func (r *run) remaining() []plan.Change {
	var list []plan.Change
	for i := range r.plan.Changes {
		if _, done := r.has(&r.plan.Changes[i]); !done {
			list = append(list, r.plan.Changes[i])
		}
	}
	return list
}

// fresh returns a StaleError unless every rule is in the state that the plan expects or, with
// Resume, in the state after one of the plan's writes.
func (r *run) fresh() error {
	written := map[string]bool{}
	for i := range r.plan.Changes {
		if id, done := r.has(&r.plan.Changes[i]); done {
			written[id] = true
		}
	}
	stale := &StaleError{Partly: true}
	add := func(id, name string) {
		if written[id] && r.options.Resume {
			return
		}
		stale.Rules = append(stale.Rules, name)
		stale.Partly = stale.Partly && written[id]
	}
	now := r.state.Rules.Digests()
	for id := range now {
		if now[id] != r.plan.Rules[id] {
			add(id, r.state.Rules[id].Name)
		}
	}
	for id := range r.plan.Rules {
		if _, there := now[id]; !there {
			add(id, id)
		}
	}
	if len(stale.Rules) == 0 {
		return nil
	}
	slices.Sort(stale.Rules)
	return stale
}

// all backs up, writes, and finishes.
func (r *run) all(ctx context.Context) error {
	now := r.options.Clock().UTC()
	name := filepath.Join(r.options.Backups, now.Format("2006-01-02T150405.000Z"))
	if err := writeBackup(ctx, r.client, r.state, name+".json", now); err != nil {
		return fmt.Errorf("no backup, so nothing was written: %w", err)
	}
	r.result.Backup, r.result.Journal = name+".json", name+".journal.ndjson"
	var err error
	if r.journal, err = openJournal(r.result.Journal, r.plan, filepath.Base(name), r.options.Clock); err != nil {
		return err
	}
	defer r.journal.close()
	predicted, err := predictions(r.plan, r.state.IDs)
	if err != nil {
		return err
	}
	before, auditable := ask(ctx, r.client, predicted)
	if err := r.tags(ctx); err != nil {
		return err
	}
	r.writer = &writer{r.client, r.state.Tags, r.client.Site().Defaults == qrs.KeepDefaults || r.plan.Dir == ""}
	if err := errors.Join(r.journal.add(0, nil, Begun, "", nil), r.writes(ctx)); err != nil {
		return errors.Join(err, r.journal.add(0, nil, Failed, "", err), r.keep(ctx))
	}
	if err := r.client.ResetCache(ctx); err != nil && !qrs.IsForbidden(err) && !qrs.IsNotFound(err) {
		return errors.Join(err, r.journal.add(0, nil, Failed, "", err), r.keep(ctx))
	}
	after, err := ask(ctx, r.client, predicted)
	if err = errors.Join(auditable, err); err != nil {
		return errors.Join(fmt.Errorf("everything is written, but the audit of the site failed: %w", err), r.journal.add(0, nil, Done, "", err), r.keep(ctx))
	}
	r.result.Verified, r.result.Mismatches = len(predicted), mismatches(predicted, before, after)
	if err := r.journal.add(0, nil, Done, "", nil); err != nil {
		return err
	}
	if len(r.result.Mismatches) > 0 && r.options.RollbackOnMismatch {
		return r.rollback(ctx)
	}
	return r.keep(ctx)
}

// tags creates the tags that the plan needs.
func (r *run) tags(ctx context.Context) error {
	for _, name := range r.plan.CreateTags {
		if r.state.Tags[name] != "" {
			continue
		}
		made, err := r.client.Create(ctx, "tag", map[string]any{"name": name})
		if err != nil {
			return fmt.Errorf("tag %q: %w; no rule was written", name, err)
		}
		r.state.Tags[name], _ = made["id"].(string)
	}
	return nil
}

// writes writes the changes one after the other. A write that is in progress when an interrupt
// arrives is completed.
func (r *run) writes(ctx context.Context) error {
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		if id, done := r.has(c); done {
			r.ids[c.ID] = id
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.journal.add(i+1, c, Begun, "", nil); err != nil {
			return err
		}
		id, err := r.writer.write(context.WithoutCancel(ctx), c)
		if err != nil {
			return errors.Join(fmt.Errorf("write %d of %d (%s %q): %w", i+1, len(r.plan.Changes), c.Op, c.Name, err), r.journal.add(i+1, c, Failed, "", err))
		}
		r.ids[c.ID] = id
		r.result.Written = append(r.result.Written, Written{c.Op, id, c.Name, c.Alias})
		if err := r.journal.add(i+1, c, Done, id, nil); err != nil {
			return err
		}
	}
	return nil
}

// keep records what was done in the plan's directory, if it exists.
func (r *run) keep(ctx context.Context) error {
	if r.plan.Dir == "" || len(r.ids)+len(r.plan.Matched) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(r.plan.Dir, rulefiles.LockName)); err != nil {
		return nil //nolint:nilerr // a plan may be applied where its folder is not
	}
	rules, err := plan.ReadRules(context.WithoutCancel(ctx), r.client)
	if err != nil {
		return err
	}
	if err := record(r.plan.Dir, r.plan, r.ids, rules); err != nil {
		return fmt.Errorf("the changes are on the site, but the folder %s is not updated: %w", r.plan.Dir, err)
	}
	return nil
}

// rollback restores the backup.
func (r *run) rollback(ctx context.Context) error {
	_, rules, err := ReadBackup(r.result.Backup)
	if err != nil {
		return err
	}
	back, err := plan.ToBackup(ctx, r.client, rules, plan.Options{NoGuard: true, NoEffect: true})
	if err != nil {
		return err
	}
	o := r.options
	o.RollbackOnMismatch, o.NoGuard = false, true
	_, err = Apply(ctx, r.client, back, o)
	r.result.RolledBack = err == nil
	return err
}
