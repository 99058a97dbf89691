package studio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/live/apply"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// liveSite is the site that plans are for.
type liveSite struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	// Apply reports whether the page may apply plans.
	Apply bool `json:"apply"`
}

// liveSite returns the configured site, nil if there is none.
func (c *console) liveSite() *liveSite {
	if c.options.Site == nil {
		return nil
	}
	return &liveSite{c.options.Site.Name, c.options.Site.URL, c.options.Apply}
}

// planned is a plan in the form of the page.
type planned struct {
	*plan.Plan
	Blocked bool      `json:"blocked"`
	Effects *effectOf `json:"effects"`
	// Rules and Effect hide the fields of Plan, which the page does not use.
	Rules  any `json:"rules,omitempty"`
	Effect any `json:"effect,omitempty"`
}

var errNoSite = errors.New("no site is configured: start the studio with --sites FILE")

// plan reads the rules of the site, and answers with the changes to those of the directory.
func (c *console) plan(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		if c.options.Site == nil {
			return nil, errNoSite
		}
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		client, err := qrs.Connect(c.options.Site)
		if err != nil {
			return nil, fmt.Errorf("site %s: %w", c.options.Site.Name, err)
		}
		defer client.Close()
		p.Start("reading the site", 0)
		one, err := plan.Build(ctx, client, c.directory.dir, plan.Options{Lint: &lint.Config{}, Progress: p})
		if err != nil {
			return nil, siteError(client, err)
		}
		if _, err := one.Encode(); err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.planned = one
		c.mu.Unlock()
		shown := planned{Plan: one, Blocked: one.Blocked()}
		if report := one.Report(); report != nil {
			effects := now.effectWith(report)
			shown.Effects = &effects
		}
		return shown, nil
	})
}

// siteError describes in one line why a site has not answered, or why there is no plan.
func siteError(client *qrs.Client, err error) error {
	var broken *plan.BrokenError
	if errors.As(err, &broken) && len(broken.Findings) > 0 {
		return fmt.Errorf("the rules have errors, the first in %q: %s", broken.Findings[0].Rule.Name, broken.Findings[0].Summary)
	}
	return fmt.Errorf("site %s: %w", client.Site().Name, err)
}

// applying requests that the displayed plan be written.
type applying struct {
	Digest string `json:"digest"`
	// Confirm is the site's name as typed by the user.
	Confirm string `json:"confirm"`
}

// backups is the subdirectory for backups and journals.
const backups = "backups"

// apply writes the displayed plan to the site. It continues if the page is closed, and stops
// between two writes if the studio is stopped.
func (c *console) apply(w http.ResponseWriter, r *http.Request) {
	q, ok := asked[applying](w, r)
	if !ok {
		return
	}
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		c.mu.Lock()
		one := c.planned
		c.mu.Unlock()
		switch {
		case c.options.Site == nil:
			return nil, errNoSite
		case !c.options.Apply:
			return nil, errors.New("plans are not applied from here: start the studio with --apply")
		case one == nil || one.Digest != q.Digest:
			return nil, errors.New("this is not the last plan that was made: plan again")
		case q.Confirm != c.options.Site.Name:
			return nil, fmt.Errorf("type the name of the site, %s, to apply the plan", c.options.Site.Name)
		}
		c.writing.Add(1)
		defer c.writing.Done()
		client, err := qrs.Connect(c.options.Site)
		if err != nil {
			return nil, fmt.Errorf("site %s: %w", c.options.Site.Name, err)
		}
		defer client.Close()
		p.Start("writing to the site", 0)
		result, err := apply.Apply(serving(ctx), client, one, apply.Options{Backups: filepath.Join(c.directory.dir, backups)})
		if err != nil && (result == nil || result.Backup == "") {
			return nil, siteError(client, err)
		}
		c.mu.Lock()
		c.planned = nil
		c.mu.Unlock()
		answer := map[string]any{"result": result}
		if err != nil {
			answer["error"] = siteError(client, err).Error()
		}
		return answer, nil
	})
}

type servingKey struct{}

// serving replaces the context of a request by one that ends with the studio, not with the
// connection.
func serving(ctx context.Context) context.Context {
	whole, _ := ctx.Value(servingKey{}).(context.Context)
	return cmp.Or(whole, ctx)
}
