package verify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Options are the options of a comparison.
type Options struct {
	// Types are the types of the resources; if empty, all types that the site audits.
	Types []string
	// Environment are session attributes, which are also sent to the site's audit.
	Environment map[string][]string
	// Readings are the options that the bundle was compiled with.
	Readings compiler.Options
	// Sample is the number of members of each equivalence class to compare; 0 means one, and a
	// negative number means all.
	Sample   int
	Progress snapshot.Progress
}

// Result is the result of a comparison.
type Result struct {
	// Pairs is the number of compared pairs of a user and a resource, and Cells that of compared
	// rights: pairs times actions.
	Pairs int64 `json:"pairs"`
	Cells int64 `json:"cells"`
	// Covered is the number of pairs that the compared ones represent.
	Covered int64 `json:"covered_pairs"`
	// Differ is the number of cells that differ; Differences are the first of them.
	Differ      int64        `json:"differ"`
	Points      []Point      `json:"points"`
	Differences []Difference `json:"differences"`
}

// Difference is a pair of a user and a resource on which the two sides differ.
type Difference struct {
	Type     string `json:"type"`
	User     string `json:"user"`
	Login    string `json:"login"`
	Resource string `json:"resource"`
	Context  string `json:"context"`
	// Ours and Theirs are the actions that only one side grants.
	Ours   []string `json:"only_ours"`
	Theirs []string `json:"only_site"`
	// OurRules and TheirRules are the rules by which either side grants anything.
	OurRules   []string `json:"our_rules"`
	TheirRules []string `json:"site_rules,omitempty"`
	// Point is the reading of the language under which both agree, "" if there is none.
	Point string `json:"point,omitempty"`
}

// maxDifferences is the maximum number of listed differences, and maxAsked the maximum number of
// differences for which the site is queried for its rules.
const (
	maxDifferences = 1000
	maxAsked       = 50
)

// audited are the types that the site's audit is known to accept.
var audited = []string{
	"Stream", "App", "App.Object", "ReloadTask", "DataConnection", "ContentLibrary", "Extension", "SharedContent", "SystemRule", "User", "ExternalProgramTask", "UserSyncTask",
}

// contexts maps the contexts of the site's audit to ours.
var contexts = []struct{ site, ours string }{{qrs.AppAccess, "hub"}, {qrs.ManagementAccess, "qmc"}}

// comparison is one run.
type comparison struct {
	bundle  *bundles.Bundle
	site    Site
	options Options
	result  *Result
	explain *explainer
	asked   int
}

// Compare compares the policy of a bundle with a site's audit. The bundle must be made of the same
// rules and records.
func Compare(ctx context.Context, b *bundles.Bundle, rules []ruleset.Rule, records *snapshot.Site, site Site, o Options) (*Result, error) {
	c := &comparison{bundle: b, site: site, options: o, result: &Result{Points: []Point{}, Differences: []Difference{}}, explain: newExplainer(rules, records, o)}
	types := o.Types
	if len(types) == 0 {
		on := sitedata.Types(&b.Data)
		for _, t := range audited {
			if slices.Contains(on, schema.Fold(t)) {
				types = append(types, t)
			}
		}
	}
	for _, typ := range types {
		for _, context := range contexts {
			if err := c.compare(ctx, typ, context.site, context.ours); err != nil {
				return nil, err
			}
		}
	}
	c.result.Points = c.explain.points(c.result.Differences)
	return c.result, nil
}

// compare compares the rights on the resources of one type in one context.
func (c *comparison) compare(ctx context.Context, typ, siteContext, ours string) error {
	q := partition.Question{Types: []string{schema.Fold(typ)}, Actions: uint32(ruleset.All), Session: partition.Session{Context: ours, Environment: c.options.Environment}}
	m, err := matrix.Compute(ctx, c.bundle, q, c.options.Progress)
	if err != nil {
		return err
	}
	t := m.Types[0]
	users, things := m.Model.Subjects, t.Resources
	userOf, thingOf := map[string]int32{}, map[string]int32{}
	ask := qrs.MatrixQuery{Type: typ, Actions: known, Context: siteContext, Environment: c.options.Environment}
	for _, n := range c.chosen(users.Classes, len(users.Handles), func(n int32) bool { return !users.Anonymous[n] }) {
		ask.Users, userOf[users.Handles[n]] = append(ask.Users, users.Handles[n]), n
	}
	for _, n := range c.chosen(things.Classes, things.Recorded, func(n int32) bool { return int(n) < things.Recorded }) {
		ask.Resources, thingOf[things.Handles[n]] = append(ask.Resources, things.Handles[n]), n
	}
	c.exceptional(m, t, &ask, userOf, thingOf)
	if len(ask.Users) == 0 || len(ask.Resources) == 0 {
		return nil
	}
	c.result.Covered += int64(len(users.Handles)) * int64(things.Recorded)
	return c.site.Blocks(ctx, ask, func(block qrs.MatrixQuery, cells []qrs.Cell) error {
		access := map[[2]string]uint32{}
		for _, cell := range cells {
			access[[2]string{cell.User, cell.Resource}] = cell.Access
		}
		for _, u := range block.Users {
			for _, r := range block.Resources {
				user, known := numberOf(users.Handles, userOf, u)
				thing, there := things.Number(r)
				if !known || !there {
					continue // the capture is older than the snapshot
				}
				c.result.Pairs++
				c.result.Cells += int64(len(ruleset.AllActions))
				if err := c.pair(ctx, m, t, pairOf{typ, user, thing}, access[[2]string{u, r}], siteContext, ours); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// numberOf returns the number of a user. A capture may contain users that this run has not chosen.
func numberOf(handles []string, chosen map[string]int32, handle string) (int32, bool) {
	if n, ok := chosen[handle]; ok {
		return n, true
	}
	n := slices.Index(handles, handle)
	return int32(n), n >= 0 //nolint:gosec // fewer than 2^31 users
}

// chosen returns the members of equivalence classes to compare, in ascending order.
func (c *comparison) chosen(classes []partition.Class, count int, fits func(int32) bool) []int32 {
	var all []int32
	sample := max(c.options.Sample, 1)
	if c.options.Sample < 0 {
		sample = count
	}
	for _, class := range classes {
		taken := 0
		for _, n := range class.Members {
			if taken < sample && fits(n) {
				all = append(all, n)
				taken++
			}
		}
	}
	slices.Sort(all)
	return all
}

// maxExceptional is the maximum number of exceptional pairs of a type that are compared: pairs
// that meet an identity test, such as an owner and the owned app.
const maxExceptional = 20

func (c *comparison) exceptional(m *matrix.Matrix, t *matrix.Type, ask *qrs.MatrixQuery, userOf, thingOf map[string]int32) {
	added := 0
	for n, users := range t.Exceptional[:t.Recorded] {
		if added >= maxExceptional {
			break
		}
		thing := int32(n)
		for _, user := range users[:min(1, len(users))] {
			handle := m.Model.Subjects.Handles[user]
			if m.Model.Subjects.Anonymous[user] {
				continue
			}
			if _, there := userOf[handle]; !there {
				ask.Users, userOf[handle] = append(ask.Users, handle), user
			}
			if resource := t.Handles[thing]; resource != "" {
				if _, there := thingOf[resource]; !there {
					ask.Resources, thingOf[resource] = append(ask.Resources, resource), thing
				}
			}
			added++
		}
	}
}

// known is the mask of the actions that have a name.
var known = func() (mask uint32) {
	for _, a := range ruleset.AllActions {
		mask |= uint32(a)
	}
	return mask
}()

// pairOf is a user and a resource by their numbers.
type pairOf struct {
	typ         string
	user, thing int32
}

// pair compares the actions of a user on a resource.
func (c *comparison) pair(ctx context.Context, m *matrix.Matrix, t *matrix.Type, p pairOf, theirs uint32, siteContext, ours string) error {
	var mask uint32
	var rules []string
	for _, i := range m.Granting(t, p.user, p.thing) {
		mask |= t.Rules[i].Actions & known
		rules = append(rules, t.Rules[i].ID)
	}
	if mask == theirs {
		return nil
	}
	different := ruleset.Actions(mask ^ theirs)
	c.result.Differ += int64(len(different.List()))
	if len(c.result.Differences) >= maxDifferences {
		return nil
	}
	d := Difference{
		Type: p.typ, User: m.Model.Subjects.Handles[p.user], Login: m.Model.Subjects.IDs[p.user], Resource: t.Handles[p.thing], Context: ours,
		Ours: ruleset.Actions(mask &^ theirs).Names(), Theirs: ruleset.Actions(theirs &^ mask).Names(), OurRules: cmpNil(rules),
	}
	d.Point = c.explain.point(d, theirs)
	if c.asked < maxAsked {
		c.asked++
		found, err := c.site.Granting(ctx, p.typ, d.User, d.Resource, siteContext, c.options.Environment)
		if err != nil && !errors.Is(err, errNotCaptured) {
			return err
		}
		d.TheirRules = found
	}
	c.result.Differences = append(c.result.Differences, d)
	return nil
}

func cmpNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	slices.Sort(list)
	return list
}

// order sorts differences by point and otherwise keeps their order.
func order(list []Difference) {
	slices.SortStableFunc(list, func(a, b Difference) int {
		return cmp.Or(strings.Compare(a.Point, b.Point), strings.Compare(a.Type, b.Type))
	})
}
