package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bench/field"
	"github.com/qlik2rego/qlik2rego/bench/measure"
	"github.com/qlik2rego/qlik2rego/bench/report"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// small returns a plan with all parts of the full one, on small sites.
func small(t *testing.T, tables ...table) plan {
	t.Helper()
	all, err := contenders()
	if err != nil {
		t.Fatal(err)
	}
	return plan{
		tables: tables, contenders: all, requests: 16, reference: 3, progress: io.Discard,
		cells:   field.Cells([]string{"App", "App.Object", "ReloadTask"}, []string{"hub", "qmc"}),
		measure: measure.Options{Rounds: 1},
	}
}

// complete fails unless every cell of every row has a ratio or a reason, and returns the reasons.
func complete(t *testing.T, r *report.Report) map[string]bool {
	t.Helper()
	reasons := map[string]bool{}
	for _, table := range r.Tables {
		if len(table.Rows) == 0 {
			t.Errorf("%s: no row", table.Title)
		}
		for _, row := range table.Rows {
			for _, c := range r.Contenders[1:] {
				cell := row.Cells[c.Name]
				if (cell.Ratio == nil) == (cell.LeftOut == "") {
					t.Errorf("%s, %s, %s: %+v, want a ratio or a reason", table.Title, row.Rules, c.Name, cell)
				}
				if cell.LeftOut != "" {
					reasons[cell.LeftOut] = true
				}
			}
		}
	}
	return reasons
}

// All contenders decide the mix of rules, and every kind of resistant rules, like qlik2rego and the
// independent evaluator; run fails otherwise.
func TestContendersAgree(t *testing.T) {
	tables := []table{{title: "mix", grounds: []field.Ground{{Rules: 100, Apps: 200}, {Rules: 60, Apps: 200}}}}
	for _, kind := range mix.Kinds() {
		tables = append(tables, table{title: string(kind), grounds: []field.Ground{{Rules: 60, Kind: kind, Resisting: 30, Apps: 200}}})
	}
	r, err := run(t.Context(), small(t, tables...))
	if err != nil {
		t.Fatal(err)
	}
	reasons := complete(t, r)
	if len(reasons) != 2 || !reasons["cedar cannot: Cedar has no regular expressions"] || !reasons["cedar-sliced cannot: Cedar has no regular expressions"] {
		t.Errorf("left out: %v, want Cedar from regular expressions and nothing else", reasons)
	}
	if r.Agreed < 1000 || r.Reference < 100 {
		t.Errorf("%d requests, %d by the reference: too few to agree on", r.Agreed, r.Reference)
	}
	if growth := r.Tables[0].Rows[1].Growth; growth == nil {
		t.Error("the second rule set of a table has no growth")
	}
}

// The contenders agree on the rules of a real site.
func TestRealRules(t *testing.T) {
	if os.Getenv("QLIK_CORPUS") == "" {
		t.Skip("QLIK_CORPUS is not set: no real rules")
	}
	tables := mixedTables([]int{realRules}, []int{200}, 0, io.Discard)
	r, err := run(t.Context(), small(t, tables...))
	if err != nil {
		t.Fatal(err)
	}
	complete(t, r)
	if r.Agreed < 100 {
		t.Errorf("%d requests: too few to agree on", r.Agreed)
	}
}

// A contender that decides one request differently is found before anything is timed.
func TestDisagreement(t *testing.T) {
	cells := field.Cells([]string{"App"}, []string{"hub"})
	built, err := field.Build(t.Context(), field.Ground{Rules: 20, Apps: 50}, cells, 16)
	if err != nil {
		t.Fatal(err)
	}
	truth := map[int]bool{}
	for cell, requests := range built.Cells {
		for _, i := range requests {
			truth[i] = cell.Granted
		}
	}
	if err := built.Agree("honest", func(i int) (bool, error) { return truth[i], nil }); err != nil {
		t.Errorf("agreement is called %v", err)
	}
	if err := built.Agree("liar", func(i int) (bool, error) { return truth[i] != (i == 3), nil }); err == nil || !strings.Contains(err.Error(), "liar") {
		t.Errorf("a wrong decision gives %v", err)
	}
	broken := errors.New("broken")
	if err := built.Agree("broken", func(int) (bool, error) { return false, broken }); !errors.Is(err, broken) {
		t.Errorf("a failure gives %v", err)
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"-help", 0, "go run . -quick"},
		{"-nonsense", 2, "nonsense"},
		{"-format xml", 2, `unknown format "xml": there are text, json, markdown`},
		{"-contenders cel,drools", 2, `no contender is called "drools": there are allow,`},
		{"-kinds odd", 2, `no kind of rules is called "odd"`},
		{"-rules many", 2, `"many" is no number`},
		{"more", 2, `unexpected argument "more"`},
	} {
		var stdout, stderr bytes.Buffer
		code := command(context.Background(), strings.Fields(test.args), &stdout, &stderr)
		if code != test.code || !strings.Contains(stderr.String(), test.stderr) || stdout.Len() > 0 {
			t.Errorf("%s: code %d, %q on stderr, %q on stdout; want %d, %q, nothing", test.args, code, stderr.String(), stdout.String(), test.code, test.stderr)
		}
	}
}

// The command prints a table with exactly the requested contenders.
func TestCommand(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := strings.Fields("-quick -rules 20 -apps 50 -kinds none -types App -contenders closures,cedar -rounds 1 -format markdown")
	if code := command(t.Context(), args, &stdout, &stderr); code != 0 {
		t.Fatalf("code %d: %s", code, stderr.String())
	}
	table := stdout.String()
	for _, want := range []string{"| rules | apps | resource | from | outcome | µs | growth | closures | cedar |", "| 20 | 50 | App | hub | grant |", "| 20 | 50 | App | hub | denial |"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "guarded") {
		t.Errorf("guarded was not asked for:\n%s", table)
	}
}
