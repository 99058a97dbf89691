package page_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// build makes the page with the command that the documentation names.
func build(t *testing.T) string {
	t.Helper()
	exact.Skip(t)
	file := filepath.Join(t.TempDir(), "playground.html")
	if said, err := exec.Command("go", "run", "github.com/qlik2rego/qlik2rego/internal/playground/build", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	} else {
		t.Logf("%s", said)
	}
	return file
}

// answered waits for one more answer than there were.
func answered(b *webdriver.Browser, act func()) {
	b.Helper()
	before := b.Text(`return document.documentElement.dataset.answers`)
	act()
	b.Await("another answer", `return document.documentElement.dataset.answers !== arguments[0]`, before)
}

const decided = `return Boolean(document.documentElement.dataset.answers)`

func contains(b *webdriver.Browser, id string, texts ...string) {
	b.Helper()
	said := b.Text(`return document.getElementById(arguments[0]).innerText`, id)
	for _, want := range texts {
		if !strings.Contains(said, want) {
			b.Errorf("#%s lacks %q:\n%s", id, want, said)
		}
	}
}

// write replaces the text of an editor.
func write(b *webdriver.Browser, id, text string) {
	b.Helper()
	b.Run(`const e = document.getElementById(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event("input", { bubbles: true }));`, id, text)
}

// A reader asks the example, edits a rule and the site, pastes an export and follows a link,
// without a network.
func TestPlayground(t *testing.T) {
	file := build(t)
	b := webdriver.Open(t)
	b.Load(file, 1440, 1000)
	b.Await("the first answer", decided)
	contains(b, "decision", "Allowed", `ACME\anna`, "Granted by Stream", "read on Stream “Sales reports”: granted")
	contains(b, "rego", "package qlik.types.app")

	// The user leaves the group: denied, with what would grant it.
	site := b.Text(`return document.getElementById("site").value`)
	answered(b, func() {
		write(b, "site", strings.Replace(site, `"attributeValue": "Sales"`, `"attributeValue": "Law"`, 1))
	})
	contains(b, "decision", "Denied", "No rule grants access.", "Smallest changes that would grant access")

	// A broken rule is reported at its place, with a fix that repairs it.
	answered(b, func() { write(b, "site", site) })
	rule := b.Text(`return document.getElementById("rule").value`)
	answered(b, func() { write(b, "rule", strings.Replace(rule, "\nor (", "\nOR (", 1)) })
	contains(b, "findings", "Q0208", "error")
	contains(b, "decision", "Denied", "has errors")
	b.Run(`document.querySelector("#findings li.high .link").click()`)
	if at := b.Text(`const e = document.activeElement; return e.value.slice(e.selectionStart, e.selectionEnd)`); at != "OR" {
		t.Errorf("the finding leads to %q", at)
	}
	answered(b, func() { b.Run(`document.querySelector("#findings li.high .quiet").click()`) })
	if got := b.Text(`return document.getElementById("rule").value`); got != rule {
		t.Errorf("the fix gives\n%s", got)
	}
	contains(b, "decision", "Allowed")

	// A link holds it all; pasted exports become rules.
	b.Run(`document.getElementById("share").click()`)
	b.Await("the link is there", `return location.hash.length > 100`)
	link := b.Text(`return location.hash`)
	answered(b, func() {
		write(b, "rule", `[{"id": "1", "name": "First", "rule": "user.group = \"Law\"", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "category": "Security"},
			{"id": "2", "name": "Second", "rule": "true", "resourceFilter": "Stream_*", "actions": 2, "ruleContext": 0, "category": "Security"}]`)
	})
	contains(b, "chips", "First", "Second", "Readers of a department")
	b.Post("/url", map[string]string{"url": "about:blank"}, nil) // or the link would only move within the page
	b.Load(file+link, 1440, 1000)
	b.Await("the first answer", decided)
	contains(b, "decision", "Allowed")
	if log := b.Log(); len(log) > 0 {
		t.Errorf("the browser complains: %v", log)
	}
	if n := b.Number(`return performance.getEntriesByType("resource").length`); n != 0 {
		t.Errorf("the page asked for %d other files", n)
	}
	for _, view := range []struct {
		name          string
		width, height int
		scheme        string
	}{{"playground-1440-light", 1440, 1200, "light"}, {"playground-1024-dark", 1024, 1200, "dark"}, {"playground-420-dark", 420, 1200, "dark"}} {
		b.Media("screen", view.scheme)
		b.Post("/window/rect", map[string]int{"width": view.width, "height": view.height}, nil)
		if over := b.Number(`return document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", view.name, over)
		}
		b.Shot(view.name)
	}
	webdriver.Axe(t)(b, "playground")
}
