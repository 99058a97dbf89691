package tabular_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

var columns = []tabular.Column{{"who", tabular.Text}, {"apps", tabular.Number}, {"owner", tabular.Truth}, {"rules", tabular.Texts}, {"at", tabular.Numbers}}

func written(t *testing.T, format string, rows ...[]any) string {
	t.Helper()
	var b bytes.Buffer
	w, err := tabular.New(format, &b, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var rows = [][]any{
	{`acme\anna`, int64(12), true, []string{"a", "b, c"}, []int64{1, 2}},
	{"=HYPERLINK(\"x\")", int64(-3), false, nil, []int64{}},
	{"two\nlines<", nil, nil, []string{"1", "2", "3", "4", "5", "6", "7"}, []int64{1, 2, 3, 4, 5, 6}},
}

func TestFormats(t *testing.T) {
	for format, want := range map[string]string{
		tabular.Table: `WHO              APPS  OWNER  RULES                    AT
acme\anna          12  yes    a, b, c                  1, 2
=HYPERLINK("x")    -3  no
"two\nlines<"                 1, 2, 3, 4, 5, … 2 more  1, 2, 3, 4, 5, … 1 more
`,
		tabular.CSV: `who,apps,owner,rules,at
acme\anna,12,yes,"a; b, c",1; 2
"'=HYPERLINK(""x"")",-3,no,,
"two
lines<",,,1; 2; 3; 4; 5; 6; 7,1; 2; 3; 4; 5; 6
`,
		tabular.JSON: `[
  {"who":"acme\\anna","apps":12,"owner":true,"rules":["a","b, c"],"at":[1,2]},
  {"who":"=HYPERLINK(\"x\")","apps":-3,"owner":false,"rules":[],"at":[]},
  {"who":"two\nlines<","apps":null,"owner":null,"rules":["1","2","3","4","5","6","7"],"at":[1,2,3,4,5,6]}
]
`,
		tabular.NDJSON: `{"who":"acme\\anna","apps":12,"owner":true,"rules":["a","b, c"],"at":[1,2]}
{"who":"=HYPERLINK(\"x\")","apps":-3,"owner":false,"rules":[],"at":[]}
{"who":"two\nlines<","apps":null,"owner":null,"rules":["1","2","3","4","5","6","7"],"at":[1,2,3,4,5,6]}
`,
	} {
		if got := written(t, format, rows...); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", format, got, want)
		}
	}
}

func TestNoRows(t *testing.T) {
	for format, want := range map[string]string{
		tabular.Table: "WHO  APPS  OWNER  RULES  AT\n", tabular.CSV: "who,apps,owner,rules,at\n", tabular.JSON: "[]\n", tabular.NDJSON: "",
	} {
		if got := written(t, format); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

// What a Parquet file holds is read back by the library's own reader.
func TestParquet(t *testing.T) {
	type row struct {
		Who   *string  `parquet:"who"`
		Apps  *int64   `parquet:"apps"`
		Owner *bool    `parquet:"owner"`
		Rules []string `parquet:"rules"`
		At    []int64  `parquet:"at"`
	}
	file := written(t, tabular.Parquet, rows...)
	read, err := parquet.Read[row](strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range read {
		text := fmt.Sprintf("%q", *r.Who)
		if r.Apps != nil {
			text += fmt.Sprint(" ", *r.Apps, *r.Owner)
		}
		got = append(got, text+fmt.Sprintf(" %q %d", r.Rules, r.At))
	}
	want := []string{
		`"acme\\anna" 12 true ["a" "b, c"] [1 2]`,
		`"=HYPERLINK(\"x\")" -3 false [] []`,
		`"two\nlines<" ["1" "2" "3" "4" "5" "6" "7"] [1 2 3 4 5 6]`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Rows beyond those by which widths are chosen, and beyond what Parquet takes at
// once, are there as well.
func TestManyRows(t *testing.T) {
	many := make([][]any, 3000)
	for i := range many {
		many[i] = []any{"x", int64(i), true, nil, nil}
	}
	if got := strings.Count(written(t, tabular.Table, many...), "\n"); got != len(many)+1 {
		t.Errorf("%d lines", got)
	}
	file := written(t, tabular.Parquet, many...)
	f, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil || f.NumRows() != int64(len(many)) {
		t.Errorf("%v, %v", f, err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	for _, format := range tabular.Formats() {
		w, err := tabular.New(format, broken{}, columns)
		for i := 0; i < 2000 && err == nil; i++ {
			err = w.Write(rows[0])
		}
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			t.Errorf("%s: no error", format)
		}
	}
	if _, err := tabular.New("xml", io.Discard, columns); err == nil {
		t.Error("there is no format xml")
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"Anna Ö":            "Anna Ö",
		"a::b":              "a::b",
		"a\x1b[2J":          `"a\x1b[2J"`,
		"a\n::error::b":     `"a\n::error::b"`,
		"a\u202eb":          `"a\u202eb"`,
		" ::error file=x::": `" ::error file=x::"`,
	} {
		if got := tabular.Printable(text); got != want {
			t.Errorf("Printable(%q) = %s, want %s", text, got, want)
		}
	}
}
