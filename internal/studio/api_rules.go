package studio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/format"
	"github.com/qlik2rego/qlik2rego/internal/lsp"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// drafting is the immediately available information about a draft.
type drafting struct {
	Findings []finding   `json:"findings"`
	Rego     []page.Rego `json:"rego"`
}

// draft answers with the findings about a draft, and its Rego.
func (c *console) draft(_ *http.Request, d draft) (any, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	rule, err := d.rule(r)
	if err != nil {
		return nil, err
	}
	result := drafting{Findings: about(lsp.Check(&rule), &rule), Rego: []page.Rego{}}
	for _, f := range result.Findings {
		if f.Severity == "error" {
			return result, nil
		}
	}
	with, err := r.with(d)
	if err == nil && with.rego != nil {
		result.Rego = with.rego
	}
	return result, err
}

// completing requests the completions at a position of a condition.
type completing struct {
	Draft draft `json:"draft"`
	At    int   `json:"at"`
}

func (c *console) complete(_ *http.Request, q completing) (any, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	rule, err := q.Draft.rule(r)
	if err != nil {
		return nil, err
	}
	text := rule.Condition.Content
	items, more := c.analyst().Complete(&rule, byteOffset(text, q.At))
	for i := range items {
		items[i].Start = unitOffset(text, items[i].Start)
	}
	return map[string]any{"items": items, "more": more}, nil
}

// format answers with the draft, formatted.
func (c *console) format(_ *http.Request, d draft) (any, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	rule, err := d.rule(r)
	if err != nil {
		return nil, err
	}
	filter, condition, found := format.Rule(&rule, format.Options{})
	if found.HasErrors() {
		return nil, errors.New("a rule with errors is not formatted")
	}
	d.Filter, d.Condition = filter, condition
	return d, nil
}

// saving is a draft with the revision of the file that its author has loaded.
type saving struct {
	Draft    draft  `json:"draft"`
	Revision string `json:"revision"`
}

// save writes a draft to its file.
func (c *console) save(_ *http.Request, s saving) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, err := c.currentLocked()
	if err != nil {
		return nil, err
	}
	now, err := s.Draft.rule(r)
	if err != nil {
		return nil, err
	}
	if now.Name == "" {
		return nil, errors.New("a rule needs a name")
	}
	var was file
	var content []byte
	what := fmt.Sprintf("the edit of %q", now.Name)
	if s.Draft.ID == "" {
		dir := path.Join(rulefiles.Dir, map[string]string{"License": "license", "Sync": "sync"}[s.Draft.Category])
		if s.Draft.Category == "Security" || s.Draft.Category == "" {
			dir = path.Join(rulefiles.Dir, "security")
		}
		was.Name, content, what = c.directory.free(dir, rulefiles.Slug(now.Name), qrule.Extension), now.Format(), fmt.Sprintf("the new rule %q", now.Name)
	} else {
		saved, _ := r.rule(s.Draft.ID)
		name, err := c.directory.name(saved.Condition.File)
		if err != nil {
			return nil, err
		}
		if was, err = c.directory.read(name); err != nil {
			return nil, err
		}
		if was.Revision != s.Revision {
			return nil, errConflict
		}
		if content, err = rulefiles.Edit(name, was.Content, &saved, &now); err != nil {
			return nil, err
		}
	}
	if bytes.Equal(content, was.Content) {
		return map[string]string{"file": was.Name, "revision": was.Revision}, nil
	}
	if err := c.directory.write(was.Name, was.Revision, content); err != nil {
		return nil, err
	}
	c.history.add(step{what, was.Name, was.Content, revisionOf(content)})
	return map[string]string{"file": was.Name, "revision": revisionOf(content)}, nil
}

// undo reverts the last write.
func (c *console) undo(*http.Request, struct{}) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.history.steps) == 0 {
		return nil, errors.New("nothing was saved in this session")
	}
	done, err := c.history.undo(c.directory)
	return map[string]string{"what": done.what, "file": done.name}, err
}

// effectOf is a report with the members of its groups.
type effectOf struct {
	*difference.Report
	Members [][]members `json:"members"`
}

// members are some of the users and resources of a part of a group.
type members struct {
	Users     []difference.Member `json:"users"`
	Resources []difference.Member `json:"resources"`
}

// maxMembers is the maximum number of users and resources of one part that are named.
const maxMembers = 100

// effect answers with who gains and who loses access if a draft is saved.
func (c *console) effect(w http.ResponseWriter, r *http.Request) {
	d, ok := asked[draft](w, r)
	if !ok {
		return
	}
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		with, err := now.with(d)
		if err != nil {
			return nil, err
		}
		if !now.live.Decided() && now.large() {
			bound, err := now.live.Bound(ctx, with.live, p)
			if err != nil {
				return nil, err
			}
			p.line("bound", now.effectWith(bound))
		}
		report, err := now.live.Effect(ctx, with.live, p)
		if err != nil {
			return nil, err
		}
		return now.effectWith(report), nil
	})
}

// The effect of an edit takes long from these numbers of rules, and of pairs of users and apps; the
// page then shows a bound first.
const (
	maxRules  = 30
	largeSite = 2_000_000
)

// large reports whether there are many rules or the site is large.
func (r *reading) large() bool {
	if len(r.live.Rules) >= maxRules {
		return true
	}
	site, err := r.live.Records(snapshot.NoProgress{})
	return err == nil && len(site.Records["user"])*len(site.Records["app"]) > largeSite
}

// effectWith names the members of a report, users by their original logins.
func (r *reading) effectWith(report *difference.Report) effectOf {
	site, err := r.live.Records(snapshot.NoProgress{})
	e := effectOf{report, [][]members{}}
	for i, g := range report.Groups {
		parts := []members{}
		for j := range g.Parts {
			users, resources := report.Members(i, j, maxMembers)
			for n := range users {
				if err == nil && site.Users[schema.Fold(users[n].ID)] != nil {
					users[n].Name = site.Users[schema.Fold(users[n].ID)].Login()
				}
			}
			parts = append(parts, members{users, resources})
		}
		e.Members = append(e.Members, parts)
	}
	return e
}
