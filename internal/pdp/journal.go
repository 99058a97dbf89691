package pdp

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

// journal collects the decisions of one request for the decision log. A nil journal collects
// nothing.
type journal struct {
	to     *management.Manager
	policy *live.Policy
	path   string // the path of the entry point's package
	remote string
	header http.Header
	custom map[string]any
	batch  string // the id of a batch
	size   int    // the size of the request in bytes
	brief  bool   // omit what the items of a batch share
	// decided are the decisions that have not been answered yet, in order: a batch may end
	// before all of them are answered.
	decided []ast.Value
	entries []management.Decision
}

func (x *exchange) journal(p *live.Policy, caller callers.Caller, size int) *journal {
	if x.management == nil || !x.management.Logs() {
		return nil
	}
	j := &journal{
		to: x.management, policy: p, path: x.cfg.EntryPoint, remote: x.r.RemoteAddr, header: x.r.Header,
		custom: map[string]any{"api": x.path}, size: size,
	}
	if caller.Name != "" {
		j.custom["caller"] = caller.Name
	}
	if id := requestID(x.r); id != "" {
		j.custom["request_id"] = id
	}
	return j
}

// entryID is a unique id for an entry.
func entryID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// asks records requests that are about to be decided.
func (j *journal) asks(requests []engine.Request) {
	if j == nil {
		return
	}
	if len(requests) > 1 && j.batch == "" {
		j.batch = entryID()
	}
	if !j.brief && len(requests)*j.size > repeatMax {
		j.brief, j.custom["left_out"] = true, "properties and context"
	}
	j.decided = j.decided[:0]
	for _, r := range requests {
		if j.brief {
			r = engine.Request{Subject: withoutProperties(r.Subject), Action: withoutProperties(r.Action), Resource: withoutProperties(r.Resource)}
		}
		j.decided = append(j.decided, r.Input())
	}
}

// repeatMax is the maximum size in bytes of the entries of a batch before the parts that its
// items share are omitted: a thousand items with the same subject of a megabyte would fill a
// gigabyte of log.
const repeatMax = 16 << 20

func withoutProperties(part *ast.Term) *ast.Term {
	o, ok := part.Value.(ast.Object)
	if !ok || o.Get(propertiesKey) == nil {
		return part
	}
	kept := ast.NewObject()
	o.Foreach(func(key, value *ast.Term) {
		if !key.Equal(propertiesKey) {
			kept.Insert(key, value)
		}
	})
	return ast.NewTerm(kept)
}

// verdict is the part of an entry with the decision.
type verdict struct {
	Allow     bool     `json:"allow"`
	Reason    string   `json:"reason,omitzero"`
	GrantedBy []string `json:"granted_by"`
}

// answered records the answer of the next decision. An item of a batch that could not be parsed
// has a refusal, and was never decided.
func (j *journal) answered(v engine.Verdict) {
	if j == nil {
		return
	}
	said := verdict{Allow: v.Allow && v.Err == nil, Reason: v.Reason, GrantedBy: []string{}}
	d := j.entry("decision")
	for _, rule := range v.GrantedBy {
		said.GrantedBy = append(said.GrantedBy, rule.ID)
		label := map[string]any{"id": rule.ID}
		if rule.Name != "" {
			label["name"] = rule.Name
		}
		d.Labels = append(d.Labels, label)
	}
	d.Result, d.Err = said, v.Err
	if unread := new(refusal); !errors.As(v.Err, &unread) && len(j.decided) > 0 {
		d.Input, j.decided = j.decided[0], j.decided[1:]
	}
	j.entries = append(j.entries, d)
}

// searched records a search and its results.
func (j *journal) searched(kind string, o ast.Object, found []result) {
	if j == nil {
		return
	}
	names := make([]string, len(found))
	for i, r := range found {
		if r.ID != nil {
			names[i] = *r.ID
		} else {
			names[i] = *r.Name
		}
	}
	d := j.entry("search/" + kind)
	d.Input, d.Result = o, map[string]any{"results": names}
	j.entries = append(j.entries, d)
}

// filtered records an answered filter: its kind, but not its text.
func (j *journal) filtered(o ast.Object, q FilterRequest, r *filter.Report) {
	if j == nil {
		return
	}
	d := j.entry("filter/" + q.Type + "/" + q.Action)
	rules := make([]string, len(r.Rules))
	for i, rule := range r.Rules {
		rules[i] = rule.ID
	}
	d.Input, d.Result = o, map[string]any{"target": r.Target, "kind": r.Kind, "exact": r.Exact, "rules": rules}
	j.entries = append(j.entries, d)
}

func (j *journal) entry(what string) management.Decision {
	return management.Decision{
		ID: entryID(), Batch: j.batch, Path: j.path + "/" + what, At: time.Now().UTC(),
		Policy: j.policy, Remote: j.remote, Header: j.header, Custom: j.custom,
	}
}
