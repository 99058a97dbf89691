package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// Site is the audit of a site.
type Site interface {
	// Blocks calls f with the cells of a matrix, block by block.
	Blocks(ctx context.Context, q qrs.MatrixQuery, f func(qrs.MatrixQuery, []qrs.Cell) error) error
	// Granting returns the rules by which a user has any right on a resource.
	Granting(ctx context.Context, typ, user, resource, context string, environment map[string][]string) ([]string, error)
}

// Capture is a file with the site's answer to one query.
type Capture struct {
	Query    *qrs.MatrixQuery `json:"query,omitempty"`
	Cells    []qrs.Cell       `json:"cells,omitempty"`
	Granting *Granting        `json:"granting,omitempty"`
}

// Granting is the answer for one pair of a user and a resource.
type Granting struct {
	Type     string   `json:"type"`
	User     string   `json:"user"`
	Resource string   `json:"resource"`
	Context  string   `json:"context"`
	Rules    []string `json:"rules"`
}

// Recorder is a site that also writes its answers to files in a directory.
type Recorder struct {
	Site
	Dir string
	n   int
}

func (r *Recorder) write(c Capture) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r.n++
	return os.WriteFile(filepath.Join(r.Dir, fmt.Sprintf("capture-%05d.json", r.n)), append(data, '\n'), 0o600)
}

// Blocks implements Site.
func (r *Recorder) Blocks(ctx context.Context, q qrs.MatrixQuery, f func(qrs.MatrixQuery, []qrs.Cell) error) error {
	return r.Site.Blocks(ctx, q, func(block qrs.MatrixQuery, cells []qrs.Cell) error {
		if err := r.write(Capture{Query: &block, Cells: cells}); err != nil {
			return err
		}
		return f(block, cells)
	})
}

// Granting implements Site.
func (r *Recorder) Granting(ctx context.Context, typ, user, resource, context string, environment map[string][]string) ([]string, error) {
	rules, err := r.Site.Granting(ctx, typ, user, resource, context, environment)
	if err != nil {
		return nil, err
	}
	return rules, r.write(Capture{Granting: &Granting{typ, user, resource, context, rules}})
}

// Replay is a site that answers from captures. It returns all captured blocks of a type and
// context, whichever users and resources are queried.
type Replay struct{ captures []Capture }

// ReadCaptures reads the captures of a directory.
func ReadCaptures(dir string) (*Replay, error) {
	files, err := fs.Glob(os.DirFS(dir), "capture-*.json")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s contains no captures: verify --save FOLDER writes them", dir)
	}
	slices.Sort(files)
	r := &Replay{}
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(dir, name))
		var c Capture
		if err == nil {
			err = json.Unmarshal(data, &c)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.captures = append(r.captures, c)
	}
	return r, nil
}

// Blocks implements Site. It returns every captured block of the type and context.
func (r *Replay) Blocks(_ context.Context, q qrs.MatrixQuery, f func(qrs.MatrixQuery, []qrs.Cell) error) error {
	for _, c := range r.captures {
		if c.Query == nil || !strings.EqualFold(c.Query.Type, q.Type) || c.Query.Context != q.Context {
			continue
		}
		if err := f(*c.Query, c.Cells); err != nil {
			return err
		}
	}
	return nil
}

var errNotCaptured = errors.New("not captured")

// Granting implements Site.
func (r *Replay) Granting(_ context.Context, typ, user, resource, context string, _ map[string][]string) ([]string, error) {
	for _, c := range r.captures {
		if g := c.Granting; g != nil && strings.EqualFold(g.Type, typ) && g.User == user && g.Resource == resource && g.Context == context {
			return g.Rules, nil
		}
	}
	return nil, errNotCaptured
}
