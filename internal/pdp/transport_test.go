package pdp_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

const good = `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}`

func message(status int, text_ string) string {
	return fmt.Sprintf(`{"error":{"status":%d,"message":%s}}`, status, text(text_))
}

// TestBadBodies lists the bodies that get status 400, with the message for the caller.
func TestBadBodies(t *testing.T) {
	p := certification(t)
	swap := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	deep := func(n int) string {
		return swap(`"id":"alice"`, `"id":"alice","properties":{"x":`+strings.Repeat("[", n)+strings.Repeat("]", n)+`}`)
	}
	tests := []struct{ body, want string }{
		{``, "the body is empty"},
		{` `, "the body is not valid JSON: "},
		{`{`, "the body is not valid JSON: "},
		{`[]`, "the body must be an object, not an array"},
		{`null`, "the body must be an object, not null"},
		{`"x"`, "the body must be an object, not text"},
		{good + `{}`, "the body is not valid JSON: text after the request at offset "},
		{good + ` x`, "the body is not valid JSON: "},
		{"\ufeff" + good, "the body is not valid JSON: "},
		{`{}`, "subject is missing"},
		{swap(`"subject"`, `"Subject"`), "subject is missing"},
		{swap(`"action"`, `"ACTION"`), "action is missing"},
		{swap(`"resource"`, `"resourcE"`), "resource is missing"},
		{swap(`"type"`, `"Type"`), "subject.type is missing"},
		{swap(`"id":"alice"`, `"ID":"alice"`), "subject.id is missing"},
		{swap(`"name"`, `"Name"`), "action.name is missing"},
		{swap(`"id":"record-1"`, `"a":1`), "resource.id is missing"},
		{swap(`{"type":"user","id":"alice"}`, `"alice"`), "subject must be an object, not text"},
		{swap(`{"type":"user","id":"alice"}`, `null`), "subject must be an object, not null"},
		{swap(`{"type":"user","id":"alice"}`, `[]`), "subject must be an object, not an array"},
		{swap(`{"name":"read"}`, `"read"`), "action must be an object, not text"},
		{swap(`"name":"read"`, `"name":123`), "action.name must be text, not a number"},
		{swap(`"name":"read"`, `"name":null`), "action.name must be text, not null"},
		{swap(`"id":"alice"`, `"id":true`), "subject.id must be text, not a boolean"},
		{swap(`"id":"record-1"`, `"id":{}`), "resource.id must be text, not an object"},
		{swap(`"id":"alice"`, `"id":"alice","properties":null`), "subject.properties must be an object, not null"},
		{swap(`"name":"read"`, `"name":"read","properties":"x"`), "action.properties must be an object, not text"},
		{swap(`"id":"record-1"`, `"id":"record-1","properties":[]`), "resource.properties must be an object, not an array"},
		{swap(`{"subject"`, `{"context":null,"subject"`), "context must be an object, not null"},
		{swap(`{"subject"`, `{"context":"x","subject"`), "context must be an object, not text"},
		{swap(`"id":"alice"`, `"id":"bob","id":"alice"`), "the body is not valid JSON: "},
		{swap(`"id":"alice"`, `"id":"bob","\u0069d":"alice"`), "the body is not valid JSON: "},
		{swap(`{"subject"`, `{"x":{"a":1,"a":1},"subject"`), "the body is not valid JSON: "},
		{swap(`alice`, "ali\xffce"), "the body is not valid JSON: "},
		{swap(`alice`, `ali\ud800ce`), "the body is not valid JSON: "},
		{swap(`alice`, "ali\nce"), "the body is not valid JSON: "},
		{swap(`"alice"`, `'alice'`), "the body is not valid JSON: "},
		{swap(`"alice"}`, `"alice",}`), "the body is not valid JSON: "},
		{swap(`"alice"`, `"alice","properties":{"n":NaN}`), "the body is not valid JSON: "},
		{swap(`"alice"`, `"alice","properties":{"n":01}`), "the body is not valid JSON: "},
		{deep(30), "the body is not valid JSON: nested deeper than 32 levels at offset "},
		{strings.Repeat("[", 100_000), "the body is not valid JSON: nested deeper than 32 levels at offset 33"},
		{good + strings.Repeat(" ", 1<<20), "the body is larger than 1048576 bytes"},
	}
	for _, tt := range tests {
		a := p.post(evaluation, tt.body)
		if want := strings.TrimSuffix(message(400, tt.want), `"}}`); a.status != 400 || !strings.HasPrefix(a.body, want) {
			t.Errorf("%.100q: %d %s, want %s", tt.body, a.status, a.body, want)
		}
		if a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%.100q: content type %q", tt.body, a.header.Get("Content-Type"))
		}
	}
	for _, body := range []string{deep(29), good + strings.Repeat(" ", 1<<20-len(good)), " \t\r\n" + good + "\n"} {
		if a := p.post(evaluation, body); a.status != 200 {
			t.Errorf("%.100q: %d %s, want 200", body, a.status, a.body)
		}
	}
}

func TestBadSearches(t *testing.T) {
	p := certification(t)
	tests := []struct{ path, body, want string }{
		{searchSubject, `{"action":{"name":"read"},"resource":{"type":"record","id":"1"}}`, "subject is missing"},
		{searchSubject, `{"subject":{},"action":{"name":"read"},"resource":{"type":"record","id":"1"}}`, "subject.type is missing"},
		{searchSubject, `{"subject":{"type":"user"},"resource":{"type":"record","id":"1"}}`, "action is missing"},
		{searchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record"}}`, "resource.id is missing"},
		{searchSubject, `{"subject":{"type":"user","properties":1},"action":{"name":"read"},"resource":{"type":"record","id":"1"}}`, "subject.properties must be an object, not a number"},
		{searchSubject, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"1"},"context":1}`, "context must be an object, not a number"},
		{searchResource, `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record"}}`, "subject.id is missing"},
		{searchResource, `{"subject":{"type":"user","id":"alice"},"action":{},"resource":{"type":"record"}}`, "action.name is missing"},
		{searchResource, `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":1}}`, "resource.type must be text, not a number"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record"}}`, "resource.id is missing"},
		{searchAction, `{"subject":{"type":"user"},"resource":{"type":"record","id":"1"}}`, "subject.id is missing"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"1"},"page":[]}`, "page must be an object, not an array"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"1"},"page":{"limit":-1}}`, "page.limit must be a whole number from 0 on"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"1"},"page":{"limit":1.5}}`, "page.limit must be a whole number from 0 on"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"1"},"page":{"limit":"1"}}`, "page.limit must be a number, not text"},
		{searchAction, `{"subject":{"type":"user","id":"alice"},"resource":{"type":"record","id":"1"},"page":{"token":1}}`, "page.token must be text, not a number"},
	}
	for _, tt := range tests {
		if a := p.post(tt.path, tt.body); a.status != 400 || a.body != message(400, tt.want) {
			t.Errorf("%s %s: %d %s, want %s", tt.path, tt.body, a.status, a.body, tt.want)
		}
	}
}

func TestContentTypes(t *testing.T) {
	p := certification(t)
	for contentType, want := range map[string]int{
		"application/json":                   200,
		"application/json; charset=utf-8":    200,
		"Application/JSON;charset=UTF-8":     200,
		"application/json ; a=b; c":          200,
		"":                                   400,
		"application/jsonx":                  400,
		"application/json-patch+json":        400,
		"application/authzen+json":           400,
		"text/json":                          400,
		"text/plain":                         400,
		"application/x-www-form-urlencoded":  400,
		"application/json, application/json": 400,
	} {
		if a := p.send("POST", evaluation, good, "Content-Type: "+contentType, "X-Request-ID: 1"); a.status != want || a.header.Get("X-Request-ID") != "1" {
			t.Errorf("%q: %d %s, want %d", contentType, a.status, a.body, want)
		}
	}
	if a := p.send("POST", evaluation, good); a.status != 400 {
		t.Errorf("no content type: %d", a.status)
	}
	if a := p.send("POST", evaluation, good, isJSON, isJSON); a.status != 400 {
		t.Errorf("two content types: %d", a.status)
	}
}

// TestRequestID checks that every answer has the id.
func TestRequestID(t *testing.T) {
	p := certification(t)
	for _, id := range []string{"bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "a  b", "ü \"<>&'", strings.Repeat("x", 4000), "\x80\xff"} {
		for path, want := range map[string]int{evaluation: 200, evaluations: 200, searchAction: 200, "/nowhere": 404, "/health": 405, metadataPath: 404} {
			a := p.post(path, good, "X-Request-ID: "+id)
			if a.status != want || a.header.Get("X-Request-ID") != id {
				t.Errorf("%s with %.20q: %d and %.20q, want %d", path, id, a.status, a.header.Get("X-Request-ID"), want)
			}
		}
		if a := p.post(evaluation, `{`, "X-Request-ID: "+id); a.status != 400 || a.header.Get("X-Request-ID") != id {
			t.Errorf("an error with %.20q: %d and %.20q", id, a.status, a.header.Get("X-Request-ID"))
		}
	}
	if a := p.post(evaluation, good); len(a.header.Values("X-Request-ID")) != 0 {
		t.Errorf("an id that nobody sent: %q", a.header)
	}
}

const metadataPath = "/.well-known/authzen-configuration"

// TestPaths checks that only the paths of the API are served, and not OPA's API.
func TestPaths(t *testing.T) {
	p := certification(t)
	for _, path := range []string{
		"/", "/v1/data", "/v1/data/certification/allow", "/v0/data", "/v1/policies", "/v1/query", "/v1/compile", "/v1/config", "/v1/status", "/metrics",
		"/access/v1", evaluation + "/", "/" + evaluation, "/access/v1/./evaluation", "/access/v1/x/../evaluation", "/access/v1%2Fevaluation",
		"/access%2fv1/evaluation", "/ACCESS/v1/evaluation", "/access/v1/evaluatio%6e%2f", metadataPath, "/debug/pprof/", "/health/live",
	} {
		if a := p.post(path, good); a.status != 404 || a.body != message(404, "there is nothing at this path") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for _, method := range []string{"GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE"} {
		if a := p.send(method, evaluation, "", isJSON); a.status != 405 || a.header.Get("Allow") != "POST" {
			t.Errorf("%s: %d, allow %q", method, a.status, a.header.Get("Allow"))
		}
	}
}

func TestMetadata(t *testing.T) {
	const suffix = `"access_evaluation_endpoint":"B/access/v1/evaluation","access_evaluations_endpoint":"B/access/v1/evaluations",` +
		`"search_subject_endpoint":"B/access/v1/search/subject","search_resource_endpoint":"B/access/v1/search/resource","search_action_endpoint":"B/access/v1/search/action"}`
	for _, tt := range []struct{ public, path, base string }{
		{"https://pdp.example.com", metadataPath, "https://pdp.example.com"},
		{"https://pdp.example.com/", metadataPath, "https://pdp.example.com"},
		{"https://pdp.example.com:8443/t/a", metadataPath + "/t/a", "https://pdp.example.com:8443/t/a"},
	} {
		cfg := certificationConfig(t)
		cfg.PublicURL = tt.public
		p := start(t, cfg)
		r, err := http.NewRequest("GET", p.url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.example.org"
		r.Header.Set("X-Forwarded-Host", "evil.example.org")
		a := p.do(r)
		want := `{"policy_decision_point":"` + tt.public + `",` + strings.ReplaceAll(suffix, "B", tt.base)
		if a.status != 200 || a.body != want || a.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d\n got %s\nwant %s", tt.public, a.status, a.body, want)
		}
		if tt.path != metadataPath && p.send("GET", metadataPath, "").status != 404 {
			t.Errorf("%s: metadata at another path as well", tt.public)
		}
		path := strings.TrimPrefix(tt.base+evaluation, "https://pdp.example.com")
		if a := p.post(strings.TrimPrefix(path, ":8443"), good); a.status != 200 {
			t.Errorf("%s: %d at the path that the metadata names", tt.public, a.status)
		}
	}

	// A policy without candidates does not support searches.
	cfg := config(pack(t, testdata+"/todo"))
	cfg.EntryPoint, cfg.PublicURL = "todo", "https://a.example"
	p := start(t, cfg)
	want := `{"policy_decision_point":"https://a.example","access_evaluation_endpoint":"https://a.example/access/v1/evaluation","access_evaluations_endpoint":"https://a.example/access/v1/evaluations"}`
	if a := p.send("GET", metadataPath, ""); a.body != want {
		t.Errorf("got %s\nwant %s", a.body, want)
	}
	for _, path := range []string{searchSubject, searchResource, searchAction} {
		if a := p.post(path, good); a.status != 404 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}

	for _, public := range []string{"http://pdp.example.com", "pdp.example.com", "https://", "https://u@a.example", "https://a.example?x", "https://a.example/#", "https://a.example//t", "https:a"} {
		cfg := certificationConfig(t)
		cfg.PublicURL = public
		if _, err := pdp.New(t.Context(), cfg); err == nil {
			t.Errorf("%s was accepted", public)
		}
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = io.WriteString(zip, text)
	_ = zip.Close()
	return b.String()
}

func TestCompressedBodies(t *testing.T) {
	p := certification(t)
	bomb := zipped(strings.Repeat(" ", 100<<20))
	tests := []struct {
		name, body, encoding string
		status               int
		want                 string
	}{
		{"gzip", zipped(good), "gzip", 200, ""},
		{"case", zipped(good), "GZIP", 200, ""},
		{"identity", good, "identity", 200, ""},
		{"two members", zipped(good[:10]) + zipped(good[10:]), "gzip", 200, ""},
		{"not gzip", good, "gzip", 400, "the body is not gzip, which its encoding says"},
		{"truncated", zipped(good)[:60], "gzip", 400, "the body cannot be read"},
		{"rubbish behind", zipped(good) + "xxxxxxxxxxxxxxxxxxxx", "gzip", 400, "the body cannot be read"},
		{"empty", zipped(""), "gzip", 400, "the body is empty"},
		{"a bomb", bomb, "gzip", 400, "the body is larger than 1048576 bytes"},
		{"too large as sent", strings.Repeat(bomb, 20), "gzip", 400, "the body is larger than 1048576 bytes"},
		{"twice", zipped(zipped(good)), "gzip, gzip", 400, `the content encoding "gzip, gzip" is neither gzip nor identity`},
		{"deflate", good, "deflate", 400, `the content encoding "deflate" is neither gzip nor identity`},
	}
	for _, tt := range tests {
		a := p.post(evaluation, tt.body, "Content-Encoding: "+tt.encoding)
		if a.status != tt.status || tt.want != "" && a.body != message(400, tt.want) {
			t.Errorf("%s: %d %s, want %d %s", tt.name, a.status, a.body, tt.status, tt.want)
		}
	}
}

// TestChunkedBodyIsBounded sends a body that is too large without a content length.
func TestChunkedBodyIsBounded(t *testing.T) {
	p := certification(t)
	r, err := http.NewRequest("POST", p.url+evaluation, io.MultiReader(strings.NewReader(good), bytes.NewReader(bytes.Repeat([]byte(" "), 2<<20))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if a := p.do(r); a.status != 400 || a.body != message(400, "the body is larger than 1048576 bytes") {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestAbsoluteForm sends requests in the form for proxies: the host in the request line is ignored like
// the one in the header.
func TestAbsoluteForm(t *testing.T) {
	p := certification(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST http://evil.example/access/v1/evaluation HTTP/1.1\r\nHost: other.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(good), good)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%v %v", response, err)
	}
}
