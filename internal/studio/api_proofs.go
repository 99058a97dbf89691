package studio

import (
	"context"
	"net/http"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// escalation answers with the rights that users can gain by changing what they may change.
func (c *console) escalation(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		if now.live.Policy == nil {
			return nil, workspace.ErrBroken
		}
		in := escalate.Input{Rules: now.live.Valid(), Options: now.live.Options}
		if now.live.Site != nil {
			if in.Site, err = now.live.Records(p); err != nil {
				return nil, err
			}
		}
		p.Start("following rights", 0)
		return escalate.Run(ctx, in)
	})
}

// assertionSuffix ends the names of files with assertions.
const assertionSuffix = ".assert.yaml"

// assertions answers with the verdicts about the assertions in the directory.
func (c *console) assertions(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		names, err := c.filesNamed(assertionSuffix)
		if err != nil {
			return nil, err
		}
		var files []workspace.AssertionFile
		for _, name := range names {
			one, err := c.directory.read(name)
			if err != nil {
				return nil, err
			}
			files = append(files, workspace.AssertionFile{Name: filepath.Join(c.directory.dir, filepath.FromSlash(name)), Content: one.Content})
		}
		report, err := now.live.Prove(ctx, files, p)
		if err != nil {
			return nil, err
		}
		return map[string]any{"files": len(files), "report": report}, nil
	})
}
