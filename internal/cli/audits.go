package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// audits decides the matrix for each context.
func (s *Streams) audits(ctx *cli.Context, a *audited, disabled []workspace.Variant) ([]*report.Audit, error) {
	data := &a.bundle.Data
	if !sitedata.Present(data) {
		return nil, Input(errNoSite)
	}
	if err := addSections(data); err != nil {
		return nil, err
	}
	if len(a.types) == 0 {
		a.types = sitedata.Types(data)
	}
	known := bundleNames(ctx, a.bundle, a.compilation)
	for _, typ := range a.types {
		if _, err := known.typeOf("type", typ); err != nil {
			return nil, err
		}
		if !known.HasType(typ) {
			return nil, UsageOf(ctx.Command, "--type: the snapshot has nothing of the type %s; the types on record are %s", known.Spelled(typ), strings.Join(known.Types(), ", "))
		}
	}
	if (a.by == "create" || ctx.IsSet("html") && a.actions&uint32(ruleset.CreateAction) != 0) && !ctx.IsSet("type") {
		if err := a.addCreated(data); err != nil {
			return nil, err
		}
	}
	names := a.names()
	if s.Format == render.Table {
		names.Rule = names.ByName()
	}
	users, err := a.users.Matcher(data, []string{"user"})
	if err != nil {
		return nil, UsageOf(ctx.Command, "--user %v", err)
	}
	what, err := a.elements.Matcher(data, a.types)
	if err != nil {
		return nil, UsageOf(ctx.Command, "--resource %v", err)
	}
	contexts := map[string][]string{"both": {"hub", "qmc"}, "hub": {"hub"}, "qmc": {"qmc"}, "none": {""}}[ctx.String("context")]
	progress := s.Progress(ctx)
	sessions := []session{{environment: a.environment}}
	if ctx.Bool("env-from-rules") {
		r, err := partition.Read(data)
		if err != nil {
			return nil, Input(err)
		}
		cases, left := sessionCases(r, a.environment)
		if left > 0 {
			fmt.Fprintf(s.Err, "--env-from-rules: %d of %d cases are audited; send the others with --env\n", len(cases), len(cases)+left)
		}
		sessions = append(sessions, cases...)
	}
	decide := func(b *bundles.Bundle, from string, with session) (*report.Audit, error) {
		q := partition.Question{Types: a.types, Actions: a.actions, Session: partition.Session{Context: from, Environment: with.environment}}
		m, err := matrix.Compute(ctx.Context, b, q, progress)
		if errors.Is(err, partition.ErrBundle) {
			err = Input(err)
		}
		if err != nil {
			return nil, err
		}
		someone, something, left := false, false, map[int32]bool{}
		selection := matrix.Selection{
			Subject: func(n int32) bool {
				r := m.Model.Subjects
				matches := users.Matches("user", r.Handles[n], r.IDs[n])
				if matches && a.inactive[r.Handles[n]] != "" && !ctx.Bool("inactive") {
					left[n] = true
					return false
				}
				someone = someone || matches
				return matches
			},
			Resource: func(t *matrix.Type, n int32) bool {
				matches := what.Matches(t.Type, t.Handles[n])
				something = something || matches
				return matches
			},
		}
		folded := m.Without(ruleset.CreateAction).Group(selection)
		// An empty answer for a user who does not exist would look like "has no rights".
		if !someone && ctx.IsSet("user") {
			if len(left) > 0 {
				return nil, UsageOf(ctx.Command, "--user: %s", leftOut(len(left)))
			}
			return nil, UsageOf(ctx.Command, "--user: no user of the snapshot is %s%s", strings.Join(quoted(ctx.StringSlice("user")), " or "), meant(ctx.StringSlice("user"), known.MeantUser))
		}
		if !something && ctx.IsSet("resource") {
			return nil, UsageOf(ctx.Command, "--resource: nothing on record is %s%s", strings.Join(quoted(ctx.StringSlice("resource")), " or "),
				meant(ctx.StringSlice("resource"), func(given string) string { return known.MeantResource(given, a.types...) }))
		}
		a.left = len(left)
		one := &report.Audit{Context: from, Case: with.sent, Names: names, Grouped: folded}
		if a.actions&uint32(ruleset.CreateAction) != 0 {
			one.Creation, err = report.FindCreation(ctx.Context, m.Group(selection), partition.NewReader(&b.Data), relationOf(data))
		}
		return one, err
	}
	progress.parts(len(contexts) * len(sessions) * (1 + len(disabled)))
	var all []*report.Audit
	for _, from := range contexts {
		for _, with := range sessions {
			one, err := decide(a.bundle, from, with)
			if err != nil {
				return nil, err
			}
			one.Disabled = map[string]report.Hypothetical{}
			for _, v := range disabled {
				b, err := variantBundle(ctx.Context, v, a.bundle)
				if err != nil {
					return nil, err
				}
				enabled, err := decide(b, from, with)
				if err != nil {
					return nil, err
				}
				one.Disabled[v.Rule.ID] = report.Hypothetical{Reach: enabled.Reach()[v.Rule.ID], More: enabled.Cells() - one.Cells(), Creators: enabled.Creators(v.Rule.ID)}
			}
			all = append(all, one)
		}
	}
	if note := leftOut(a.left); note != "" {
		fmt.Fprintln(s.Err, note)
	}
	if note := report.Note(all[0].Unsent()); note != "" {
		advice := "send them with --env NAME=VALUE, or --env-from-rules for the values that rules name"
		if ctx.Bool("env-from-rules") {
			advice = "the cases have the values that rules name"
		}
		fmt.Fprintf(s.Err, "%s: %s\n", note, advice)
	}
	return all, nil
}

// addCreated adds the types of which rules let somebody create resources and the site has none.
func (a *audited) addCreated(data *bundles.Document) error {
	r, err := partition.Read(data)
	if err != nil {
		return Input(err)
	}
	for _, c := range r.Classes {
		if c.Named && !slices.Contains(a.types, c.Key) && slices.ContainsFunc(c.Rules, func(n int) bool { return r.Rules[n].Actions&uint32(ruleset.CreateAction) != 0 }) {
			a.types = append(a.types, c.Key)
		}
	}
	slices.Sort(a.types)
	return nil
}

// relationOf returns the target type of a relation if the data of a bundle has it, and
// otherwise "".
func relationOf(data *bundles.Document) func(typ, relation string) string {
	return func(typ, relation string) string {
		key, _, _ := sitedata.Relation(data, typ, relation)
		return key
	}
}

// meant returns a suggestion for the first of some arguments, or "".
func meant(given []string, by func(string) string) string {
	for _, text := range given {
		if hint := by(text); hint != "" {
			return hint
		}
	}
	return ""
}

func quoted(texts []string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = strconv.Quote(text)
	}
	return list
}

// variantBundle combines the variant with the site of another bundle.
func variantBundle(ctx context.Context, v workspace.Variant, with *bundles.Bundle) (*bundles.Bundle, error) {
	b, err := bundles.InMemory(ctx, v.Policy, nil)
	if err != nil {
		return nil, err
	}
	return b, b.Data.Share(&with.Data, bundles.DataRoot)
}

// names returns the names of a bundle's types, resources and rules.
func (a *audited) names() report.Names {
	data := &a.bundle.Data
	reader := partition.NewReader(data)
	n := report.Names{
		Type: func(key string) string {
			if name, ok := sitedata.TypeName(data, key); ok {
				return name
			}
			if kind, ok := ruleset.AccessKindOf(key); ok {
				return kind.Type
			}
			if key == sitedata.Sections {
				return "TransientObject"
			}
			return key
		},
		Resource: func(typ, handle string) string {
			name := reader.Name(typ, handle)
			if why := a.inactive[handle]; typ == "user" && why != "" {
				return strings.TrimSpace(name + " (" + why + ")")
			}
			return name
		},
		Login: a.login(reader),
		Rule:  func(id string) string { return id },
	}
	skipped := map[string]bool{}
	for _, m := range a.bundle.Manifests {
		for _, r := range m.Metadata.Skipped {
			skipped[r.ID] = true
		}
	}
	for _, id := range sitedata.Rules(data) {
		disabled, known := sitedata.RuleDisabled(data, id)
		security := sitedata.RuleText(data, id, "category") == ruleset.Security.String()
		n.Rules = append(n.Rules, report.RuleInfo{
			ID: id, Name: sitedata.RuleText(data, id, "name"), Disabled: disabled && security, Grants: known && !disabled && security && !skipped[id],
		})
	}
	slices.SortFunc(n.Rules, func(a, b report.RuleInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return n
}

// login returns the displayed names of subjects: the logins of users and, except in a summary,
// the names of nodes.
func (a *audited) login(reader *partition.Reader) func(handle string) string {
	if a.category != ruleset.Sync {
		return reader.Login
	}
	if a.by == "summary" {
		return nil
	}
	return func(handle string) string { return reader.Name("user", handle) }
}

var errNoSite = errors.New("the bundle contains no site: compile it with --snapshot, or add the data bundle with a second -b")
