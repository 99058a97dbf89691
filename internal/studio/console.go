package studio

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/lsp"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// console is the state of the directory. The files are read again after any change; results are
// cached until then.
type console struct {
	directory *directory
	options   Options

	mu      sync.Mutex
	now     *reading
	history history
	planned *plan.Plan
	// writing are the writes to a site that are in progress.
	writing sync.WaitGroup
	analyst func() *lsp.Analyst
}

// reading is one reading of the directory. It is immutable.
type reading struct {
	revisions map[string]string
	live      *workspace.Live
	lock      *rulefiles.Lock
	snapshot  string

	linting sync.Mutex
	lints   *lint.Result

	drafting sync.Mutex
	draft    *drafted
}

func newConsole(f *directory, o Options) *console {
	c := &console{directory: f, options: o}
	c.analyst = sync.OnceValue(func() *lsp.Analyst { return lsp.NewAnalyst(c.snapshot()) })
	return c
}

// snapshot returns the directory of the snapshot, "" if there is none.
func (c *console) snapshot() string {
	if c.options.Snapshot != "" {
		return c.options.Snapshot
	}
	if pulled, ok := snapshot.Pulled(c.directory.dir); ok {
		return pulled
	}
	dir := filepath.Join(c.directory.dir, snapshot.PulledSite)
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir
	}
	return ""
}

// current returns the current reading of the directory.
func (c *console) current() (*reading, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.currentLocked()
}

func (c *console) currentLocked() (*reading, error) {
	revisions := c.directory.revisions()
	if c.now != nil && reflect.DeepEqual(revisions, c.now.revisions) {
		return c.now, nil
	}
	r := &reading{revisions: revisions, snapshot: c.snapshot()}
	var paths []string
	if len(revisions) > 0 {
		paths = []string{c.directory.dir}
	}
	options := c.options.Compiler
	options.SkipInvalid = true
	source := workspace.Source{Rules: paths, Snapshot: r.snapshot, Options: options, Variables: c.options.Variables}
	w, err := workspace.Open(source)
	if errors.Is(err, workspace.ErrNoRules) {
		w, err = workspace.OfRules(nil, source), nil
	}
	if err != nil {
		return nil, err
	}
	if r.lock, err = rulefiles.ReadLock(c.directory.dir); err != nil {
		return nil, err
	}
	r.live = w.Live()
	if c.now != nil && c.now.snapshot == r.snapshot {
		// The site stays in memory: only the rules are new.
		r.live = c.now.live.Reread(w)
	}
	c.now = r
	return r, nil
}

// rule returns the rule with an id.
func (r *reading) rule(id string) (ruleset.Rule, bool) {
	at := slices.IndexFunc(r.live.Rules, func(one ruleset.Rule) bool { return strings.EqualFold(one.ID, id) })
	if at < 0 {
		return ruleset.Rule{}, false
	}
	return r.live.Rules[at], true
}

var errNoRule = errors.New("the folder does not have this rule any more")

// findings returns the findings of all lints about the rules and the site.
func (r *reading) findings() lint.Result {
	r.linting.Lock()
	defer r.linting.Unlock()
	if r.lints == nil {
		result := r.live.Lint(nil)
		r.lints = &result
	}
	return *r.lints
}
