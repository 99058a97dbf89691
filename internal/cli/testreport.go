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
)

// TestReport writes the results of Rego tests as opa test does. A test that
// failed, one that could not run and no test at all are the answer no.
func (s *Streams) TestReport(results []*tester.Result, verbose bool) error {
	var reporter tester.Reporter = tester.PrettyReporter{Output: s.Out, Verbose: verbose}
	if s.Format == JSON {
		reporter = tester.JSONReporter{Output: s.Out}
	}
	if len(results) == 0 {
		_, _ = io.WriteString(s.Err, "no test was found\n")
		if s.Format == JSON {
			if err := s.WriteJSON([]any{}); err != nil {
				return err
			}
		}
		return No()
	}
	if s.Format == JUnit {
		reporter = junitReporter{s}
	}
	stream := make(chan *tester.Result, len(results))
	for _, r := range results {
		stream <- r
	}
	close(stream)
	if err := reporter.Report(stream); err != nil {
		return err
	}
	if slices.ContainsFunc(results, func(r *tester.Result) bool { return r.Fail || r.Error != nil }) {
		return No()
	}
	return nil
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

// TestSubject returns what is tested and the paths of the tests.
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
