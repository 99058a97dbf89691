package webdriver

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Browser is a session of headless Chromium, driven by the W3C's WebDriver protocol.
type Browser struct {
	*testing.T
	session string
}

// Open starts Chromium. It skips the test if Chromium is not installed, and in short mode, because the race
// detector does not see what runs in a browser.
func Open(t *testing.T) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is opened: not in short mode")
	}
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Skip("no chromedriver: apt-get install chromium chromium-driver")
	}
	cmd := exec.Command(driver, "--port=0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines, port := bufio.NewScanner(out), ""
	for port == "" && lines.Scan() {
		if m := regexp.MustCompile(`successfully on port (\d+)`).FindStringSubmatch(lines.Text()); m != nil {
			port = m[1]
		}
	}
	if port == "" {
		t.Fatal("chromedriver does not say its port")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	b := &Browser{t, "http://127.0.0.1:" + port + "/session"}
	var made struct{ SessionID string }
	b.Post("", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"timeouts":          map[string]int64{"script": 2 * patience.Milliseconds(), "pageLoad": patience.Milliseconds()},
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
		"goog:chromeOptions": map[string]any{"args": []string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir=" + t.TempDir(),
		}},
	}}}, &made)
	b.session += "/" + made.SessionID
	t.Cleanup(func() {
		if request, err := http.NewRequest(http.MethodDelete, b.session, nil); err == nil {
			if answer, err := http.DefaultClient.Do(request); err == nil {
				_ = answer.Body.Close()
			}
		}
	})
	return b
}

// Post sends a command with a JSON body to the session, and decodes the value of the answer to into, unless that
// is nil. An error ends the test.
func (b *Browser) Post(path string, body, into any) {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	answer, err := http.Post(b.session+path, "application/json", bytes.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var value struct{ Value json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&value); err != nil {
		b.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", path, value.Value)
	}
	if into != nil {
		if err := json.Unmarshal(value.Value, into); err != nil {
			b.Fatalf("%s: %v", path, err)
		}
	}
}

// Load opens a file in a window of the given size.
func (b *Browser) Load(file string, width, height int) {
	b.Helper()
	b.Post("/window/rect", map[string]int{"width": width, "height": height}, nil)
	b.Post("/url", map[string]string{"url": "file://" + filepath.ToSlash(file)}, nil)
	b.Await("the page is ready", `return document.documentElement.dataset.ready === "true"`)
}

// settle waits until the page has drawn the changes of the previous steps: one frame for layout, and the next one
// for observers of sizes. Every step begins with it, so that none sees a partly drawn page. Use Await for changes
// after a timer.
func (b *Browser) settle() {
	b.Helper()
	b.Post("/execute/async", map[string]any{"script": `
		const done = arguments[0];
		const after = (frames) => frames ? requestAnimationFrame(() => after(frames - 1)) : done();
		after(3);`, "args": []any{}}, nil)
}

// Run runs a script and returns its JSON result.
func (b *Browser) Run(script string, args ...any) (value any) {
	b.Helper()
	b.settle()
	b.Post("/execute/sync", map[string]any{"script": script, "args": append([]any{}, args...)}, &value)
	return value
}

// Text runs a script that returns a string. It returns "" for other results.
func (b *Browser) Text(script string, args ...any) string {
	b.Helper()
	text, _ := b.Run(script, args...).(string)
	return text
}

// Number runs a script that returns an integer. It returns 0 for other results.
func (b *Browser) Number(script string, args ...any) int {
	b.Helper()
	n, _ := b.Run(script, args...).(float64)
	return int(n)
}

// patience is the maximum time to wait for a page. It is far more than any page needs on a busy machine.
const patience = 5 * time.Minute

// Await waits until a script returns true: it is evaluated each time the page has been drawn. An exception, for
// example because an element does not exist yet, counts as false.
func (b *Browser) Await(what, script string, args ...any) {
	b.Helper()
	failure := "it is never true"
	b.Post("/execute/async", map[string]any{"script": fmt.Sprintf(`
		const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1), test = function () { %s };
		const end = performance.now() + %d;
		const look = () => {
			let failure = "it is never true";
			try { if (test(...given)) return done(""); } catch (e) { failure = String(e); }
			if (performance.now() > end) done(failure); else requestAnimationFrame(look);
		};
		look();`, script, patience.Milliseconds()), "args": append([]any{}, args...)}, &failure)
	if failure != "" {
		b.Fatalf("%s: %s; %v", what, failure, b.Log())
	}
}

// element returns the protocol's id of the first element that matches a CSS selector.
func (b *Browser) element(selector string) string {
	b.Helper()
	b.settle()
	var found map[string]string
	b.Post("/element", map[string]string{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return id
	}
	return ""
}

// Click clicks the first element that matches a CSS selector.
func (b *Browser) Click(selector string) {
	b.Helper()
	b.Post("/element/"+b.element(selector)+"/click", map[string]any{}, nil)
}

// Keys of the WebDriver protocol.
const (
	Enter, Escape, Home, End     = "\ue007", "\ue00c", "\ue011", "\ue010"
	Left, Up, Right, Down        = "\ue012", "\ue013", "\ue014", "\ue015"
	Control, Tabulator, PageDown = "\ue009", "\ue004", "\ue00f"
)

// Press presses keys one after the other in the focused element. A modifier key such as control is held until the
// end.
func (b *Browser) Press(keys ...string) {
	b.Helper()
	b.settle()
	var actions []map[string]string
	var held []string
	for _, k := range keys {
		actions = append(actions, map[string]string{"type": "keyDown", "value": k})
		if k == Control {
			held = append(held, k)
			continue
		}
		actions = append(actions, map[string]string{"type": "keyUp", "value": k})
	}
	for _, k := range held {
		actions = append(actions, map[string]string{"type": "keyUp", "value": k})
	}
	b.Post("/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

// Write replaces the text of the input that matches a CSS selector.
func (b *Browser) Write(selector, text string) {
	b.Helper()
	id := b.element(selector)
	b.Post("/element/"+id+"/clear", map[string]any{}, nil)
	b.Post("/element/"+id+"/value", map[string]string{"text": text}, nil)
}

// Media emulates a medium (screen or print) and the preferred colour scheme.
func (b *Browser) Media(medium, scheme string) {
	b.Helper()
	b.Post("/goog/cdp/execute", map[string]any{"cmd": "Emulation.setEmulatedMedia", "params": map[string]any{
		"media": medium, "features": []any{map[string]string{"name": "prefers-color-scheme", "value": scheme}},
	}}, nil)
}

// Shot takes a screenshot, and stores it in the directory QLIK2REGO_SHOTS, if that is set.
func (b *Browser) Shot(name string) []byte {
	b.Helper()
	b.settle()
	request, err := http.Get(b.session + "/screenshot")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = request.Body.Close() }()
	var value struct{ Value string }
	if err := json.NewDecoder(request.Body).Decode(&value); err != nil {
		b.Fatal(err)
	}
	picture, err := base64.StdEncoding.DecodeString(value.Value)
	if err != nil {
		b.Fatal(err)
	}
	if dir := os.Getenv("QLIK2REGO_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return picture
}

// Log returns the browser's log.
func (b *Browser) Log() []string {
	b.Helper()
	var entries []struct{ Level, Message string }
	b.Post("/se/log", map[string]string{"type": "browser"}, &entries)
	var all []string
	for _, e := range entries {
		all = append(all, e.Level+" "+e.Message)
	}
	return all
}
