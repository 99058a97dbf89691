package studio_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// views are the pages for screenshots and for axe, by the name of the picture. Each is ready when it shows an
// element.
var views = []struct{ name, hash, shows string }{
	{"overview", "#/overview", ".chart"},
	{"rules", "#/rules", ".rules-table"},
	{"editor", "#/rules/95aa5035-d0a0-421f-9d8b-be654b7db36a", ".cm-content"},
	{"user", `#/user?who=CORP\alice&two=1&and=CORP\bruno`, "[data-hub=done]"},
	{"access", "#/access?type=stream", ".matrix"},
	{"checks", "#/checks", ".finding-group"},
	{"tests", "#/checks/tests", "[data-tests=done]"},
	{"assertions", "#/checks/assertions", ".finding-group, .empty-state"},
	{"escalation", "#/checks/escalation", ".escalation, .empty-state"},
	{"changes", "#/changes", "[data-changes], .empty-state"},
}

type size struct {
	name          string
	width, height int
	scheme        string
}

// sizes returns the sizes for the documentation, with QLIK2REGO_SHOTS_ALL all sizes for review.
func sizes(view string) []size {
	wide, tablet, phone := size{"1440-light", 1440, 900, "light"}, size{"1024-dark", 1024, 800, "dark"}, size{"420-dark", 420, 860, "dark"}
	if os.Getenv("QLIK2REGO_SHOTS_ALL") != "" {
		var all []size
		for _, scheme := range []string{"light", "dark"} {
			all = append(all, size{"1440-" + scheme, 1440, 900, scheme}, size{"820-" + scheme, 820, 1100, scheme}, size{"390-" + scheme, 390, 844, scheme})
		}
		return all
	}
	return map[string][]size{"editor": {wide, tablet}, "rules": {wide, phone}, "user": {wide, phone}, "tests": {wide}, "assertions": nil, "escalation": nil, "checks": {wide}, "changes": {wide}, "access": {wide}, "overview": {wide}, "plan": {wide}}[view]
}

// committed makes a directory a Git repository with one revision; it returns false without Git.
func committed(t *testing.T, dir string) bool {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "-m", "Rules as they were"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Logf("git: %v: %s", err, out)
			return false
		}
	}
	return true
}

// TestPictures takes screenshots of the pages if QLIK2REGO_SHOTS names a directory for them. Those in the
// documentation are made by:
//
//	QLIK2REGO_SHOTS=$PWD/docs/studio go test ./internal/studio -run Pictures
func TestPictures(t *testing.T) {
	if os.Getenv("QLIK2REGO_SHOTS") == "" {
		t.Skip("QLIK2REGO_SHOTS does not name a folder for pictures")
	}
	b := webdriver.Open(t)
	r := serve(t, pictured(t))
	for _, v := range views {
		for _, s := range sizes(v.name) {
			b.Media("", s.scheme)
			look(b, r, v.hash, s.width, s.height)
			b.Await(v.name, `return document.querySelector("`+v.shows+`") && !document.querySelector(".busy")`)
			if v.name == "access" {
				b.Run(`document.querySelector(".matrix tbody .fold")?.click()`)
			}
			if v.name == "editor" {
				b.Click(".cm-content")
				b.Press(webdriver.Control, "a")
				b.Press(strings.Split(`user.group = resource.@GroupAccess`, "")...)
				b.Await("the effect is shown", `return document.querySelector('[data-effect="done"] .tile')`)
				b.Run(`document.querySelector(".effect-head")?.click(); document.activeElement.blur()`)
			}
			b.Shot(v.name + "-" + s.name)
		}
	}
	live, _ := pulled(t, `user.group = resource.@GroupAccess and user.group like "proj2_*"`, true)
	for _, s := range sizes("plan") {
		b.Media("", s.scheme)
		look(b, live, "#/changes?base=live", s.width, s.height)
		press(b, "Plan for test")
		b.Await("the plan is shown", `return document.querySelector("[data-plan=done]")`)
		b.Shot("plan-" + s.name)
	}
	quiet(t, b)
}

// pictured returns the directory for screenshots: with assertions, and an edit since the Git revision.
func pictured(t *testing.T) string {
	t.Helper()
	dir := scenario(t, "customer-case")
	write(t, dir, "policy.assert.yaml", "- name: anonymous users change no app\n  never: {who: 'user.IsAnonymous()', action: [update, delete], on: App}\n"+
		"- name: only administrators read data connections\n  never: {who: '!(user.group like \"*_admin\")', action: read, on: DataConnection}\n")
	committed(t, dir)
	path := filepath.Join(dir, "rules.json")
	write(t, dir, "rules.json", strings.Replace(content(t, path), "((user.group=resource.@GroupAccess))", `user.group = resource.@GroupAccess and user.group like \"proj2_*\"`, 1))
	return dir
}

// TestChanges compares the folder with the Git revision before an edit.
func TestChanges(t *testing.T) {
	t.Parallel()
	dir := scenario(t, "customer-case")
	if !committed(t, dir) {
		t.Skip("there is no git to make a repository with")
	}
	path := filepath.Join(dir, "rules.json")
	write(t, dir, "rules.json", strings.Replace(content(t, path), "((user.group=resource.@GroupAccess))", "false", 1))
	r := serve(t, dir).enter()
	var bases []struct{ Key, Label string }
	r.ask("/api/bases", nil, &bases, 200)
	if len(bases) != 1 || !strings.HasPrefix(bases[0].Key, "git:") || !strings.Contains(bases[0].Label, "Rules as they were") {
		t.Fatalf("bases: %+v", bases)
	}
	var c struct {
		Gain, Loss struct{ Cells int }
		Rules      []struct{ Rule struct{ Name string } }
	}
	r.ask("/api/changes?base="+bases[0].Key, nil, &c, 200)
	if len(c.Rules) != 1 || c.Rules[0].Rule.Name != "ResourceAccess" || c.Loss.Cells == 0 || c.Gain.Cells != 0 {
		t.Errorf("changes: %+v", c)
	}
}
