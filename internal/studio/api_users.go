package studio

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// userInfo is an existing user.
type userInfo struct {
	Login string   `json:"login"`
	Name  string   `json:"name"`
	Roles []string `json:"roles,omitempty"`
}

// maxUsers is the maximum number of users in a search result.
const maxUsers = 50

// users answers with existing users whose login or name contains a text, and their total
// number.
func (c *console) users(r *http.Request, _ struct{}) (any, error) {
	now, err := c.current()
	if err != nil {
		return nil, err
	}
	site, err := now.live.Records(snapshot.NoProgress{})
	if err != nil {
		return nil, err
	}
	text := strings.ToLower(r.URL.Query().Get("q"))
	all := []userInfo{}
	for _, e := range site.Users {
		one := userInfo{e.Login(), e.Scalars["name"], e.Lists["roles"]}
		if strings.Contains(strings.ToLower(one.Login+" "+one.Name), text) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b userInfo) int { return strings.Compare(strings.ToLower(a.Login), strings.ToLower(b.Login)) })
	return map[string]any{"users": all[:min(len(all), maxUsers)], "found": len(all), "total": len(site.Users)}, nil
}

// hub is the content of the hub as a user sees it.
type hub struct {
	Streams  []hubStream `json:"streams"`
	Work     []item      `json:"work"`
	Sections []item      `json:"sections"`
}

// item is a stream, an app or a section, and whether the user sees it.
type item struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Allow bool   `json:"allow"`
	// By are the rules that grant access.
	By []string `json:"by,omitempty"`
}

// hubStream is a stream with its apps.
type hubStream struct {
	item
	Apps    []item `json:"apps"`
	Visible int    `json:"visible"`
	Total   int    `json:"total"`
}

// maxApps is the maximum number of listed apps of one stream; those that the user sees come first.
const maxApps = 200

// hubOf answers with what a user sees: streams, apps and sections of the console.
func (c *console) hubOf(w http.ResponseWriter, r *http.Request) {
	subject, ok := asked[person](w, r)
	if !ok {
		return
	}
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		site, err := now.live.Records(p)
		if err != nil {
			return nil, err
		}
		point, err := now.live.EntryPoint(ctx, p)
		if err != nil {
			return nil, err
		}
		d := decider{ctx, point, subject, p}
		streams, err := d.read("Stream", "hub", entities(site.Records["stream"], nil))
		if err != nil {
			return nil, err
		}
		apps, err := d.read("App", "hub", entities(site.Records["app"], nil))
		if err != nil {
			return nil, err
		}
		var names []*snapshot.Entity
		for _, name := range workspace.SectionNames() {
			names = append(names, &snapshot.Entity{ID: name, Scalars: map[string]string{"name": strings.TrimPrefix(name, "QmcSection_")}})
		}
		sections, err := d.read(sectionType, "qmc", names)
		if err != nil {
			return nil, err
		}
		return arrange(site, streams, apps, sections), nil
	})
}

// arrange puts apps into their streams.
func arrange(site *snapshot.Site, streams, apps, sections []item) hub {
	h := hub{Streams: []hubStream{}, Work: []item{}, Sections: sections}
	byStream := map[string][]item{}
	for _, app := range apps {
		e := site.Records["app"][schema.Fold(app.ID)]
		if in := e.Relations["stream"]; len(in) > 0 {
			key := schema.Fold(in[0].ID)
			byStream[key] = append(byStream[key], app)
		} else if app.Allow {
			h.Work = append(h.Work, app)
		}
	}
	for _, s := range streams {
		in := byStream[schema.Fold(s.ID)]
		slices.SortStableFunc(in, func(a, b item) int {
			if a.Allow != b.Allow {
				return cmp.Compare(rank(a), rank(b))
			}
			return 0
		})
		one := hubStream{item: s, Apps: append([]item{}, in[:min(len(in), maxApps)]...), Total: len(in)}
		for _, app := range in {
			if app.Allow {
				one.Visible++
			}
		}
		h.Streams = append(h.Streams, one)
	}
	return h
}

func rank(t item) int {
	if t.Allow {
		return 0
	}
	return 1
}

// sheeting requests the sheets of an app.
type sheeting struct {
	Person person `json:"person"`
	App    string `json:"app"`
}

// sheets answers with the sheets of an app, as a user sees them.
func (c *console) sheets(r *http.Request, q sheeting) (any, error) {
	now, err := c.current()
	if err != nil {
		return nil, err
	}
	site, err := now.live.Records(snapshot.NoProgress{})
	if err != nil {
		return nil, err
	}
	point, err := now.live.EntryPoint(r.Context(), snapshot.NoProgress{})
	if err != nil {
		return nil, err
	}
	of := entities(site.Records["app.object"], func(e *snapshot.Entity) bool {
		app := e.Relations["app"]
		return strings.EqualFold(e.Scalars["objecttype"], "sheet") && len(app) > 0 && schema.Fold(app[0].ID) == schema.Fold(q.App)
	})
	return decider{r.Context(), point, q.Person, snapshot.NoProgress{}}.read("App.Object", "hub", of)
}

// entities returns entities that meet a test, by name.
func entities(records map[string]*snapshot.Entity, test func(*snapshot.Entity) bool) []*snapshot.Entity {
	var all []*snapshot.Entity
	for _, e := range records {
		if test == nil || test(e) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *snapshot.Entity) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Scalars["name"]), strings.ToLower(b.Scalars["name"])), strings.Compare(a.ID, b.ID))
	})
	return all
}

// decider decides what a user may read.
type decider struct {
	ctx      context.Context
	point    *engine.EntryPoint
	subject  person
	progress snapshot.Progress
}

// batchSize is the number of requests that are decided between progress reports.
const batchSize = 2048

func (d decider) read(typ, from string, of []*snapshot.Entity) ([]item, error) {
	q := question{Person: d.subject, Action: "read", Type: typ, Context: from}
	all := make([]item, 0, len(of))
	d.progress.Start("deciding", int64(len(of)))
	for part := range slices.Chunk(of, batchSize) {
		ids := make([]string, len(part))
		for i, e := range part {
			ids[i] = e.ID
		}
		requests, err := q.engineRequests(ids)
		if err != nil {
			return nil, err
		}
		verdicts, err := d.point.Evaluate(d.ctx, requests, true)
		if err != nil {
			return nil, err
		}
		for i, v := range verdicts {
			if v.Err != nil {
				return nil, v.Err
			}
			one := item{ID: ids[i], Name: cmp.Or(part[i].Scalars["name"], ids[i]), Allow: v.Allow}
			for _, by := range v.GrantedBy {
				one.By = append(one.By, cmp.Or(by.Name, by.ID))
			}
			all = append(all, one)
		}
		d.progress.Add(int64(len(part)))
	}
	return all, nil
}

// explain answers with why a question is granted or denied, and what would grant access.
func (c *console) explain(w http.ResponseWriter, r *http.Request) {
	q, ok := asked[question](w, r)
	if !ok {
		return
	}
	stream(w, r, func(_ context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		x, err := now.live.Explainer(p)
		if err != nil {
			return nil, err
		}
		asked, err := q.request()
		if err != nil {
			return nil, err
		}
		request, err := json.Marshal(asked)
		if err != nil {
			return nil, err
		}
		p.Start("explaining", 0)
		return x.Explain(request)
	})
}
