package studio_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// look opens a page of a studio in a window of a size, and waits until it shows what it knows.
func look(b *webdriver.Browser, r *running, hash string, width, height int) {
	b.Helper()
	b.Post("/window/rect", map[string]int{"width": width, "height": height}, nil)
	b.Post("/url", map[string]string{"url": r.address.String()}, nil)
	b.Run(`location.hash = arguments[0]`, hash)
	b.Await("the page is ready", `return document.querySelector("[data-ready]") && !document.querySelector(".busy")`)
}

// browser opens a browser; these tests are long, so not under -short.
func browser(t *testing.T) *webdriver.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time: not under -short")
	}
	return webdriver.Open(t)
}

// quiet fails if the browser has complained, as about the content security policy.
func quiet(t *testing.T, b *webdriver.Browser) {
	t.Helper()
	for _, line := range b.Log() {
		// Chromium itself writes a style where it replaces the text of an editor, and its own
		// policy check stops it.
		if !strings.Contains(line, "Applying inline style") {
			t.Errorf("the browser complains: %s", line)
		}
	}
}

// press clicks the button whose text begins with one.
func press(b *webdriver.Browser, text string) {
	b.Helper()
	if !b.Run(`const x = [...document.querySelectorAll("button")].find((e) => e.textContent.trim().startsWith(arguments[0]) && !e.disabled); if (x) x.click(); return Boolean(x)`, text).(bool) {
		b.Fatalf("there is no button %q", text)
	}
}

// TestEditPreviewSaveUndo is the main path of an author.
func TestEditPreviewSaveUndo(t *testing.T) {
	b := browser(t)
	r := serve(t, scenario(t, "customer-case"))
	path := filepath.Join(r.dir, "rules.json")
	before := content(t, path)
	look(b, r, "#/rules", 1440, 900)
	if n := b.Number(`return document.querySelectorAll(".rules-table tbody tr").length`); n != 10 {
		t.Errorf("%d rules are listed", n)
	}
	if query := b.Text(`return location.search`); query != "" {
		t.Errorf("the token stays in the address: %q", query)
	}
	b.Run(`[...document.querySelectorAll("a.row-link")].find((a) => a.textContent === "ResourceAccess").click()`)
	b.Await("the editor opens", `return document.querySelector(".cm-content")`)
	// A mistake is marked, and nothing can be saved.
	b.Click(".cm-content")
	b.Press(webdriver.Control, "a")
	b.Press("x", " ", "=")
	b.Await("the mistake is found", `return document.querySelector(".cm-lintRange-error, .cm-lintPoint-error")`)
	if !b.Run(`return [...document.querySelectorAll(".savebar button")].at(-1).disabled`).(bool) {
		t.Error("a rule with errors can be saved")
	}
	b.Press(webdriver.Control, "a")
	b.Press("t", "r", "u", "e")
	b.Await("the effect is shown", `return document.querySelector('[data-effect="done"] .tile.gain')`)
	if content(t, path) != before {
		t.Error("a preview has written the file")
	}
	press(b, "Save")
	b.Await("it is saved", `return document.querySelector(".save-state").textContent === "Saved"`)
	if !strings.Contains(content(t, path), `"rule": "true"`) {
		t.Error("the file does not have the edit")
	}
	b.Run(`location.hash = "#/rules"`)
	b.Await("undo is offered", `return [...document.querySelectorAll("button")].some((e) => e.textContent.includes("Undo the edit of"))`)
	press(b, "Undo")
	b.Await("it is undone", `return ![...document.querySelectorAll("button")].some((e) => e.textContent.includes("Undo"))`)
	if content(t, path) != before {
		t.Error("undo does not restore the file")
	}
	quiet(t, b)
}

// TestAsAUserWhyNotFix goes from what a person does not see to the rule that would show it.
func TestAsAUserWhyNotFix(t *testing.T) {
	b := browser(t)
	r := serve(t, scenario(t, "customer-case"))
	look(b, r, "#/user", 1200, 900)
	b.Await("users are suggested", `return document.querySelector(".picks button")`)
	b.Run(`[...document.querySelectorAll(".picks button")].find((e) => e.textContent.includes("alice")).click()`)
	b.Await("the hub is shown", `return document.querySelector("[data-hub=done] .unseen")`)
	if seen, not := b.Number(`return document.querySelectorAll(".stream").length`), b.Number(`return document.querySelectorAll(".unseen").length`); seen == 0 || not == 0 {
		t.Errorf("%d streams are seen and %d things are not", seen, not)
	}
	b.Run(`document.querySelector(".unseen .why").click()`)
	b.Await("it is explained", `return document.querySelector("dialog[open] [data-explained]")`)
	if text := b.Text(`return document.querySelector(".proposals li").textContent`); !strings.Contains(text, "group") {
		t.Errorf("the smallest change is %q", text)
	}
	press(b, "Edit this rule")
	b.Await("the rule is open", `return location.hash.startsWith("#/rules/") && document.querySelector(".cm-content") && !document.querySelector("dialog")`)
	quiet(t, b)
}

// TestPagesAreAccessible holds every page against the rules of axe.
func TestPagesAreAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes its time: not under -short")
	}
	check := webdriver.Axe(t)
	b := webdriver.Open(t)
	r := serve(t, scenario(t, "customer-case"))
	for i, v := range views {
		b.Media("", []string{"light", "dark"}[i%2])
		look(b, r, v.hash, 1280, 900)
		b.Await(v.name, `return document.querySelector("`+v.shows+`") && !document.querySelector(".busy")`)
		check(b, v.name)
	}
	quiet(t, b)
}
