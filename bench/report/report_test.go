package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/qlik2rego/qlik2rego/bench/measure"
)

func sample() *Report {
	at := func(v float64) *measure.Spread { return &measure.Spread{Median: v, Low: v / 2, High: v * 2} }
	return &Report{
		Contenders: []Column{{"allow", "ours"}, {"cel", "CEL"}, {"cedar", "Cedar"}, {"absent", "asked nowhere"}},
		Agreed:     9, Reference: 4,
		Tables: []Table{{Title: "Rules", Rows: []Row{
			{Rules: "100", Apps: 10, Type: "App", Origin: "hub", Outcome: "grant", Baseline: *at(20_000), Cells: map[string]Cell{"cel": {Ratio: at(0.004)}, "cedar": {Ratio: at(1)}}},
			{Rules: "5000", Apps: 10, Type: "App", Origin: "hub", Outcome: "grant", Baseline: *at(22_000), Growth: at(1.1), Cells: map[string]Cell{"cel": {Ratio: at(120)}, "cedar": {LeftOut: "too slow"}}},
		}}},
	}
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	if err := Formats().Render("text", &out, sample()); err != nil {
		t.Fatal(err)
	}
	want := `Rules

rules  apps  resource  from  outcome  µs    growth            cel                     cedar
100    10    App       hub   grant    20.0                    0.0040 (0.0020–0.0080)  1.00 (0.50–2.00)
5000   10    App       hub   grant    22.0  1.10 (0.55–2.20)  120 (60.0–240)          –1

µs: a decision by allow, median. growth: the same in units of the first row with such requests, measured in turns.
All other columns: time in units of allow's, median over rounds, with quartiles.
allow: ours
cel: CEL
cedar: Cedar
absent: asked nowhere
–1 left out: too slow
Before timing, all contenders agreed on 9 requests, and the reference on the 4 that it was asked.
`
	if out.String() != want {
		t.Errorf("text:\n%s\nwant:\n%s", out.String(), want)
	}
}

// JSON has all figures, and a reason for each missing one.
func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := Formats().Render("json", &out, sample()); err != nil {
		t.Fatal(err)
	}
	var read Report
	if err := json.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	row := read.Tables[0].Rows[1]
	if row.Growth.Median != 1.1 || row.Cells["cel"].Ratio.High != 240 || row.Cells["cedar"] != (Cell{LeftOut: "too slow"}) {
		t.Errorf("row %+v", row)
	}
	if err := Formats().Render("xml", &out, sample()); err == nil {
		t.Error("xml is no format, and no error")
	}
}
