package cli

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/junit"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// TestReport writes the results of Rego tests like opa test. It returns the exit code ExitNo if a
// test failed, if one could not run, or if there are no tests.
func (s *Streams) TestReport(results []*tester.Result, verbose bool) error {
	if len(results) == 0 {
		_, _ = io.WriteString(s.Err, "no test was found\n")
	}
	if err := testFormats(verbose).Render(s.Format, s.Out, results); err != nil {
		return err
	}
	if len(results) == 0 || slices.ContainsFunc(results, func(r *tester.Result) bool { return r.Fail || r.Error != nil }) {
		return No()
	}
	return nil
}

// testFormats are the formats of the results of Rego tests. With verbose, the text also lists tests
// that pass.
func testFormats(verbose bool) render.Formats[[]*tester.Result] {
	return render.Results(reportedBy(func(w io.Writer) tester.Reporter { return tester.PrettyReporter{Output: w, Verbose: verbose} })).
		With(render.JSON, render.Func[[]*tester.Result](func(w io.Writer, results []*tester.Result) error {
			if len(results) == 0 {
				return render.AsJSON[[]any]{}.Render(w, []any{})
			}
			return reportedBy(func(w io.Writer) tester.Reporter { return tester.JSONReporter{Output: w} }).Render(w, results)
		})).
		With(render.JUnit, render.Func[[]*tester.Result](func(w io.Writer, results []*tester.Result) error {
			return testSuite(results).Write(w)
		}))
}

// reportedBy renders results with a reporter of OPA, which does not support an empty list.
func reportedBy(reporter func(io.Writer) tester.Reporter) render.Renderer[[]*tester.Result] {
	return render.Func[[]*tester.Result](func(w io.Writer, results []*tester.Result) error {
		if len(results) == 0 {
			return nil
		}
		stream := make(chan *tester.Result, len(results))
		for _, r := range results {
			stream <- r
		}
		close(stream)
		return reporter(w).Report(stream)
	})
}

// testSuite returns a JUnit suite with a case for each Rego test.
func testSuite(results []*tester.Result) *junit.Suite {
	s := &junit.Suite{Name: "qlik2rego test"}
	for _, r := range results {
		c := junit.Case{Class: r.Package, Name: r.Name}
		if r.Location != nil {
			c.File = r.Location.File
		}
		switch {
		case r.Error != nil:
			c.Error = &junit.Outcome{Message: r.Error.Error()}
		case r.Fail:
			c.Failure = &junit.Outcome{Message: "the test is false"}
		case r.Skip:
			c.Skipped = &struct{}{}
		}
		s.Add(c)
	}
	return s
}

// TestFilter returns the filter of -r, or nil.
func TestFilter(ctx *cli.Context) (*regexp.Regexp, error) {
	if !ctx.IsSet("run") {
		return nil, nil
	}
	filter, err := regexp.Compile(ctx.String("run"))
	if err != nil {
		return nil, UsageOf(ctx.Command, "-r: %v", err)
	}
	return filter, nil
}

// TestSubject returns the bundle under test and the paths of the tests.
func (s *Streams) TestSubject(ctx *cli.Context) (*bundles.Bundle, []string, error) {
	args, files := ctx.Args().Slice(), ctx.StringSlice("bundle")
	if len(files) == 0 && len(args) > 1 && isBundle(args[0]) {
		files, args = args[:1], args[1:]
	}
	if len(files) > 0 {
		if err := bundleAlone(ctx); err != nil {
			return nil, nil, err
		}
		if len(args) == 0 {
			return nil, nil, UsageOf(ctx.Command, "no tests: name files or folders with Rego tests")
		}
		b, err := bundles.Open(ctx.Context, files...)
		return b, args, Input(err)
	}
	var rules []string
	switch {
	case len(args) > 1:
		rules, args = args[:1], args[1:]
	case len(args) == 1 && strings.EqualFold(filepath.Ext(args[0]), ".json"):
		return nil, nil, UsageOf(ctx.Command, "no tests: name files or folders with Rego tests behind the rules")
	case len(args) == 0 || !ctx.IsSet("snapshot"):
		return nil, nil, UsageOf(ctx.Command, "name a bundle or rules, and then files or folders with Rego tests")
	}
	c, err := s.Compile(ctx, rules)
	if err != nil {
		return nil, nil, err
	}
	b, err := s.Bundle(ctx.Context, c)
	return b, args, err
}

// isBundle reports whether a file is a .tar.gz, by its first bytes.
func isBundle(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // read only
	var magic [2]byte
	_, err = io.ReadFull(f, magic[:])
	return err == nil && magic == [2]byte{0x1f, 0x8b}
}
