package studio_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/studio"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// look loads a page of a studio in a window of the given size, and waits until it has its data.
func look(b *webdriver.Browser, r *running, hash string, width, height int) {
	b.Helper()
	b.Post("/window/rect", map[string]int{"width": width, "height": height}, nil)
	b.Post("/url", map[string]string{"url": r.address.String() + hash}, nil)
	b.Await("the page is ready", `return document.querySelector("[data-ready]") && !document.querySelector(".busy")`)
}

// quiet fails if the browser has logged anything, for example about the content security policy.
func quiet(t *testing.T, b *webdriver.Browser) {
	t.Helper()
	for _, line := range b.Log() {
		// Chromium itself adds an inline style when it replaces the text of an editor, and its own policy check
		// rejects it.
		if !strings.Contains(line, "Applying inline style") {
			t.Errorf("the browser complains: %s", line)
		}
	}
}

// press clicks the first button whose text has a prefix, as soon as it exists.
func press(b *webdriver.Browser, text string) {
	b.Helper()
	b.Await("a button "+text, `const x = [...document.querySelectorAll("button")].find((e) => e.textContent.trim().startsWith(arguments[0]) && !e.disabled); if (x) x.click(); return Boolean(x)`, text)
}

// TestNarrowPages checks that a tablet and a phone show all pages in the navigation, and the rules, without
// horizontal scrolling.
func TestNarrowPages(t *testing.T) {
	b := webdriver.Open(t)
	r := serve(t, scenario(t, "customer-case"))
	for _, width := range []int{820, 390} {
		look(b, r, "#/rules", width, 900)
		b.Await("the rules are shown", `return document.querySelector(".rules-table") && !document.querySelector(".busy")`)
		if wide := b.Text(`return [document.documentElement, document.querySelector(".side ul"), document.querySelector(".scroll")]
			.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.tagName + " " + e.scrollWidth + " of " + e.clientWidth).join()`); wide != "" {
			t.Errorf("at %d pixels, wider than its space: %s", width, wide)
		}
	}
}

// TestEditPreviewSaveUndo covers the main steps of an author.
func TestEditPreviewSaveUndo(t *testing.T) {
	b := webdriver.Open(t)
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
	// A mistake is marked, and prevents saving.
	b.Click(".cm-content")
	b.Press(webdriver.Control, "a")
	b.Press("x", " ", "=")
	b.Await("the mistake is found", `return document.querySelector(".cm-lintRange-error, .cm-lintPoint-error")`)
	if !b.Run(`return [...document.querySelectorAll(".savebar button")].at(-1).disabled`).(bool) {
		t.Error("a rule with errors can be saved")
	}
	b.Press(webdriver.Control, "s") // the file is compared below
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

// TestAsAUserWhyNotFix goes from something that a user does not see to the rule that would show it.
func TestAsAUserWhyNotFix(t *testing.T) {
	b := webdriver.Open(t)
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

// TestPlanInThePage plans an edit for a live site, and applies it after its name was typed.
func TestPlanInThePage(t *testing.T) {
	b := webdriver.Open(t)
	r, _ := pulled(t, `user.group = resource.@GroupAccess and user.userId != "alice"`, true)
	look(b, r, "#/overview", 1280, 900)
	b.Await("the overview has what is new since the pull", `return document.querySelector("[data-pulled=done] tbody")`)
	if text := b.Text(`return document.querySelector("[data-pulled]").textContent`); !strings.Contains(text, "1 rule changed") || !strings.Contains(text, "ResourceAccess") {
		t.Errorf("since the pull: %q", text)
	}
	look(b, r, "#/changes?base=live", 1280, 900)
	press(b, "Plan for test")
	b.Await("the plan is shown", `return document.querySelector("[data-plan=done] form.apply")`)
	if !b.Run(`return document.querySelector("form.apply button").disabled`).(bool) {
		t.Error("a plan can be applied before the name is typed")
	}
	b.Write("form.apply input", "test")
	press(b, "Write 1 change to test")
	b.Await("it is applied", `return document.querySelector("[data-applied] .verdict.gain")`)
	quiet(t, b)
}

// TestPagesAreAccessible checks every page with axe, including those with tests, assertions and a plan.
func TestPagesAreAccessible(t *testing.T) {
	b := webdriver.Open(t)
	check := webdriver.Axe(t)
	r := serve(t, pictured(t))
	for i, v := range views {
		b.Media("", []string{"light", "dark"}[i%2])
		look(b, r, v.hash, 1280, 900)
		b.Await(v.name, `return document.querySelector("`+v.shows+`") && !document.querySelector(".busy")`)
		check(b, v.name)
	}
	live, _ := pulled(t, "false", true)
	look(b, live, "#/changes?base=live", 1280, 900)
	press(b, "Plan for test")
	b.Await("the plan is shown", `return document.querySelector("[data-plan=done] .blocked")`)
	check(b, "plan")
	quiet(t, b)
}

// TestEveryPageOnEverySite opens all pages for a site with sheet rules, a real export without a snapshot and a
// large site: each page shows its data without logging errors.
func TestEveryPageOnEverySite(t *testing.T) {
	b := webdriver.Open(t)
	sheets := scenario(t, "sheet-level")
	sites := map[string]studio.Options{
		"sheets": {Directory: filepath.Join(sheets, "one-sheet"), Snapshot: filepath.Join(sheets, "site")},
	}
	if exact.Enabled() {
		sites["large"] = studio.Options{Directory: largeFolder(t, 400, 4000)}
	}
	if corpus := os.Getenv("QLIK_CORPUS"); corpus != "" {
		dir := t.TempDir()
		write(t, dir, "systemrule.json", content(t, filepath.Join(corpus, "site-export", "systemrule.json")))
		sites["export"] = studio.Options{Directory: dir}
	} else {
		t.Log("QLIK_CORPUS is not set: not the real export")
	}
	for name, options := range sites {
		r := serveWith(t, options)
		for _, page := range []string{"#/overview", "#/rules", "#/user", "#/access?type=app", "#/checks", "#/checks/tests", "#/checks/escalation", "#/changes"} {
			look(b, r, page, 1280, 900)
			b.Await(name+" "+page, `return document.querySelector("main h1") && document.querySelector("main > :nth-child(2)") && !document.querySelector(".busy")`)
			if problem := b.Text(`return [...document.querySelectorAll(".problem")].map((e) => e.textContent).join()`); problem != "" {
				t.Errorf("%s: %s: %s", name, page, problem)
			}
			if wide := b.Number(`return document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s: %s is %d pixels too wide", name, page, wide)
			}
		}
	}
	quiet(t, b)
}

// largeFolder writes rules by group, and a site of users and of apps in streams.
func largeFolder(t *testing.T, users, apps int) string {
	t.Helper()
	dir := t.TempDir()
	collection := func(name string, n int, entity func(i int) string) {
		all := make([]string, n)
		for i := range all {
			all[i] = entity(i)
		}
		write(t, dir, name, "["+strings.Join(all, ",\n")+"]")
	}
	collection("site/user.json", users, func(i int) string {
		return fmt.Sprintf(`{"id":"user-%d","userId":"u%d","userDirectory":"ACME","name":"User %d","attributes":[{"attributeType":"group","attributeValue":"g%d"}]}`, i, i, i, i%40)
	})
	collection("site/stream.json", 50, func(i int) string {
		return fmt.Sprintf(`{"id":"stream-%d","name":"Stream %d","owner":{"id":"user-%d"}}`, i, i, i)
	})
	collection("site/app.json", apps, func(i int) string {
		return fmt.Sprintf(`{"id":"app-%d","name":"App %d","owner":{"id":"user-%d"},"stream":{"id":"stream-%d"}}`, i, i, i%users, i%50)
	})
	one := func(i int, name, filter string, actions int, condition string) string {
		return fmt.Sprintf(`{"id":"00000000-0000-4000-8000-%012d","name":%q,"category":"Security","type":"Custom","rule":%q,"resourceFilter":%q,"actions":%d,"ruleContext":0,"disabled":false,"comment":""}`, i, name, condition, filter, actions)
	}
	collection("rules.json", 42, func(i int) string {
		switch i {
		case 40:
			return one(i, "Owners", "App_*,Stream_*", 14, "resource.owner = user")
		case 41:
			return one(i, "Apps of streams", "App_*", 2, `resource.stream.HasPrivilege("read")`)
		}
		return one(i, fmt.Sprintf("Group %02d", i), "Stream_*", 2, fmt.Sprintf(`user.group = "g%d" and resource.name = "Stream %d"`, i, i))
	})
	return dir
}

// TestAccessFoldsOut expands a row and a column, and explains a cell of one of the users.
func TestAccessFoldsOut(t *testing.T) {
	b := webdriver.Open(t)
	r := serve(t, scenario(t, "customer-case"))
	look(b, r, "#/access?type=app", 1280, 900)
	b.Await("the matrix is shown", `return document.querySelector(".matrix tbody .fold") && !document.querySelector(".busy")`)
	rows, columns := b.Number(`return document.querySelectorAll(".matrix tbody tr").length`), b.Number(`return document.querySelectorAll(".matrix thead th").length`)
	b.Run(`document.querySelector(".matrix tbody .fold").click(); document.querySelector(".matrix thead .fold").click()`)
	b.Await("they are folded out", `return document.querySelector(".matrix tr.member") && document.querySelector(".matrix th.member")`)
	if r, c := b.Number(`return document.querySelectorAll(".matrix tbody tr").length`), b.Number(`return document.querySelectorAll(".matrix thead th").length`); r < rows+2 || c < columns+2 {
		t.Errorf("%d rows and %d columns become %d and %d", rows, columns, r, c)
	}
	b.Run(`document.querySelectorAll(".matrix tr.member")[1].querySelector("td button").click()`)
	b.Await("the cell is explained", `return document.querySelector("dialog[open] [data-explained]")`)
	if b.Text(`return document.querySelector("dialog select").value`) != b.Text(`return document.querySelectorAll(".matrix tr.member th")[1].textContent`) {
		t.Error("another user is explained than the one who was folded out")
	}
	quiet(t, b)
}
