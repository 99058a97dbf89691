package studio

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
)

// base is a possible base of a comparison with the directory.
type base struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// pulledBase is the rules of the site as they were pulled.
const pulledBase = "pulled"

// maxRevisions is the maximum number of Git revisions that are offered.
const maxRevisions = 20

// bases answers with the possible bases of a comparison.
func (c *console) bases(r *http.Request, _ struct{}) (any, error) {
	now, err := c.current()
	if err != nil {
		return nil, err
	}
	all := []base{}
	if file, ok := c.pulledRules(now); ok && len(now.revisions) > 0 {
		all = append(all, base{pulledBase, "the site as it was pulled (" + filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file) + ")"})
	}
	out, err := c.git(r.Context(), "log", fmt.Sprintf("-%d", maxRevisions), "--format=%h%x00%as%x00%s", "--", ".")
	if err != nil {
		return all, nil //nolint:nilerr // no Git, or no repository: there are no revisions
	}
	for line := range strings.Lines(string(out)) {
		if parts := strings.Split(strings.TrimSpace(line), "\x00"); len(parts) == 3 {
			all = append(all, base{"git:" + parts[0], fmt.Sprintf("Git %s of %s: %s", parts[0], parts[1], parts[2])})
		}
	}
	return all, nil
}

func (c *console) pulledRules(now *reading) (string, bool) {
	if now.live.Site == nil {
		return "", false
	}
	return now.live.Site.RulesFile()
}

func (c *console) git(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", c.directory.dir}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("git: %w: %s", err, strings.TrimSpace(errs.String()))
	}
	return out.Bytes(), nil
}

// changes answers with the differences between a base and the directory, rule by rule and
// effect by effect.
func (c *console) changes(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("base")
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		old, err := c.baseRules(ctx, now, key)
		if err != nil {
			return nil, err
		}
		report, err := now.live.With(old).Effect(ctx, now.live, p)
		if err != nil {
			return nil, err
		}
		changed := changedFrom{effectOf: now.effectWith(report), Decided: []plan.Gate{}}
		if report.Mode == difference.ModeSite {
			changed.Decided, err = plan.AccessGates(report)
		}
		return changed, err
	})
}

// changedFrom is the differences from a base, and the results of a plan's default gates.
// Without a snapshot the gates count nothing.
type changedFrom struct {
	effectOf
	Decided []plan.Gate `json:"decided"`
}

var revisionForm = regexp.MustCompile(`^[0-9a-f]{4,40}$`)

func (c *console) baseRules(ctx context.Context, now *reading, key string) ([]ruleset.Rule, error) {
	if key == pulledBase {
		file, ok := c.pulledRules(now)
		if !ok {
			return nil, errors.New("the snapshot has no rules")
		}
		rules, found := ruleset.Read(file)
		if found.HasErrors() && len(rules) == 0 {
			return nil, errors.New(found[0].Summary)
		}
		return rules, nil
	}
	revision, ok := strings.CutPrefix(key, "git:")
	if !ok || !revisionForm.MatchString(revision) {
		return nil, fmt.Errorf("%q is not something to compare with", key)
	}
	archive, err := c.git(ctx, "archive", "--format=tar", revision, "--", ".")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "qlik2rego-studio-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system cleans up its temporary directory anyway
	if err := unpack(archive, dir); err != nil {
		return nil, err
	}
	rules, _ := ruleset.Read(dir)
	return rules, nil
}

// unpack writes the rule files of an archive below a directory.
func unpack(archive []byte, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // every written file is closed separately
	for in := tar.NewReader(bytes.NewReader(archive)); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		ext := strings.ToLower(filepath.Ext(h.Name))
		isRules := ext == ".qrule" || ext == ".json" && !strings.Contains(h.Name, "/")
		if h.Typeflag != tar.TypeReg || !isRules {
			continue
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		name := filepath.FromSlash(h.Name)
		if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := root.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
}
