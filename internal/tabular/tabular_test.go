package tabular_test

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

var columns = []tabular.Column{{"who", tabular.Text}, {"apps", tabular.Number}, {"owner", tabular.Truth}, {"rules", tabular.Strings}, {"at", tabular.Numbers}}

func written(t *testing.T, format string, rows ...[]any) string {
	t.Helper()
	var b bytes.Buffer
	if err := tabular.Formats().Render(format, &b, of(rows)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// of returns rows of the columns above.
func of(rows [][]any) tabular.Rows {
	return tabular.Rows{Columns: columns, Write: func(w tabular.Writer) error {
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				return err
			}
		}
		return nil
	}}
}

var rows = [][]any{
	{`acme\anna`, int64(12), true, []string{"a", "b, c"}, []int64{1, 2}},
	{"=HYPERLINK(\"x\")", int64(-3), false, nil, []int64{}},
	{"two\nlines<", nil, nil, []string{"1", "2", "3", "4", "5", "6", "7"}, []int64{1, 2, 3, 4, 5, 6}},
}

func TestFormats(t *testing.T) {
	for format, want := range map[string]string{
		render.Table: `WHO              APPS  OWNER  RULES                    AT
acme\anna          12  yes    a, b, c                  1, 2
=HYPERLINK("x")    -3  no
"two\nlines<"                 1, 2, 3, 4, 5, … 2 more  1, 2, 3, 4, 5, … 1 more
`,
		render.CSV: `who,apps,owner,rules,at
acme\anna,12,yes,"a; b, c",1; 2
"'=HYPERLINK(""x"")",-3,no,,
"two
lines<",,,1; 2; 3; 4; 5; 6; 7,1; 2; 3; 4; 5; 6
`,
		render.JSON: `[
  {"who":"acme\\anna","apps":12,"owner":true,"rules":["a","b, c"],"at":[1,2]},
  {"who":"=HYPERLINK(\"x\")","apps":-3,"owner":false,"rules":[],"at":[]},
  {"who":"two\nlines<","apps":null,"owner":null,"rules":["1","2","3","4","5","6","7"],"at":[1,2,3,4,5,6]}
]
`,
		render.NDJSON: `{"who":"acme\\anna","apps":12,"owner":true,"rules":["a","b, c"],"at":[1,2]}
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
		render.Table: "WHO  APPS  OWNER  RULES  AT\n", render.CSV: "who,apps,owner,rules,at\n", render.JSON: "[]\n", render.NDJSON: "",
	} {
		if got := written(t, format); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

// A Parquet library reads the same rows from the file.
func TestParquet(t *testing.T) {
	type row struct {
		Who   *string  `parquet:"who"`
		Apps  *int64   `parquet:"apps"`
		Owner *bool    `parquet:"owner"`
		Rules []string `parquet:"rules"`
		At    []int64  `parquet:"at"`
	}
	file := written(t, render.Parquet, rows...)
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

// Rows after those that determine the widths are written, too.
func TestManyRows(t *testing.T) {
	many := make([][]any, 3000)
	for i := range many {
		many[i] = []any{"x", int64(i), true, nil, nil}
	}
	if got := strings.Count(written(t, render.Table, many...), "\n"); got != len(many)+1 {
		t.Errorf("%d lines", got)
	}
}

// A Parquet file with several row groups has all rows in order, with lists of any length.
func TestParquetOfManyRows(t *testing.T) {
	type row struct {
		Who   *string  `parquet:"who"`
		Apps  *int64   `parquet:"apps"`
		Owner *bool    `parquet:"owner"`
		Rules []string `parquet:"rules"`
		At    []int64  `parquet:"at"`
	}
	const n = 70_000 // more than a group
	want := make([]row, n)
	rows := make([][]any, n)
	for i := range want {
		who, apps, owner := strings.Repeat("ä", i%5), int64(i)<<20, i%3 == 0
		rows[i] = []any{who, nil, nil, nil, nil}
		want[i].Who = &who
		if i%2 == 0 {
			rows[i][1], want[i].Apps = apps, &apps
		}
		if i%7 < 5 {
			rows[i][2], want[i].Owner = owner, &owner
		}
		for k := range i % 4 {
			want[i].Rules, want[i].At = append(want[i].Rules, fmt.Sprint(k)), append(want[i].At, -int64(k))
		}
		rows[i][3], rows[i][4] = want[i].Rules, want[i].At
	}
	file := written(t, render.Parquet, rows...)
	opened, err := parquet.OpenFile(strings.NewReader(file), int64(len(file)))
	if err != nil || len(opened.RowGroups()) < 2 {
		t.Fatal(opened, err)
	}
	got, err := parquet.Read[row](strings.NewReader(file), int64(len(file)))
	if err != nil || len(got) != n {
		t.Fatal(len(got), err)
	}
	for i := range want {
		if len(want[i].Rules) == 0 {
			want[i].Rules, want[i].At = got[i].Rules[:0], got[i].At[:0]
		}
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("row %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// A file with many columns and no rows is valid.
func TestParquetWithoutRows(t *testing.T) {
	var b bytes.Buffer
	var wide []tabular.Column
	for i := range 40 {
		wide = append(wide, tabular.Column{Name: fmt.Sprint("c", i), Kind: tabular.Text})
	}
	none := tabular.Rows{Columns: wide, Write: func(tabular.Writer) error { return nil }}
	if err := tabular.Formats().Render(render.Parquet, &b, none); err != nil {
		t.Fatal(err)
	}
	opened, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || opened.NumRows() != 0 || len(opened.Schema().Columns()) != 40 {
		t.Error(opened, err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	for _, format := range tabular.Formats().Names() {
		if err := tabular.Formats().Render(format, broken{}, of(slices.Repeat(rows[:1], 2000))); err == nil {
			t.Errorf("%s: no error", format)
		}
	}
	if err := tabular.Formats().Render(render.Parquet, io.Discard, of([][]any{{1.5, nil, nil, nil, nil}})); err == nil {
		t.Error("a column of strings has a number with a fraction")
	}
}

// Spreadsheets read a file that begins with a byte order mark as UTF-8.
func TestSpreadsheet(t *testing.T) {
	var b bytes.Buffer
	if err := tabular.Spreadsheet().Render(&b, of(rows)); err != nil {
		t.Fatal(err)
	}
	if want := "\ufeff" + written(t, render.CSV, rows...); b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
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
