package studio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
)

// tested are the Rego tests in the directory with their results.
type tested struct {
	// Files are the files with tests, relative to the directory.
	Files  []string     `json:"files"`
	Tests  []testResult `json:"tests"`
	Passed int          `json:"passed"`
	Failed int          `json:"failed"`
	// Generated is the file that testgen wrote, "" if there is none or if it was edited.
	Generated string `json:"generated"`
}

type testResult struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	State  string `json:"state"` // pass, fail, error or skip
	Reason string `json:"reason,omitempty"`
	Millis int64  `json:"millis"`
}

// testSuffix ends the names of files with Rego tests: test.rego, streams_test.rego.
const testSuffix = "test.rego"

// generatedTests is the file that generated tests are written to.
const generatedTests = "tests_test.rego"

// filesNamed returns the files in the directory whose names have a suffix, with slashes.
func (c *console) filesNamed(suffix string) ([]string, error) {
	var all []string
	err := fs.WalkDir(c.directory.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir() && name != "." && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case !e.IsDir() && strings.HasSuffix(name, suffix):
			all = append(all, name)
		}
		return nil
	})
	return all, err
}

// tests runs the Rego tests in the directory.
func (c *console) tests(w http.ResponseWriter, r *http.Request) {
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		t := tested{Files: []string{}, Tests: []testResult{}}
		files, err := c.filesNamed(testSuffix)
		if err != nil || len(files) == 0 {
			return t, err
		}
		t.Files = files
		if one, err := c.directory.read(generatedTests); err == nil && one.Content != nil && testgen.Unedited(one.Content) {
			t.Generated = generatedTests
		}
		paths := make([]string, len(files))
		for i, name := range files {
			paths[i] = filepath.Join(c.directory.dir, filepath.FromSlash(name))
		}
		p.Start("running tests", 0)
		results, err := now.live.Test(ctx, paths, p)
		if err != nil {
			return nil, err
		}
		for _, one := range results {
			result := testResult{Name: one.Name, File: filepath.Base(one.Location.File), Line: one.Location.Row, State: "pass", Millis: one.Duration.Milliseconds()}
			if name, err := c.directory.name(one.Location.File); err == nil {
				result.File = name
			}
			switch {
			case one.Skip:
				result.State = "skip"
			case one.Error != nil:
				result.State, result.Reason = "error", one.Error.Error()
			case one.Fail:
				result.State = "fail"
				if one.FailedAt != nil && one.FailedAt.Location != nil {
					result.Reason = fmt.Sprintf("line %d fails: %s", one.FailedAt.Location.Row, one.FailedAt.Location.Text)
				}
			}
			if result.State == "fail" || result.State == "error" {
				t.Failed++
			} else if result.State == "pass" {
				t.Passed++
			}
			t.Tests = append(t.Tests, result)
		}
		return t, nil
	})
}

// writeTests writes Rego tests that check the current decisions of the rules. It only replaces
// its own file, unless that was edited.
func (c *console) writeTests(w http.ResponseWriter, r *http.Request) {
	if _, ok := asked[struct{}](w, r); !ok {
		return
	}
	stream(w, r, func(ctx context.Context, p *progress) (any, error) {
		now, err := c.current()
		if err != nil {
			return nil, err
		}
		if now.live.Site == nil {
			return nil, errors.New("generated tests need the users and resources of a snapshot, which the folder does not have: qlik2rego pull creates one")
		}
		was, err := c.directory.read(generatedTests)
		if err != nil {
			return nil, err
		}
		if was.Content != nil && !testgen.Unedited(was.Content) {
			return nil, fmt.Errorf("%s was edited, and is not replaced: rename it first", generatedTests)
		}
		content, err := now.live.Tests(ctx, p)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.directory.write(was.Name, was.Revision, content); err != nil {
			return nil, err
		}
		c.history.add(step{"the tests in " + path.Base(generatedTests), was.Name, was.Content, revisionOf(content)})
		return map[string]string{"file": was.Name}, nil
	})
}
