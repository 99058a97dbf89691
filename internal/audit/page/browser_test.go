package page_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// customer opens the page of the scenario customer-case in Chromium.
func customer(t *testing.T) *webdriver.Browser {
	t.Helper()
	b := webdriver.Open(t)
	bundle := scenario(t, "customer-case")
	doc, err := page.Build("rules.json on site", []string{"qlik2rego", "explain", "rules.json", "--snapshot", "the site"}, bundle, audits(t, bundle, "hub", "qmc"))
	if err != nil {
		t.Fatal(err)
	}
	doc.LeftOut, doc.Assumptions = 2, assumptions(doc)
	b.Load(save(t, doc), 1400, 900)
	return b
}

// assumptions has two assumptions, one of which changes a decision.
func assumptions(doc *page.Document) *assume.Report {
	r := &assume.Report{}
	r.Add(assume.New("letters", "letters are folded", "they are not"))
	open := assume.New("both-missing", "= is false if both sides are missing", "it is true")
	open.Gain.Cells = 1234
	open.Rules = append(open.Rules, assume.Rule{RuleRef: difference.RuleRef{ID: doc.Rules[0].ID, Name: doc.Rules[0].Name}, Cells: 1234})
	open.Examples = append(open.Examples, difference.Example{User: `CORP\anna`, Action: "changeowner", Type: "App", Resource: "1", Name: "Budget"})
	r.Add(open)
	return r
}

// Besides the matrix, the page shows who can create what, which users are left out, and the assumptions.
func TestCreateAndAssumptions(t *testing.T) {
	b := customer(t)
	overview := b.Text(`return document.getElementById("overview").innerText`)
	for _, want := range []string{"2 more users are blocked", "1 of 2 assumptions changes a decision", "1,234", `CORP\anna change owner on App Budget`, "no decision depends on it"} {
		if !strings.Contains(overview, want) {
			t.Errorf("the overview lacks %q:\n%s", want, overview)
		}
	}
	b.Click("#tab-create")
	row := `return [...document.querySelectorAll("#create-table tbody tr")].map((r) => r.innerText.replace(/\s+/g, " ")).find((r) => r.includes(arguments[0])) || ""`
	if got := b.Text(row, "Max Oduya"); got != `app 1 Max Oduya (corp\max) in no stream, or in 5 of 5 streams CreateApp and TeamAdminCreate` {
		t.Errorf("the row of Max is %q", got)
	}
	if got := b.Text(`return location.hash`); got != "#/create" {
		t.Errorf("the address is %q", got)
	}
	b.Click("#tab-rules")
	if got := b.Text(`return [...document.querySelectorAll("#rule-table tbody tr")].find((r) => r.textContent.startsWith("CreateApp")).textContent`); strings.Contains(got, "about other types") {
		t.Errorf("the rule for create is %q", got)
	}
}

// cell returns the selector of the cell with a row header and a column header.
func cell(b *webdriver.Browser, row, column string) string {
	b.Helper()
	id := b.Text(`
		const head = (role, text) => [...document.querySelectorAll("#grid [role=" + role + "]")].find((e) => e.textContent.startsWith(text));
		const i = head("rowheader", arguments[0]), j = head("columnheader", arguments[1]);
		return i && j ? "grid-" + i.id.split("-")[1] + "-" + j.id.match(/-(\d+)$/)[1] : "";`, row, column)
	if id == "" {
		b.Fatalf("no row %q or no column %q: %s", row, column, b.Text(`return document.getElementById("grid").textContent`))
	}
	return "#" + id
}

func TestACellTellsItsRules(t *testing.T) {
	b := customer(t)
	b.Click("#tab-matrix")
	adele := cell(b, "Adele Brandt", "stream Project 1, Audience 1")
	if got := b.Text(`return document.querySelector(arguments[0]).textContent`, adele); got != "CRU" {
		t.Errorf("the cell is %q", got)
	}
	b.Click(adele)
	said := b.Text(`return document.getElementById("detail").innerText`)
	for _, want := range []string{"Create, read and update", "Adele Brandt (corp\\adele)", "TeamAdminRead", "TeamAdminCreate", "the user may read resource.stream — true"} {
		if !strings.Contains(said, want) {
			t.Errorf("the details lack %q:\n%s", want, said)
		}
	}
	b.Run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.Await("the Rego is there", `return document.getElementById("detail").textContent.includes("rule_team_admin_read(id) if {")`)

	// No rule grants Alice a right on Dashboard 5. The page shows which tests fail.
	alice := cell(b, "Alice Moreau", "stream Project 1, Audience 2")
	b.Click(alice)
	b.Run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.Await("the tests are there", `return document.querySelectorAll("#detail .tests li").length > 3`)
	said = b.Text(`return document.getElementById("detail").innerText`)
	for _, want := range []string{
		"No rights", "Why not create, read, update or 10 others?", "the user may read resource.stream — false",
		"user.group shares a value with resource.stream.@admingroup — false",
		`qlik2rego explain rules.json --snapshot 'the site' --subject 'corp\alice' --action create --resource app:`, "--context hub",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the details lack %q:\n%s", want, said)
		}
	}
	// A test that the page shows as false belongs to no rule that grants.
	b.Click(cell(b, "Max Oduya", "Dashboard 7"))
	b.Run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
	b.Await("the tests are there", `return document.querySelectorAll("#detail .tests li").length > 3`)
	if log := b.Log(); len(log) > 0 {
		t.Errorf("the browser logs errors: %v", log)
	}
	if n := b.Number(`return performance.getEntriesByType("resource").length`); n != 0 {
		t.Errorf("the page requested %d other files", n)
	}
}

func TestFiltersAndSearch(t *testing.T) {
	b := customer(t)
	b.Click("#tab-matrix")
	for _, step := range []struct{ selector, text, status string }{
		{"#f-who", "alice", "1 equivalence class of 1 user × 6 equivalence classes of 10 resources"},
		{"#f-what", "dashboard", "1 equivalence class of 1 user × 5 equivalence classes of 9 resources"},
		{"#f-who", "nobody at all", "Nothing matches these filters."},
		{"#f-who", "CORP\\", "10 equivalence classes of 10 users × 5 equivalence classes of 9 resources"},
	} {
		b.Write(step.selector, step.text)
		b.Await(step.text, fmt.Sprintf(`return document.getElementById("status").textContent === %q`, step.status))
	}
	// The users that can update a dashboard, one row each.
	b.Run(`const set = (id, value) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event("input", { bubbles: true })); };
		set("f-action", "4"); set("f-rows", "each"); document.getElementById("f-some").click();`)
	b.Await("three may update", `return document.getElementById("status").textContent.startsWith("3 users × ")`)
	rows := b.Text(`return [...document.querySelectorAll("#grid [role=rowheader]")].map((e) => e.textContent).join()`)
	if rows != "Adele Brandt,Bruno Costa,Max Oduya" {
		t.Errorf("the rows are %s", rows)
	}
	// A rule leads to the rights that it grants.
	b.Click("#tab-rules")
	b.Run(`[...document.querySelectorAll("#rule-table button")].find((e) => e.textContent === "CreateApp").click()`)
	if got := b.Text(`return document.querySelector("#dialog h2").textContent`); got != "CreateApp" {
		t.Errorf("the title of the dialog is %q", got)
	}
	b.Run(`[...document.querySelectorAll("#dialog button")].find((e) => e.textContent.startsWith("Show what")).click()`)
	b.Await("two create apps", `return document.querySelectorAll("#grid [role=rowheader]").length === 2 && !document.getElementById("matrix").hidden`)
	// The other context has its own matrix.
	b.Run(`const e = document.getElementById("context"); e.value = "1"; e.dispatchEvent(new Event("input", { bubbles: true }));`)
	b.Await("nobody creates apps by it in the QMC", `return document.getElementById("status").textContent === "Nothing matches these filters."`)
}

// A class is called by what its members have in common and others have not; a name that
// several have, by name and id.
func TestClassesAreCalledByWhatTheyHaveInCommon(t *testing.T) {
	b := webdriver.Open(t)
	doc := square(0)
	rights := &doc.Contexts[0].Types[0]
	rights.Group, rights.Class, rights.Sets, rights.Reached = []int32{}, []int32{}, []string{}, []int64{}
	doc.Types[0].IDs, doc.Types[0].Names = []string{}, []string{}
	text := func(s string) int32 { doc.Texts = append(doc.Texts, s); return int32(len(doc.Texts) - 1) }
	sales, hr, berlin, rome := text("Sales"), text("HR"), text("Berlin"), text("Rome")
	groups, cities := page.Values{Operand: "user.group"}, page.Values{Operand: "user.@city"}
	for i, one := range []struct {
		name    string
		group   []int32
		city    []int32
		inGroup int32
	}{
		{"Anna", []int32{sales}, []int32{berlin}, 0}, {"Bo", []int32{sales, hr}, []int32{berlin}, 0},
		{"Carla", []int32{sales}, []int32{rome}, 1}, {"Dan", []int32{sales}, []int32{rome, berlin}, 1},
		{"Eve", []int32{}, []int32{rome}, 2}, {"Fay", []int32{}, []int32{}, 2},
		{"Anna", []int32{hr}, []int32{}, 3},
	} {
		doc.Subjects.IDs = append(doc.Subjects.IDs, fmt.Sprintf("acme\\u%d", i))
		doc.Subjects.Names = append(doc.Subjects.Names, one.name)
		groups.Of, cities.Of = append(groups.Of, one.group), append(cities.Of, one.city)
		side := &doc.Contexts[0].Subjects
		side.Group, side.Class = append(side.Group, one.inGroup), append(side.Class, one.inGroup)
	}
	rights.Rows = [][]int32{{}, {}, {}, {}}
	doc.Subjects.Values = []page.Values{groups, cities}
	b.Load(save(t, doc), 1400, 900)
	b.Click("#tab-matrix")
	rows := b.Text(`return [...document.querySelectorAll("#grid [role=rowheader]")].map((e) => [...e.children].map((part) => part.textContent).join("|")).join("; ")`)
	if rows != `@city Berlin|2; Anna (acme\u6); @city Rome, group Sales|2; no group|2` {
		t.Errorf("the rows are %s", rows)
	}
}

// The address contains the current view, so it can be sent, and Back works.
func TestTheAddressLeadsToWhatIsShown(t *testing.T) {
	b := customer(t)
	b.Click("#tab-matrix")
	b.Write("#f-who", "adele")
	b.Await("the address has the filter", `return location.hash.includes("user=adele")`)
	b.Click("#grid-0-0")
	b.Await("the address has the cell", `return location.hash.includes("&of=") && location.hash.includes("&on=")`)
	address := b.Text(`return location.hash`)
	title := b.Text(`return document.querySelector("#detail h2").textContent`)
	b.Click("#tab-rules")
	b.Run(`history.back()`)
	b.Await("the cell is back", `return !document.getElementById("matrix").hidden && !document.getElementById("detail").hidden`)
	b.Run(`location.hash = "#/overview"`)
	b.Await("the overview is there", `return !document.getElementById("overview").hidden`)
	b.Run(`location.hash = arguments[0]`, address)
	b.Await("the cell is there", `return !document.getElementById("matrix").hidden && !document.getElementById("detail").hidden`)
	if got := b.Text(`return document.querySelector("#detail h2").textContent + "|" + document.getElementById("f-who").value`); got != title+"|adele" {
		t.Errorf("the address leads to %q, want %q", got, title)
	}
	// The page opens at an address that somebody sent.
	b.Run(`window.before = true; location.reload()`)
	b.Await("the page is new and the cell is there", `return !window.before && document.documentElement.dataset.ready && !document.getElementById("matrix").hidden && !document.getElementById("detail").hidden`)
	// Parts of the address that the page does not have are ignored.
	for _, hash := range []string{"#/nothing", "#/matrix?type=Nothing&action=none&rule=none&of=a&on=b", "#main"} {
		b.Run(`location.hash = arguments[0]`, hash)
	}
	b.Run(`location.hash = "#/rules?context=qmc"`)
	b.Await("the rules of the other context", `return !document.getElementById("rules").hidden && document.getElementById("context").value === "1"`)
	if log := b.Log(); len(log) > 0 {
		t.Errorf("the browser logs errors: %v", log)
	}
}

// The CSV file has the pairs with rights in the current view, and no formulas.
func TestDownloadsCSV(t *testing.T) {
	b := customer(t)
	b.Click("#tab-matrix")
	b.Run(`window.files = [];
		URL.createObjectURL = (blob) => { blob.text().then((text) => window.files.push(text)); return "#"; };
		HTMLAnchorElement.prototype.click = function () { window.named = this.download; };`)
	b.Write("#f-who", "alice")
	b.Await("one row", `return document.querySelectorAll("#grid [role=rowheader]").length === 1`)
	b.Click("#csv")
	b.Await("a file is there", `return window.files.length === 1`)
	lines := strings.Split(strings.TrimSpace(b.Text(`return window.files[0]`)), "\r\n")
	if len(lines) != 5 || !strings.Contains(lines[0], "context,type,user,user name,") || !strings.HasPrefix(lines[1], `the hub,app,corp\alice,Alice Moreau,`) {
		t.Errorf("the file is\n%s", strings.Join(lines, "\n"))
	}
	if got := b.Text(`return window.named`); got != "access-app-hub.csv" {
		t.Errorf("the name of the file is %q", got)
	}
	b.Click("#tab-rules")
	b.Run(`[...document.querySelectorAll("#rules button")].find((e) => e.textContent === "Download CSV").click()`)
	b.Await("a second file is there", `return window.files.length === 2`)
	if got := b.Text(`return window.files[1]`); !strings.Contains(got, "Rule,Actions,Users,Resources") || strings.Count(got, "\n") != 11 {
		t.Errorf("the rules are\n%s", got)
	}
	// A name that a spreadsheet would interpret as a formula.
	b.Run(`document.querySelector("#rule-table tbody button").textContent = "=1+1"; window.files = [];`)
	b.Run(`[...document.querySelectorAll("#rules button")].find((e) => e.textContent === "Download CSV").click()`)
	b.Await("a third file is there", `return window.files.length === 1`)
	if got := b.Text(`return window.files[0]`); !strings.Contains(got, "\n'=1+1,") {
		t.Errorf("a formula is not escaped:\n%s", got)
	}
}

func TestKeysReachEverything(t *testing.T) {
	b := customer(t)
	focus := `return document.activeElement.id`
	b.Press(webdriver.Tabulator)
	if got := b.Text(`return document.activeElement.className`); got != "skip" {
		t.Errorf("the first Tab stop is %q, not the link that skips the header", got)
	}
	b.Run(`document.getElementById("tab-overview").focus()`)
	b.Press(webdriver.Right)
	if got := b.Text(focus); got != "tab-matrix" {
		t.Errorf("the arrow key leads to %q", got)
	}
	b.Run(`document.getElementById("grid").focus()`)
	b.Press(webdriver.Down, webdriver.Right, webdriver.Right, webdriver.Up, webdriver.Left)
	active := `return document.getElementById(document.getElementById("grid").getAttribute("aria-activedescendant")).id`
	if got := b.Text(active); got != "grid-0-1" {
		t.Errorf("the active cell is %q", got)
	}
	if got := b.Text(`return getComputedStyle(document.getElementById("grid")).outlineStyle`); got == "none" {
		t.Error("the focus on the grid is not visible")
	}
	b.Press(webdriver.Control, webdriver.End)
	if got := b.Text(active); got != "grid-10-5" {
		t.Errorf("the last cell is %q", got)
	}
	b.Press(webdriver.Enter)
	if got := b.Text(focus); got != "detail-title" {
		t.Errorf("Enter leads to %q", got)
	}
	b.Press(webdriver.Escape)
	if got := b.Text(focus); got != "grid" || b.Run(`return document.getElementById("detail").hidden`) != true {
		t.Errorf("Escape leads to %q", got)
	}
	b.Press(webdriver.Up)
	if got := b.Text(active); got != "grid-9-5" {
		t.Errorf("the active cell is then %q", got)
	}

	b.Click("#tab-tree")
	item := `return document.activeElement.querySelector(".node").textContent`
	b.Run(`document.querySelector('#tree [role=treeitem][tabindex="0"]').focus()`)
	b.Press(webdriver.Down, webdriver.Down, webdriver.Right)
	if got := b.Text(item); !strings.Contains(got, "Project 1, Audience 1") || b.Text(`return document.activeElement.getAttribute("aria-expanded")`) != "true" {
		t.Errorf("the tree is at %q", got)
	}
	b.Press(webdriver.Right)
	if got := b.Text(item); !strings.Contains(got, "Dashboard 1") {
		t.Errorf("in the stream there is %q", got)
	}
	b.Press(webdriver.Left)
	if got := b.Text(item); !strings.Contains(got, "Project 1") {
		t.Errorf("its parent is %q", got)
	}
	b.Press(webdriver.Home, webdriver.Enter)
	b.Run(`document.querySelector('#tree [role=treeitem][tabindex="0"]').focus()`)
	b.Click("#help")
	if b.Run(`return document.getElementById("dialog").open && document.getElementById("dialog").contains(document.activeElement)`) != true {
		t.Error("the dialog does not have the focus")
	}
	b.Press(webdriver.Escape)
	if got := b.Text(focus); got != "help" {
		t.Errorf("after the dialog is closed, the focus is at %q", got)
	}
}

func TestAccessibleByAxe(t *testing.T) {
	b := customer(t)
	check := webdriver.Axe(t)
	for _, scheme := range []string{"light", "dark"} {
		b.Media("screen", scheme)
		for _, part := range []string{"overview", "matrix", "tree", "create", "rules", "roles"} {
			b.Click("#tab-" + part)
			check(b, scheme+" "+part)
		}
		b.Click("#tab-matrix")
		b.Click(cell(b, "Alice Moreau", "stream Project 1, Audience 2"))
		b.Run(`document.querySelectorAll("#detail details").forEach((d) => { d.open = true; })`)
		check(b, scheme+" details")
		b.Run(`document.querySelector("#detail details button").click()`)
		check(b, scheme+" dialog")
		b.Run(`document.getElementById("dialog").close()`)
	}
}

func TestLightDarkAndPaper(t *testing.T) {
	b := customer(t)
	b.Click("#tab-matrix")
	brightness := func(name string) uint32 {
		t.Helper()
		picture, err := png.Decode(bytes.NewReader(b.Shot(name)))
		if err != nil {
			t.Fatal(err)
		}
		red, green, blue, _ := picture.At(4, picture.Bounds().Dy()-4).RGBA()
		return (red + green + blue) / 3 >> 8
	}
	b.Media("screen", "light")
	light := brightness("light")
	b.Media("screen", "dark")
	dark := brightness("dark")
	b.Click("#theme")
	chosen := brightness("chosen-light")
	if light < 230 || dark > 60 || chosen != light {
		t.Errorf("the brightness is %d in light, %d in dark, %d with light chosen in dark", light, dark, chosen)
	}
	b.Post("/window/rect", map[string]int{"width": 420, "height": 800}, nil)
	b.Await("nothing is wider than the window", `return document.documentElement.scrollWidth <= innerWidth`)
	b.Click(cell(b, "Adele Brandt", "stream Project 1, Audience 1"))
	b.Shot("narrow")

	var text string
	b.Post("/print", map[string]any{"orientation": "landscape"}, &text)
	pdf, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Fatalf("no PDF: %v", err)
	}
	b.Media("print", "dark")
	seen := b.Text(`return ["#overview", "#paper", "#create", "#rules", "#roles", "#grid", "#filters", "#tabs"].filter((s) => getComputedStyle(document.querySelector(s)).display !== "none").join()`)
	if seen != "#overview,#paper,#create,#rules,#roles" {
		t.Errorf("the printed page has %s", seen)
	}
	if got := b.Text(`return [...document.querySelectorAll("#paper tbody tr")][0].innerText.replace(/\s+/g, " ")`); !strings.HasPrefix(got, "Adele Brandt CRU CRU C") {
		t.Errorf("the first printed row is %q", got)
	}
	if got := b.Text(`return getComputedStyle(document.body).color`); got != "rgb(0, 0, 0)" {
		t.Errorf("with a preference for dark mode, the printed page has %s", got)
	}
}

// TestTenThousandByTenThousand has a hundred million pairs, each a class of its own. The page contains
// elements only for the visible ones.
func TestTenThousandByTenThousand(t *testing.T) {
	b := webdriver.Open(t)
	b.Load(save(t, square(10_000)), 1400, 900)
	b.Click("#tab-matrix")
	nodes := func(where string) {
		t.Helper()
		if n := b.Number(`return document.querySelectorAll("*").length`); n > 3000 {
			t.Errorf("%s the page has %d elements", where, n)
		}
	}
	nodes("at first")
	if got := b.Text(`return document.getElementById("status").textContent`); got != "10,000 equivalence classes of 10,000 users × 10,000 equivalence classes of 10,000 resources" {
		t.Errorf("the page shows %s", got)
	}
	b.Run(`document.getElementById("grid").focus()`)
	b.Press(webdriver.Control, webdriver.End)
	b.Await("the last cell is in sight", `return document.getElementById("grid-9999-9999")`)
	nodes("at the end")
	b.Press(webdriver.Left)
	for id, want := range map[string]string{"grid-9999-9999": "R", "grid-9999-9998": "", "grid-9998-9998": "R"} {
		if got := b.Text(`return document.getElementById(arguments[0]).textContent`, id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	b.Write("#f-who", "User 4711")
	b.Await("one is found", `return document.querySelectorAll("#grid [role=rowheader]").length === 1`)
	b.Run(`document.getElementById("f-some").click()`)
	b.Await("and the one resource", `return document.querySelectorAll("#grid [role=columnheader]").length === 2`)
	nodes("filtered")
	b.Click("#tab-tree")
	nodes("in the tree")
}

// square returns a document of n subjects and n resources. Each subject can read the resource with the same
// number.
func square(n int) *page.Document {
	doc := &page.Document{
		Title: "square", Actions: []page.Action{{Name: "read", Bit: 2}}, Rules: []page.Rule{{ID: "1", Name: "Same", Grants: true, Actions: []string{"read"}}},
		Types: []page.Type{{Key: "app", Name: "App"}},
	}
	rights := page.Rights{Rules: []page.Form{{Rule: 0, Actions: 2, Tests: []int{}}}, Exceptional: []page.ExceptionalPairs{}}
	side := page.Side{}
	for i := range n {
		doc.Subjects.IDs = append(doc.Subjects.IDs, fmt.Sprintf("acme\\u%d", i))
		doc.Subjects.Names = append(doc.Subjects.Names, fmt.Sprintf("User %d", i))
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
	doc.Contexts = []page.Context{{Name: "hub", Subjects: side, Types: []page.Rights{rights}, Creation: []page.Creation{}, Reach: []*page.Reach{{}}, Census: [][][][]int64{}}}
	doc.Attributes = []page.Attribute{}
	return doc
}
