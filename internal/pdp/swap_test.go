package pdp_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// twin is a policy and its data, each with its revision. Their decisions contain only the pair of
// revisions.
func twin(rules, data string) map[string]string {
	return map[string]string{
		".manifest": `{"revision":"` + data + `","roots":["twin"],"rego_version":1}`,
		"policy.rego": `package twin

default allow := false

allow if data.twin.revision == "` + rules + `"

decision := {"allow": allow, "reason": concat("/", ["` + rules + `", data.twin.revision]), "granted_by": []}

resources contains {"type": "record", "id": sprintf("%s-%d", [data.twin.revision, i])} if some i in numbers.range(1, 20)
`,
		"data.json": `{"twin":{"revision":"` + data + `"}}`,
	}
}

func twinConfig(t testing.TB) pdp.Config {
	cfg := config(packFiles(t, twin("r0", "r0")))
	cfg.EntryPoint = "twin"
	cfg.WatchEvery = 5 * time.Millisecond
	return cfg
}

var asked_ = asked("")

// try sends JSON and returns the answer or the error.
func (p *point) try(path, body string, headers ...string) (answer, error) {
	r, err := http.NewRequest("POST", p.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	response, err := p.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	var text json.RawMessage
	err = json.NewDecoder(response.Body).Decode(&text)
	return answer{response.StatusCode, response.Header, string(text)}, err
}

func (p *point) decidesBy() string {
	var a decisionAnswer
	p.ask(evaluation, good, &a)
	return a.Context.Reason
}

// TestFailedActivations checks that the current policy stays active, and that the failure is reported.
func TestFailedActivations(t *testing.T) {
	cfg := twinConfig(t)
	p := start(t, cfg)
	file := cfg.Bundles[0]
	whole := archive(twin("r9", "r9"))
	noAllow := twin("r9", "r9")
	noAllow["policy.rego"] = "package twin\n\nother := 1\n"
	noRego := twin("r9", "r9")
	noRego["policy.rego"] += "\nthis is no Rego {"
	failures := func() int {
		n, _ := strconv.Atoi(p.metric(`qlik2rego_bundle_activations_total{outcome="failed"}`))
		return n
	}
	for _, f := range []struct {
		name string
		put  func()
		want string
	}{
		{"gone", func() { remove(t, file) }, "no such file"},
		{"empty", func() { replace(t, file, nil) }, "no .tar.gz"},
		{"truncated", func() { replace(t, file, whole[:len(whole)/2]) }, "unexpected EOF"},
		{"rubbish", func() { replace(t, file, []byte(strings.Repeat("rubbish", 1000))) }, "no .tar.gz"},
		{"a flipped bit", func() { replace(t, file, flipped(whole)) }, ""},
		{"no Rego", func() { replace(t, file, archive(noRego)) }, "does not parse"},
		{"no entry point", func() { replace(t, file, archive(noAllow)) }, "the policy has no rule allow in data.twin"},
		{"truncated in place", func() { write(t, file, whole[:40]) }, "no .tar.gz"},
		{"a folder", func() { remove(t, file); mkdir(t, file) }, ""},
	} {
		before := failures()
		f.put()
		var a answer
		eventually(t, f.name+" is noticed", func() bool {
			a = p.health()
			return failures() > before && strings.Contains(a.body, f.want)
		})
		if a.status != 200 || !strings.Contains(a.body, `"revision":"r0"`) || !strings.Contains(a.body, `"degraded":["bundle: `) {
			t.Errorf("%s: %d %s", f.name, a.status, a.body)
		}
		p.counts("qlik2rego_bundle_failing", "1")
		if got := p.decidesBy(); got != "r0/r0" {
			t.Errorf("%s: %s decides", f.name, got)
		}
	}
	remove(t, file)
	// Written in place, in two parts.
	write(t, file, whole[:100])
	write(t, file, whole)
	eventually(t, "the new one decides", func() bool { return p.decidesBy() == "r9/r9" })
	eventually(t, "it is well", func() bool { return !strings.Contains(p.health().body, "degraded") })
	p.counts("qlik2rego_bundle_failing", "0")
	p.counts(`qlik2rego_bundle_info{revision="r9"}`, "1")
}

// TestFilesMove replaces bundles behind a link, like Kubernetes, and by renaming.
func TestFilesMove(t *testing.T) {
	dir := t.TempDir()
	for _, revision := range []string{"r1", "r2"} {
		mkdir(t, filepath.Join(dir, revision))
		write(t, filepath.Join(dir, revision, "bundle.tar.gz"), archive(twin(revision, revision)))
	}
	current := filepath.Join(dir, "current")
	link := func(revision string) {
		if err := os.Symlink(revision, current+".new"); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(current+".new", current); err != nil {
			t.Fatal(err)
		}
	}
	link("r1")
	cfg := config(filepath.Join(current, "bundle.tar.gz"))
	cfg.EntryPoint = "twin"
	p := start(t, cfg)
	for _, revision := range []string{"r2", "r1", "r2"} {
		link(revision)
		eventually(t, revision+" decides", func() bool { return p.decidesBy() == revision+"/"+revision })
	}
}

// TestSplitBundles swaps policy and data that belong together.
func TestSplitBundles(t *testing.T) {
	half := func(view, root string, files map[string]string) []byte {
		files[".manifest"] = `{"revision":"` + view + `","roots":["` + root + `"],"rego_version":1,"metadata":{"view":"` + view + `"}}`
		return archive(files)
	}
	policy := func(view string) []byte {
		return half(view, "twin", map[string]string{"policy.rego": "package twin\n\nallow if data.site.view == \"" + view + "\"\n\ndecision := {\"reason\": concat(\"/\", [\"" + view + "\", data.site.view])}\n"})
	}
	data := func(view string) []byte {
		return half(view, "site", map[string]string{"site/data.json": `{"view":"` + view + `"}`})
	}
	dir := t.TempDir()
	policyFile, dataFile := filepath.Join(dir, "policy.tar.gz"), filepath.Join(dir, "data.tar.gz")
	write(t, policyFile, policy("v1"))
	write(t, dataFile, data("v1"))
	cfg := config(policyFile, dataFile)
	cfg.EntryPoint = "twin"
	p := start(t, cfg)
	if got := p.decidesBy(); got != "v1/v1" {
		t.Fatalf("%s decides", got)
	}
	replace(t, policyFile, policy("v2"))
	eventually(t, "half of a change is refused", func() bool {
		return strings.Contains(p.health().body, "policy and data were made for different rules")
	})
	if got := p.decidesBy(); got != "v1/v1" {
		t.Errorf("%s decides after half of a change", got)
	}
	replace(t, dataFile, data("v2"))
	eventually(t, "the whole change decides", func() bool { return p.decidesBy() == "v2/v2" })
	if a := p.post(evaluation, good); a.header.Get("X-Policy-Revision") != "v2+v2" {
		t.Errorf("the revision is %q", a.header.Get("X-Policy-Revision"))
	}
}

func remove(t testing.TB, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t testing.TB, name string) {
	t.Helper()
	if err := os.Mkdir(name, 0o700); err != nil {
		t.Fatal(err)
	}
}

func write(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func flipped(b []byte) []byte {
	b = append([]byte(nil), b...)
	b[len(b)/2] ^= 1
	return b
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func mkdirs(t testing.TB, name string) {
	t.Helper()
	if err := os.MkdirAll(name, 0o700); err != nil {
		t.Fatal(err)
	}
}
