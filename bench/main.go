package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qlik2rego/qlik2rego/bench/field"
	"github.com/qlik2rego/qlik2rego/bench/report"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

const usage = `Usage: go run . [options]

Compares qlik2rego with other ways to decide. Standard output is the table of
ratios; what is being done goes to standard error. Without -quick it takes most
of an hour. The rules of a real site take part if QLIK_CORPUS names the folder
with site-export/systemrule.json.

Examples:
  go run . -quick
  go run . -quick -rules 100,5000 -types App -contenders cel,cedar -kinds none
  go run . -quick -departments 10 -kinds none
  go run . -kinds like,regexp -rules none
  go run . -format markdown > table.md

Options:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command runs the program and returns its exit code: 0, 1 for a disagreement or failure, or 2 for wrong
// usage.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p, format, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "bench: %v\nHelp: go run . -help\n", err)
		return 2
	}
	r, err := run(ctx, p)
	if err == nil {
		err = report.Formats().Render(format, stdout, r)
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "bench: %v\n", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (plan, string, error) {
	p := plan{progress: stderr, reference: 6}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		flags.SetOutput(stderr)
		flags.PrintDefaults()
	}
	quick := flags.Bool("quick", false, "few rule sets and short turns: some minutes")
	formats := report.Formats().Names()
	format := flags.String("format", formats[0], strings.Join(formats, " or "))
	rules := list(flags, "rules", "numbers of rules, or none; 74 are real (default 74,100,1000,5000,20000; quick 74,100,1000,5000)")
	apps := list(flags, "apps", "numbers of apps; each has ten objects (default 1000,100000; quick 1000)")
	types := list(flags, "types", "resource types (default App,App.Object,ReloadTask)")
	origins := list(flags, "origins", "where requests come from (default hub,qmc; quick hub)")
	kinds := list(flags, "kinds", "rules that resist, or none (default or,like,not,cross,star,regexp,notequal)")
	names := list(flags, "contenders", "who takes part besides allow (default all)")
	flags.IntVar(&p.measure.Rounds, "rounds", 0, "rounds (default 21; quick 9)")
	departments := flags.Int("departments", 0, "departments that users and rules are spread over; fewer make more rules about the same people (default one for every tenth rule)")
	flags.IntVar(&p.requests, "requests", 48, "requests of a kind and outcome")
	if err := flags.Parse(args); err != nil {
		return p, "", err
	}
	if flags.NArg() > 0 {
		return p, "", fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if !slices.Contains(formats, *format) {
		return p, "", fmt.Errorf("unknown format %q: there are %s", *format, strings.Join(formats, ", "))
	}
	pick := func(given *[]string, full, quickly string) []string {
		switch {
		case len(*given) == 1 && (*given)[0] == "none":
			return nil
		case len(*given) > 0:
			return *given
		case *quick:
			return strings.Split(quickly, ",")
		}
		return strings.Split(full, ",")
	}
	p.measure.Turn, p.measure.Patience = 3*time.Millisecond, 4*time.Second
	if p.measure.Rounds == 0 {
		p.measure.Rounds = 21
		if *quick {
			p.measure.Rounds = 9
		}
	}
	if *quick {
		p.measure.Patience = time.Second
	}
	p.cells = field.Cells(pick(types, "App,App.Object,ReloadTask", "App,App.Object,ReloadTask"), pick(origins, "hub,qmc", "hub"))
	all, err := contenders()
	if err != nil {
		return p, "", err
	}
	if p.contenders, err = choose(all, *names); err != nil {
		return p, "", err
	}
	sizes, err1 := numbers(pick(rules, "74,100,1000,5000,20000", "74,100,1000,5000"))
	sites, err2 := numbers(pick(apps, "1000,100000", "1000"))
	mixed := mixedTables(sizes, sites, *departments, stderr)
	every := joined(mix.Kinds())
	resisting, err3 := resistingTables(pick(kinds, every, every), *quick)
	p.tables = append(mixed, resisting...)
	return p, *format, errors.Join(err1, err2, err3)
}

// list defines an option whose values are separated by commas.
func list(flags *flag.FlagSet, name, help string) *[]string {
	values := new([]string)
	flags.Func(name, help, func(text string) error {
		*values = strings.Split(text, ",")
		return nil
	})
	return values
}

func numbers(texts []string) ([]int, error) {
	var values []int
	var errs []error
	for _, t := range texts {
		n, err := strconv.Atoi(t)
		if err != nil || n < 4 {
			errs = append(errs, fmt.Errorf("%q is no number of rules or apps", t))
		}
		values = append(values, n)
	}
	return values, errors.Join(errs...)
}

func joined(kinds []mix.Kind) string {
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = string(k)
	}
	return strings.Join(texts, ",")
}

// realRules is the number of rules of the real export.
const realRules = 74

func mixedTables(sizes, sites []int, departments int, stderr io.Writer) []table {
	export := ""
	if corpus := os.Getenv("QLIK_CORPUS"); corpus != "" {
		export = filepath.Join(corpus, "site-export", "systemrule.json")
	}
	var tables []table
	for _, apps := range sites {
		t := table{title: fmt.Sprintf("Rules of a site, %d apps", apps)}
		// The real rules have a table of their own, without growth.
		for _, n := range sizes {
			switch {
			case n != realRules:
				t.grounds = append(t.grounds, field.Ground{Rules: n, Apps: apps, Departments: departments})
			case export == "":
				_, _ = fmt.Fprintln(stderr, "QLIK_CORPUS is not set: the real rules are left out")
			default:
				tables = append(tables, table{title: fmt.Sprintf("Real rules, %d apps", apps), grounds: []field.Ground{{Rules: n, Apps: apps, Export: export}}})
			}
		}
		if len(t.grounds) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

// resistingTables returns a table for each kind: the same rules among more others, which must not
// matter, and twice the rules, which may matter. They are about apps only, because reload tasks depend
// on another right on apps.
func resistingTables(kinds []string, quick bool) ([]table, error) {
	var tables []table
	for _, k := range kinds {
		kind := mix.Kind(k)
		if !slices.Contains(mix.Kinds(), kind) {
			return nil, fmt.Errorf("no kind of rules is called %q: there are %s", k, joined(mix.Kinds()))
		}
		t := table{title: "Rules that resist: " + k, without: []string{"ReloadTask"}, grounds: []field.Ground{{Rules: 1000, Kind: kind, Resisting: 200, Apps: 1000}}}
		if !quick {
			t.grounds = append(t.grounds,
				field.Ground{Rules: 5000, Kind: kind, Resisting: 200, Apps: 1000},
				field.Ground{Rules: 5000, Kind: kind, Resisting: 400, Apps: 1000})
		}
		tables = append(tables, t)
	}
	return tables, nil
}
