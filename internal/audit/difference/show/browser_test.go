package show_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference/show"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// opened opens the page of a report in Chromium.
func opened(t *testing.T, r *difference.Report) *webdriver.Browser {
	t.Helper()
	b := webdriver.Open(t)
	name := filepath.Join(t.TempDir(), "change.html")
	if err := os.WriteFile(name, []byte(rendered(t, show.HTML{Title: "main → change"}, r)), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Load(name, 1200, 1000)
	return b
}

const (
	status = `return document.getElementById("status").textContent`
	inside = `return document.querySelector("#groups li").innerText`
)

func TestPageFiltersAndOpens(t *testing.T) {
	r := worked(t)
	// A loss in addition to the gain, so that the filters have an effect.
	r.Groups = append(r.Groups, many(1, "Other").Groups[0])
	r.Groups[1].Kind = difference.Loss
	b := opened(t, r)
	choose := func(id, value string) {
		t.Helper()
		b.Run(`const e = document.getElementById(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event("input", { bubbles: true }));`, id, value)
	}
	for _, step := range []struct{ id, value, status string }{
		{"f-type", "Stream", "1 of 2 differences listed, 3 rights; shown: Stream."},
		{"f-kind", "loss", "0 of 2 differences listed, 0 rights; shown: losses, Stream."},
		{"f-type", "", "1 of 2 differences listed, 1,234,567 rights; shown: losses."},
		{"f-kind", "", "2 of 2 differences listed, 1,234,573 rights."},
		{"f-action", "read", "2 of 2 differences listed, 1,234,573 rights; shown: read."},
		{"f-text", "SALARIES", "1 of 2 differences listed, 6 rights; shown: read, “salaries”."},
		{"f-text", "carla nobody", "0 of 2 differences listed, 0 rights; shown: read, “carla nobody”."},
		{"f-text", "", "2 of 2 differences listed, 1,234,573 rights; shown: read."},
	} {
		choose(step.id, step.value)
		if got := b.Text(status); got != step.status {
			t.Errorf("%s %q: %s", step.id, step.value, got)
		}
	}
	// The filters are in the address.
	if got := b.Text(`return location.hash`); got != "#/?action=read" {
		t.Errorf("the address is %q", got)
	}
	b.Run(`location.hash = "#/?kind=loss&type=Nothing"`)
	b.Await("losses of all types", `return document.getElementById("status").textContent.startsWith("1 of 2 ") && document.getElementById("f-type").value === ""`)
	b.Run(`location.hash = "#/?action=read"`)
	b.Await("reads", `return document.getElementById("status").textContent.startsWith("2 of 2 ")`)
	// The list can be downloaded for spreadsheets.
	b.Run(`window.files = [];
		URL.createObjectURL = (blob) => { blob.text().then((text) => window.files.push(text)); return "#"; };
		HTMLAnchorElement.prototype.click = () => {};`)
	b.Click("#csv")
	b.Await("a file is there", `return window.files.length === 1`)
	if got := b.Text(`return window.files[0]`); !strings.Contains(got, "kind,cause,action,type,rights,users,resources,") || !strings.Contains(got, "\r\nloss,") {
		t.Errorf("the file is\n%s", got)
	}
	// The keyboard is enough to reach users and resources.
	if strings.Contains(b.Text(inside), `Salaries (a-3)`) {
		t.Error("the members are visible before they are expanded")
	}
	b.Run(`document.querySelector("#groups summary").focus()`)
	b.Press(webdriver.Enter)
	b.Await("the members are there", `return document.querySelector("#groups li").innerText.includes('Salaries (a-3)')`)
	if said := b.Text(inside); !strings.Contains(said, `acme\carla`) || !strings.Contains(said, `"Finance" or user.group = "Sales"`) || !strings.Contains(said, "change/rules.json:5:74") {
		t.Errorf("the first difference is\n%s", said)
	}
	choose("f-type", "Stream")
	if said := b.Text(inside); strings.Contains(said, "Salaries") || !strings.Contains(said, `People (s-people)`) {
		t.Errorf("for streams only, it is\n%s", said)
	}
	if log := b.Log(); len(log) > 0 {
		t.Errorf("the browser logs errors: %v", log)
	}
	if n := b.Number(`return performance.getEntriesByType("resource").length`); n != 0 {
		t.Errorf("the page requested %d other files", n)
	}
}

func TestPageAccessibleByAxe(t *testing.T) {
	check := webdriver.Axe(t)
	r := worked(t)
	r.LeftOut = append(r.LeftOut, difference.LeftOut{What: "sections", Why: "no snapshot holds them"})
	r.Gates = append(r.Gates, difference.Gate{Spec: "gain", Cells: 6, Hit: true}, difference.Gate{Spec: "loss"})
	b := opened(t, r)
	colours := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		b.Media("screen", scheme)
		colours[b.Text(`return ["gain", "loss"].map((kind) => getComputedStyle(document.querySelector("#totals .sw." + kind)).backgroundColor).join()`)] = true
		b.Shot("diff-" + scheme)
		check(b, scheme)
	}
	if len(colours) != 2 {
		t.Errorf("light and dark mode have the same colours for gain and loss: %v", colours)
	}
	b.Click("#open-all")
	b.Await("the members are there", `return document.querySelectorAll("#groups .pair:not(.conditions)").length === 2`)
	for _, scheme := range []string{"light", "dark"} {
		b.Media("screen", scheme)
		b.Shot("diff-open-" + scheme)
		check(b, scheme+", all open")
		b.Run(`document.querySelector("#groups .pair:not(.conditions)").scrollIntoView()`)
		b.Shot("diff-members-" + scheme)
	}
	b.Post("/window/rect", map[string]int{"width": 420, "height": 900}, nil)
	b.Await("nothing is wider than the window", `return document.documentElement.scrollWidth <= innerWidth`)
	b.Media("print", "dark")
	if got := b.Text(`return getComputedStyle(document.body).color + " " + getComputedStyle(document.getElementById("filters")).display`); got != "rgb(0, 0, 0) none" {
		t.Errorf("with a preference for dark mode, the page prints in %s", got)
	}
}
