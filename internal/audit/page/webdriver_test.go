package page_test

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
)

// browser is a session of headless Chromium, driven by the W3C's WebDriver protocol.
type browser struct {
	*testing.T
	session string
}

// open starts Chromium; the test is skipped where there is none.
func open(t *testing.T) *browser {
	t.Helper()
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
	b := &browser{t, "http://127.0.0.1:" + port + "/session"}
	var made struct{ SessionID string }
	b.post("", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
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

func (b *browser) post(path string, body, into any) {
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

// load opens a file in a window of a size.
func (b *browser) load(file string, width, height int) {
	b.Helper()
	b.post("/window/rect", map[string]int{"width": width, "height": height}, nil)
	b.post("/url", map[string]string{"url": "file://" + filepath.ToSlash(file)}, nil)
	if ready := b.text(`return document.documentElement.dataset.ready`); ready != "true" {
		b.Fatalf("the page is not ready: %v", b.log())
	}
}

// run runs a script and returns what it returns, as JSON.
func (b *browser) run(script string, args ...any) (value any) {
	b.Helper()
	b.post("/execute/sync", map[string]any{"script": script, "args": append([]any{}, args...)}, &value)
	return value
}

func (b *browser) text(script string, args ...any) string {
	b.Helper()
	text, _ := b.run(script, args...).(string)
	return text
}

func (b *browser) number(script string, args ...any) int {
	b.Helper()
	n, _ := b.run(script, args...).(float64)
	return int(n)
}

// await waits until a script returns true: the browser answers when the page has
// drawn again.
func (b *browser) await(what, script string) {
	b.Helper()
	var met bool
	b.post("/execute/async", map[string]any{"script": fmt.Sprintf(`
		const done = arguments[0], test = () => { %s };
		const end = performance.now() + 20000;
		const look = () => { const met = Boolean(test()); if (met || performance.now() > end) done(met); else requestAnimationFrame(look); };
		look();`, script), "args": []any{}}, &met)
	if !met {
		b.Fatalf("%s: it does not come to that; %v", what, b.log())
	}
}

func (b *browser) element(selector string) string {
	b.Helper()
	var found map[string]string
	b.post("/element", map[string]string{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return id
	}
	return ""
}

func (b *browser) click(selector string) {
	b.Helper()
	b.post("/element/"+b.element(selector)+"/click", map[string]any{}, nil)
}

// keys of the WebDriver protocol.
const (
	enter, escape, home, end     = "\ue007", "\ue00c", "\ue011", "\ue010"
	left, up, right, down        = "\ue012", "\ue013", "\ue014", "\ue015"
	control, tabulator, pagedown = "\ue009", "\ue004", "\ue00f"
)

// press presses keys, one after the other, where the focus is. A key that stays down,
// such as control, is held until the end.
func (b *browser) press(keys ...string) {
	b.Helper()
	var actions []map[string]string
	var held []string
	for _, k := range keys {
		actions = append(actions, map[string]string{"type": "keyDown", "value": k})
		if k == control {
			held = append(held, k)
			continue
		}
		actions = append(actions, map[string]string{"type": "keyUp", "value": k})
	}
	for _, k := range held {
		actions = append(actions, map[string]string{"type": "keyUp", "value": k})
	}
	b.post("/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": actions}}}, nil)
}

func (b *browser) write(selector, text string) {
	b.Helper()
	id := b.element(selector)
	b.post("/element/"+id+"/clear", map[string]any{}, nil)
	b.post("/element/"+id+"/value", map[string]string{"text": text}, nil)
}

// media emulates what a reader prefers, or paper.
func (b *browser) media(medium, scheme string) {
	b.Helper()
	b.post("/goog/cdp/execute", map[string]any{"cmd": "Emulation.setEmulatedMedia", "params": map[string]any{
		"media": medium, "features": []any{map[string]string{"name": "prefers-color-scheme", "value": scheme}},
	}}, nil)
}

// shot takes a picture, which is kept in the folder that QLIK2REGO_SHOTS names.
func (b *browser) shot(name string) []byte {
	b.Helper()
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

// log is what the browser has to complain about.
func (b *browser) log() []string {
	b.Helper()
	var entries []struct{ Level, Message string }
	b.post("/se/log", map[string]string{"type": "browser"}, &entries)
	var all []string
	for _, e := range entries {
		all = append(all, e.Level+" "+e.Message)
	}
	return all
}
