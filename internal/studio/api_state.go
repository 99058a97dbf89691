package studio

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/live"
)

// state is the data that every part of the page needs.
type state struct {
	Directory string       `json:"folder"`
	Snapshot  string       `json:"snapshot"`
	Site      *siteInfo    `json:"site"`
	Live      *liveSite    `json:"live"`
	Rules     []row        `json:"rules"`
	Broken    []finding    `json:"broken"`
	Undo      string       `json:"undo"`
	Actions   []actionInfo `json:"actions"`
	Types     []typeInfo   `json:"types"`
}

// siteInfo describes the source of the snapshot.
type siteInfo struct {
	Name string `json:"name"`
	Time string `json:"time"`
}

type actionInfo struct {
	Name string `json:"name"`
	Bit  uint32 `json:"bit"`
}

// typeInfo is a resource type with the number of its entities.
type typeInfo struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// row is a rule of the table.
type row struct {
	draft
	Type       string   `json:"type"`
	Tags       []string `json:"tags"`
	File       string   `json:"file"`
	Revision   string   `json:"revision"`
	Modified   string   `json:"modified,omitempty"`
	ModifiedBy string   `json:"modifiedBy,omitempty"`
	Errors     int      `json:"errors"`
}

func (c *console) state() (*state, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	s := &state{Directory: filepath.Base(c.directory.dir), Live: c.liveSite(), Rules: []row{}, Broken: []finding{}}
	if r.snapshot != "" {
		s.Snapshot = filepath.Base(r.snapshot)
	}
	if m, err := live.ReadManifest(c.directory.dir); err == nil && m != nil {
		s.Site = &siteInfo{m.Site, m.Time.Format("2006-01-02 15:04")}
	}
	for i := range r.live.Rules {
		s.Rules = append(s.Rules, c.row(r, &r.live.Rules[i]))
	}
	for _, d := range r.live.Diagnostics {
		if _, known := r.rule(d.Rule.ID); !known {
			s.Broken = append(s.Broken, findingOf(d, nil))
		}
	}
	c.mu.Lock()
	if n := len(c.history.steps); n > 0 {
		s.Undo = c.history.steps[n-1].what
	}
	c.mu.Unlock()
	for _, a := range ruleset.AllActions {
		s.Actions = append(s.Actions, actionInfo{a.Name(), uint32(a)})
	}
	for _, t := range schema.Default().Types() {
		if !t.Transient {
			s.Types = append(s.Types, typeInfo{t.Key(), t.Name, c.analyst().Count(t.Key())})
		}
	}
	return s, nil
}

func (c *console) row(r *reading, rule *ruleset.Rule) row {
	one := row{draft: draftOf(rule), Type: rule.Type, Tags: rule.Tags}
	if name, err := c.directory.name(rule.Condition.File); err == nil {
		one.File, one.Revision = name, r.revisions[name]
	}
	var raw struct{ ModifiedDate, ModifiedByUserName string }
	if rule.Raw != nil {
		_ = json.Unmarshal(rule.Raw, &raw) // a field that is not a string is ignored
	} else if r.lock != nil && r.lock.Rules[rule.ID] != nil {
		text := func(name string) (s string) {
			if value, ok := r.lock.Rules[rule.ID].Field(name); ok {
				_ = json.Unmarshal(value, &s)
			}
			return s
		}
		raw.ModifiedDate, raw.ModifiedByUserName = text("modifiedDate"), text("modifiedByUserName")
	}
	one.Modified, one.ModifiedBy = raw.ModifiedDate, raw.ModifiedByUserName
	for _, d := range r.live.Diagnostics {
		if d.Rule.ID == rule.ID && d.Severity.String() == "error" {
			one.Errors++
		}
	}
	return one
}

// reachOf is the users and resources that a rule reaches in its context.
type reachOf struct {
	Users     int64 `json:"users"`
	Resources int64 `json:"resources"`
	Rights    int64 `json:"rights"`
	Only      int64 `json:"only"`
}

// everything selects all users and resources.
var everything = matrix.Selection{
	Subject:  func(int32) bool { return true },
	Resource: func(*matrix.Type, int32) bool { return true },
}

// reach answers with the reach of every rule, by id: in the context QMC for rules of the
// management console, in the hub for all others.
func (c *console) reach(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		all := map[string]reachOf{}
		if now.live.Site == nil {
			return all, nil
		}
		for _, from := range []string{"hub", "qmc"} {
			m, err := now.live.Matrix(ctx, from, p)
			if err != nil {
				return nil, err
			}
			found := (&report.Audit{Grouped: m.Group(everything)}).Reach()
			for _, rule := range now.live.Rules {
				if (rule.Context == ruleset.QMC) == (from == "qmc") {
					if one, ok := found[rule.ID]; ok {
						all[rule.ID] = reachOf{one.Subjects, one.Resources, one.Cells, one.Only}
					}
				}
			}
		}
		return all, nil
	})
}
