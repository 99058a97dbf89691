package page_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/page"
)

// customer is the page of the customer case in Chromium.
func customer(t *testing.T) *browser {
	t.Helper()
	b := open(t)
	bundle := scenario(t, "customer-case")
	doc, err := page.Build("rules.json on site", []string{"qlik2rego", "explain", "rules.json", "--snapshot", "the site"}, bundle, audits(t, bundle, "hub", "qmc"))
	if err != nil {
		t.Fatal(err)
	}
	b.load(save(t, doc), 1400, 900)
	return b
}

// cell is the selector of the cell of a row and a column, by their headers.
func (b *browser) cell(row, column string) string {
	b.Helper()
	id := b.text(`
		const head = (role, text) => [...document.querySelectorAll("#grid [role=" + role + "]")].find((e) => e.textContent.startsWith(text));
		const i = head("rowheader", arguments[0]), j = head("columnheader", arguments[1]);
		return i && j ? "grid-" + i.id.split("-")[1] + "-" + j.id.match(/-(\d+)$/)[1] : "";`, row, column)
	if id == "" {
		b.Fatalf("no row %q or no column %q: %s", row, column, b.text(`return document.getElementById("grid").textContent`))
	}
	return "#" + id
}

func TestACellTellsItsRules(t *testing.T) {
	b := customer(t)
	b.click("#tab-matrix")
	adele := b.cell("Adele Brandt", "Dashboard 1")
	if got := b.text(`return document.querySelector(arguments[0]).textContent`, adele); got != "CRU" {
		t.Errorf("the cell says %q", got)
	}
	b.click(adele)
	said := b.text(`return document.getElementById("detail").innerText`)
	for _, want := range []string{"Create, read and update", "Adele Brandt (corp\\adele)", "TeamAdminRead", "TeamAdminCreate", "the requester may read resource.stream — holds"} {
		if !strings.Contains(said, want) {
			t.Errorf("the details lack %q:\n%s", want, said)
		}
	}
	b.run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.await("the Rego is there", `return document.getElementById("detail").textContent.includes("rule_team_admin_read(id) if {")`)

	// Nobody grants Alice anything on Dashboard 5: the page says what she lacks.
	alice := b.cell("Alice Moreau", "Dashboard 4")
	b.click(alice)
	b.run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.await("the tests are there", `return document.querySelectorAll("#detail .tests li").length > 3`)
	said = b.text(`return document.getElementById("detail").innerText`)
	for _, want := range []string{
		"No rights", "Why not create, read and update", "the requester may read resource.stream — does not hold",
		"user.group shares a value with resource.stream.@admingroup — does not hold",
		`qlik2rego explain rules.json --snapshot 'the site' --subject 'corp\alice' --action create --resource app:`, "--context hub",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the details lack %q:\n%s", want, said)
		}
	}
	// A test that the page says does not hold stands in the way of no rule that grants.
	b.click(b.cell("Max Oduya", "Dashboard 7"))
	b.run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.await("the tests are there", `return document.querySelectorAll("#detail .tests li").length > 3`)
	if log := b.log(); len(log) > 0 {
		t.Errorf("the browser complains: %v", log)
	}
	if n := b.number(`return performance.getEntriesByType("resource").length`); n != 0 {
		t.Errorf("the page asked for %d other files", n)
	}
}

func TestFiltersAndSearch(t *testing.T) {
	b := customer(t)
	b.click("#tab-matrix")
	for _, step := range []struct{ selector, text, status string }{
		{"#f-who", "alice", "1 class of 1 requester × 6 classes of 10 resources"},
		{"#f-what", "dashboard", "1 class of 1 requester × 5 classes of 9 resources"},
		{"#f-who", "nobody at all", "Nothing is left by these filters."},
		{"#f-who", "CORP\\", "10 classes of 10 requesters × 5 classes of 9 resources"},
	} {
		b.write(step.selector, step.text)
		b.await(step.text, fmt.Sprintf(`return document.getElementById("status").textContent === %q`, step.status))
	}
	// Who may update a dashboard, each for herself.
	b.run(`const set = (id, value) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event("input", { bubbles: true })); };
		set("f-action", "4"); set("f-rows", "each"); document.getElementById("f-some").click();`)
	b.await("three may update", `return document.getElementById("status").textContent.startsWith("3 requesters × ")`)
	rows := b.text(`return [...document.querySelectorAll("#grid [role=rowheader]")].map((e) => e.textContent).join()`)
	if rows != "Adele Brandt,Bruno Costa,Max Oduya" {
		t.Errorf("the rows are %s", rows)
	}
	// From a rule to what it grants.
	b.click("#tab-rules")
	b.run(`[...document.querySelectorAll("#rule-table button")].find((e) => e.textContent === "CreateApp").click()`)
	if got := b.text(`return document.querySelector("#dialog h2").textContent`); got != "CreateApp" {
		t.Errorf("the dialog is about %q", got)
	}
	b.run(`[...document.querySelectorAll("#dialog button")].find((e) => e.textContent.startsWith("Show what")).click()`)
	b.await("two create apps", `return document.querySelectorAll("#grid [role=rowheader]").length === 2 && !document.getElementById("matrix").hidden`)
	// The other context is another matrix.
	b.run(`const e = document.getElementById("context"); e.value = "1"; e.dispatchEvent(new Event("input", { bubbles: true }));`)
	b.await("nobody creates apps by it in the QMC", `return document.getElementById("status").textContent === "Nothing is left by these filters."`)
}

func TestKeysReachEverything(t *testing.T) {
	b := customer(t)
	focus := `return document.activeElement.id`
	b.press(tabulator)
	if got := b.text(`return document.activeElement.className`); got != "skip" {
		t.Errorf("the first stop is %q, not the link past the head", got)
	}
	b.run(`document.getElementById("tab-overview").focus()`)
	b.press(right)
	if got := b.text(focus); got != "tab-matrix" {
		t.Errorf("the arrow leads to %q", got)
	}
	b.run(`document.getElementById("grid").focus()`)
	b.press(down, right, right, up, left)
	active := `return document.getElementById(document.getElementById("grid").getAttribute("aria-activedescendant")).id`
	if got := b.text(active); got != "grid-0-1" {
		t.Errorf("the active cell is %q", got)
	}
	if got := b.text(`return getComputedStyle(document.getElementById("grid")).outlineStyle`); got == "none" {
		t.Error("the focus on the grid is not to be seen")
	}
	b.press(control, end)
	if got := b.text(active); got != "grid-10-5" {
		t.Errorf("the last cell is %q", got)
	}
	b.press(enter)
	if got := b.text(focus); got != "detail-title" {
		t.Errorf("Enter leads to %q", got)
	}
	b.press(escape)
	if got := b.text(focus); got != "grid" || b.run(`return document.getElementById("detail").hidden`) != true {
		t.Errorf("Escape leads to %q", got)
	}
	b.press(up)
	if got := b.text(active); got != "grid-9-5" {
		t.Errorf("the active cell is %q afterwards", got)
	}

	b.click("#tab-tree")
	item := `return document.activeElement.querySelector(".node").textContent`
	b.run(`document.querySelector('#tree [role=treeitem][tabindex="0"]').focus()`)
	b.press(down, down, right)
	if got := b.text(item); !strings.Contains(got, "Project 1, Audience 1") || b.text(`return document.activeElement.getAttribute("aria-expanded")`) != "true" {
		t.Errorf("the tree is at %q", got)
	}
	b.press(right)
	if got := b.text(item); !strings.Contains(got, "Dashboard 1") {
		t.Errorf("in the stream there is %q", got)
	}
	b.press(left)
	if got := b.text(item); !strings.Contains(got, "Project 1") {
		t.Errorf("above it there is %q", got)
	}
	b.press(home, enter)
	b.run(`document.querySelector('#tree [role=treeitem][tabindex="0"]').focus()`)
	b.click("#help")
	if b.run(`return document.getElementById("dialog").open && document.getElementById("dialog").contains(document.activeElement)`) != true {
		t.Error("the dialog does not have the focus")
	}
	b.press(escape)
	if got := b.text(focus); got != "help" {
		t.Errorf("after the dialog the focus is at %q", got)
	}
}

// axe holds the page against the rules of axe-core, whose script QLIK2REGO_AXE names.
func TestAccessibleByAxe(t *testing.T) {
	name := os.Getenv("QLIK2REGO_AXE")
	if name == "" {
		t.Skip("QLIK2REGO_AXE does not name axe.min.js: (cd .ci/browser && npm ci), then .ci/browser/node_modules/axe-core/axe.min.js")
	}
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b := customer(t)
	check := func(what string) {
		t.Helper()
		var found []string
		b.post("/execute/async", map[string]any{"script": `
			const done = arguments[0];
			axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(
				(r) => done(r.violations.map((v) => v.id + ": " + v.nodes[0].html)), (e) => done([String(e)]));`, "args": []any{}}, &found)
		for _, one := range found {
			t.Errorf("%s: %s", what, one)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		b.media("screen", scheme)
		b.run(string(source))
		for _, part := range []string{"overview", "matrix", "tree", "rules", "roles"} {
			b.click("#tab-" + part)
			check(scheme + " " + part)
		}
		b.click("#tab-matrix")
		b.click(b.cell("Alice Moreau", "Dashboard 4"))
		b.run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
		check(scheme + " details")
		b.run(`document.querySelector("#detail details button").click()`)
		check(scheme + " dialog")
		b.run(`document.getElementById("dialog").close()`)
	}
}

func TestLightDarkAndPaper(t *testing.T) {
	b := customer(t)
	b.click("#tab-matrix")
	brightness := func(name string) uint32 {
		t.Helper()
		picture, err := png.Decode(bytes.NewReader(b.shot(name)))
		if err != nil {
			t.Fatal(err)
		}
		red, green, blue, _ := picture.At(4, picture.Bounds().Dy()-4).RGBA()
		return (red + green + blue) / 3 >> 8
	}
	b.media("screen", "light")
	light := brightness("light")
	b.media("screen", "dark")
	dark := brightness("dark")
	b.click("#theme")
	chosen := brightness("chosen-light")
	if light < 230 || dark > 60 || chosen != light {
		t.Errorf("the brightness is %d in light, %d in dark, %d with light chosen in dark", light, dark, chosen)
	}
	b.post("/window/rect", map[string]int{"width": 420, "height": 800}, nil)
	b.await("nothing is wider than the window", `return document.documentElement.scrollWidth <= innerWidth`)
	b.click(b.cell("Adele Brandt", "Dashboard 1"))
	b.shot("narrow")

	var text string
	b.post("/print", map[string]any{"orientation": "landscape"}, &text)
	pdf, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatalf("no PDF: %v", err)
	}
	b.media("print", "dark")
	seen := b.text(`return ["#overview", "#paper", "#rules", "#roles", "#grid", "#filters", "#tabs"].filter((s) => getComputedStyle(document.querySelector(s)).display !== "none").join()`)
	if seen != "#overview,#paper,#rules,#roles" {
		t.Errorf("on paper there are %s", seen)
	}
	if got := b.text(`return [...document.querySelectorAll("#paper tbody tr")][0].innerText.replace(/\s+/g, " ")`); !strings.HasPrefix(got, "Adele Brandt CRU CRU C") {
		t.Errorf("the first row on paper is %q", got)
	}
	if got := b.text(`return getComputedStyle(document.body).color`); got != "rgb(0, 0, 0)" {
		t.Errorf("who prefers dark prints %s", got)
	}
}

// TestTenThousandByTenThousand: of a hundred million pairs that are all classes of
// their own, only what is in sight is in the page.
func TestTenThousandByTenThousand(t *testing.T) {
	b := open(t)
	b.load(save(t, square(10_000)), 1400, 900)
	b.click("#tab-matrix")
	nodes := func(where string) {
		t.Helper()
		if n := b.number(`return document.querySelectorAll("*").length`); n > 3000 {
			t.Errorf("%s the page has %d elements", where, n)
		}
	}
	nodes("at first")
	if got := b.text(`return document.getElementById("status").textContent`); got != "10,000 classes of 10,000 requesters × 10,000 classes of 10,000 resources" {
		t.Errorf("the page shows %s", got)
	}
	b.run(`document.getElementById("grid").focus()`)
	b.press(control, end)
	b.await("the last cell is in sight", `return document.getElementById("grid-9999-9999")`)
	nodes("at the end")
	b.press(left)
	for id, want := range map[string]string{"grid-9999-9999": "R", "grid-9999-9998": "", "grid-9998-9998": "R"} {
		if got := b.text(`return document.getElementById(arguments[0]).textContent`, id); got != want {
			t.Errorf("%s says %q, want %q", id, got, want)
		}
	}
	b.write("#f-who", "User 4711")
	b.await("one is found", `return document.querySelectorAll("#grid [role=rowheader]").length === 1`)
	b.run(`document.getElementById("f-some").click()`)
	b.await("and the one resource", `return document.querySelectorAll("#grid [role=columnheader]").length === 2`)
	nodes("filtered")
	b.click("#tab-tree")
	nodes("in the tree")
}

// square is a document of n requesters and n resources; each may read what has the same
// number.
func square(n int) *page.Document {
	doc := &page.Document{
		Title: "square", Actions: []page.Action{{Name: "read", Bit: 2}}, Rules: []page.Rule{{ID: "1", Name: "Same", Grants: true, Actions: []string{"read"}}},
		Types: []page.Type{{Key: "app", Name: "App"}},
	}
	rights := page.Rights{Rules: []page.Form{{Rule: 0, Actions: 2, Tests: []int{}}}, Apart: []page.Apart{}}
	side := page.Side{}
	for i := range n {
		doc.Requesters.IDs = append(doc.Requesters.IDs, fmt.Sprintf("acme\\u%d", i))
		doc.Requesters.Names = append(doc.Requesters.Names, fmt.Sprintf("User %d", i))
		doc.Types[0].IDs = append(doc.Types[0].IDs, fmt.Sprintf("app-%d", i))
		doc.Types[0].Names = append(doc.Types[0].Names, fmt.Sprintf("App %d", i))
		side.Group, side.Class = append(side.Group, int32(i)), append(side.Class, int32(i))
		side.Holds, side.Brings = append(side.Holds, []int32{}), append(side.Brings, map[int][]int32{})
		rights.Reached = append(rights.Reached, 1)
		distance := []byte{}
		for rest := uint64(i + 1); ; rest >>= 7 {
			if rest < 128 {
				distance = append(distance, byte(rest))
				break
			}
			distance = append(distance, byte(rest)|128)
		}
		rights.Sets = append(rights.Sets, "d"+base64.StdEncoding.EncodeToString(distance))
		rights.Rows = append(rights.Rows, []int32{0, int32(i)})
	}
	rights.Side = page.Side{Group: slices.Clone(side.Group), Class: slices.Clone(side.Class), Holds: side.Holds, Brings: side.Brings}
	doc.Contexts = []page.Context{{Name: "hub", Requesters: side, Types: []page.Rights{rights}, Reach: []*page.Reach{{}}, Census: [][][][]int64{}}}
	doc.Attributes = []page.Attribute{}
	return doc
}
