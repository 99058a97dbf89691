package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// TestgenReport is the result of testgen in JSON.
type TestgenReport struct {
	// Written is the path of the file with the tests.
	Written  string `json:"written"`
	Tests    int    `json:"tests"`
	Requests int    `json:"requests"`
	Rules    int    `json:"rules"`
	// Branches is the number of all branches, and Pinned the number of those that decide a
	// request. Seen are those that are true for a request but decide none, because other clauses
	// always decide as well.
	Branches int             `json:"branches"`
	Pinned   int             `json:"pinned"`
	Seen     []testgen.Group `json:"seen"`
	// Unreachable are the branches that no request reaches.
	Unreachable []testgen.Group `json:"unreachable"`
	// Looked is the number of requests that were tried. The equivalence classes of the site give
	// Pairs requests, of which --max-requests cut off Cut; described requests are added.
	Looked int `json:"looked"`
	Pairs  int `json:"pairs"`
	Cut    int `json:"cut"`
	// Score is null without --score.
	Score *testgen.Score `json:"score"`
}

// Testgen writes Rego tests that check the current decisions of rules on a site.
func (s *Streams) Testgen(ctx *cli.Context) error {
	if ctx.String("snapshot") == "" {
		return UsageOf(ctx.Command, "no site: tests are about the entities of --snapshot")
	}
	if ctx.Int("max-requests") < 1 {
		return UsageOf(ctx.Command, "--max-requests %d: give at least 1", ctx.Int("max-requests"))
	}
	if err := distinctOutputs(ctx, ctx.String("output"), reportTo(ctx)); err != nil {
		return err
	}
	if err := keepsEdits(ctx.String("output"), ctx.Bool("force")); err != nil {
		return err
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return err
	}
	subject, err := s.testgenSubject(ctx, c)
	if err != nil {
		return err
	}
	progress := s.Progress(ctx)
	suite, err := testgen.Generate(ctx.Context, subject, testgen.Options{
		OnRecord: ctx.Bool("on-record"), MaxRequests: ctx.Int("max-requests"), Progress: progress,
	})
	if err != nil {
		return err
	}
	report := TestgenReport{
		Written: ctx.String("output"), Requests: len(suite.Cases), Rules: len(suite.Rules), Branches: len(suite.Pinned) + len(suite.Seen) + len(suite.Unreachable),
		Pinned: len(suite.Pinned), Seen: suite.Groups(suite.Seen), Unreachable: suite.Groups(suite.Unreachable), Looked: suite.Looked, Pairs: suite.Pairs, Cut: suite.Cut,
	}
	if ctx.Bool("score") {
		if report.Score, err = suite.Score(ctx.Context, progress); err != nil {
			return err
		}
	}
	out := s.outputs()
	defer out.Discard()
	if err := out.File(report.Written, func(w io.Writer, _ string) error {
		report.Tests, err = suite.Write(w)
		return err
	}); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return s.testgenFormats().Render(s.Format, s.Out, report)
}

// testgenFormats are the formats of testgen.
func (s *Streams) testgenFormats() render.Formats[TestgenReport] {
	return render.Results(render.Func[TestgenReport](func(_ io.Writer, r TestgenReport) error {
		if err := s.wrote(r.Written, render.Count(r.Requests, "request")+" in "+render.Count(r.Tests, "test")); err != nil {
			return err
		}
		_, err := io.WriteString(s.beside(r.Written), r.text())
		return err
	}))
}

// keepsEdits returns an error if a file was edited since testgen wrote it, or if testgen did not
// write it.
func keepsEdits(path string, force bool) error {
	if path == stdio || force {
		return nil
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil // there is no file, or it is not regular and not replaced
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return Input(err)
	}
	if len(file) > 0 && !testgen.Unedited(file) {
		return Input(fmt.Errorf("%s was edited, or testgen did not write it: name another file with -o, or replace it with --force", path))
	}
	return nil
}

// testgenSubject reads the site twice: the view of the policy, and completely.
func (s *Streams) testgenSubject(ctx *cli.Context, c *workspace.Workspace) (testgen.Subject, error) {
	bundle, err := s.Bundle(ctx.Context, c)
	if err != nil {
		return testgen.Subject{}, err
	}
	site, err := s.loadSite(c)
	if err != nil {
		return testgen.Subject{}, err
	}
	return c.TestSubject(bundle, site), nil
}

func (r TestgenReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %s of %s pinned", r.Pinned, branches(r.Branches), render.Count(r.Rules, "rule"))
	if n := r.Branches - r.Pinned; n > 0 {
		fmt.Fprintf(&b, ", %d seen without deciding, %d never seen", countOf(r.Seen), countOf(r.Unreachable))
	}
	fmt.Fprintf(&b, "; %s considered\n", render.Count(r.Looked, "request"))
	if r.Cut > 0 {
		fmt.Fprintf(&b, "--max-requests left out %d of the %s for the equivalence classes of the site\n", r.Cut, render.Count(r.Pairs, "request"))
	}
	groupsText(&b, "never seen:", r.Unreachable)
	groupsText(&b, "seen without deciding:", r.Seen)
	if r.Score != nil {
		b.WriteString(scoreText(r.Score))
	}
	return b.String()
}

func branches(n int) string {
	if n == 1 {
		return "1 branch"
	}
	return fmt.Sprintf("%d branches", n)
}

func countOf(groups []testgen.Group) int {
	n := 0
	for _, g := range groups {
		n += len(g.Types)
	}
	return n
}

func groupsText(b *strings.Builder, title string, groups []testgen.Group) {
	if len(groups) > 0 {
		b.WriteString(title + "\n")
	}
	for _, g := range groups {
		place := ""
		if g.Position != "" {
			place = " " + g.Position
		}
		line := fmt.Sprintf("%s%s: %s (%s)", g.Name, place, g.Says(), strings.Join(g.Types, ", "))
		switch {
		case g.Proved:
			line += "; proved to be impossible"
		case g.Reason != "":
			line += "; not decided: " + g.Reason
		}
		fmt.Fprintf(b, "  %s\n", tabular.Printable(line))
	}
}

// scoreText lists how many changes the tests detect, and what would detect the others.
func scoreText(score *testgen.Score) string {
	var b strings.Builder
	effective := score.Noticed + len(score.Survivors)
	fmt.Fprintf(&b, "%d of %s to the rules noticed, %.1f %%; %d more change no decision and %d do not compile\n",
		score.Noticed, render.Count(effective, "change"), 100*score.Share(), score.Equivalent, score.Invalid)
	for _, m := range score.Survivors {
		place := ""
		if m.Position != "" {
			place = " " + m.Position
		}
		change := m.Name + place + ": " + m.Change
		fmt.Fprintf(&b, "  not noticed: %s\n    a test would: %s\n", tabular.Printable(change), tabular.Printable(m.Case))
	}
	return b.String()
}
