package pdp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
)

// contract is the committed OpenAPI document. Every answer that a test of this package gets through its
// client is validated against it.
type contract struct {
	doc      map[string]any
	compiler *jsonschema.Compiler

	mu      sync.Mutex // the compiler is not safe for concurrent use
	schemas map[string]*jsonschema.Schema
	seen    map[string]bool // "METHOD path status" of answers
}

var theContract = sync.OnceValues(func() (*contract, error) {
	text, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		return nil, err
	}
	c := &contract{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}, seen: map[string]bool{}}
	var doc any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	// Convert to JSON types: the validator supports no others.
	asJSON, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	if doc, err = jsonschema.UnmarshalJSON(bytes.NewReader(asJSON)); err != nil {
		return nil, err
	}
	c.doc = doc.(map[string]any)
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	return c, c.compiler.AddResource("openapi.json", doc)
})

// at returns the value at a path of keys in the document, following references.
func (c *contract) at(keys ...string) (any, string) {
	var here any = c.doc
	pointer := ""
	for _, key := range keys {
		o, ok := here.(map[string]any)
		if !ok {
			return nil, ""
		}
		here, pointer = o[key], pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
		if o, ok := here.(map[string]any); ok {
			if ref, ok := o["$ref"].(string); ok && key != "schema" {
				pointer = strings.TrimPrefix(ref, "#")
				here, _ = c.at(strings.Split(pointer[1:], "/")...)
			}
		}
	}
	return here, pointer
}

// valid checks a text against the schema at a pointer. Text that is not JSON is
// checked as a string.
func (c *contract) valid(pointer string, isJSON bool, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	schema, ok := c.schemas[pointer]
	if !ok {
		var err error
		if schema, err = c.compiler.Compile("openapi.json#" + (&url.URL{Path: pointer}).EscapedPath()); err != nil {
			return err
		}
		c.schemas[pointer] = schema
	}
	var value any = text
	if isJSON {
		var err error
		if value, err = jsonschema.UnmarshalJSON(strings.NewReader(text)); err != nil {
			return err
		}
	}
	return schema.Validate(value)
}

// path returns the document's path for the path of a request, "" if there is none.
func (c *contract) path(p string) string {
	paths := c.doc["paths"].(map[string]any)
	const metadata = "/.well-known/authzen-configuration"
	if strings.HasPrefix(p, metadata+"/") {
		return metadata
	}
	for _, api := range []string{"/access/v1/", "/v1/compile/"} {
		if i := strings.Index(p, api); i > 0 { // below the path of the public URL
			p = p[i:]
		}
	}
	for template := range paths {
		if matches(template, p) {
			return template
		}
	}
	return ""
}

func matches(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	return slices.EqualFunc(a, b, func(part, of string) bool { return part == of || strings.HasPrefix(part, "{") && of != "" })
}

// holds returns an error if an answer does not conform to the document.
func (c *contract) holds(r *http.Request, body string, a answer) error {
	if r.Header.Get("X-Request-Id") != a.header.Get("X-Request-Id") && len(r.Header.Values("X-Request-Id")) > 0 {
		return fmt.Errorf("the request has the id %q, the answer %q", r.Header.Get("X-Request-Id"), a.header.Get("X-Request-Id"))
	}
	path := c.path(r.URL.EscapedPath())
	method := strings.ToLower(r.Method)
	switch {
	case path == "/forward-auth", method == "head":
		method = "get"
	}
	operation, _ := c.at("paths", path, method)
	switch {
	case path == "" || a.status == 404 && !c.describes(path, method, 404): // unknown, or not available with this configuration
		return c.refusal(a, 404)
	case operation == nil:
		if a.header.Get("Allow") == "" {
			return fmt.Errorf("no header Allow")
		}
		return c.refusal(a, 405)
	}
	c.mu.Lock()
	c.seen[fmt.Sprintf("%s %s %d", method, path, a.status)] = true
	c.mu.Unlock()
	if err := c.answers(path, method, r.Method == http.MethodHead, a); err != nil {
		return err
	}
	// Items of a batch with errors are answered, not refused.
	if a.status == http.StatusOK && body != "" && path != "/access/v1/evaluations" && r.Header.Get("Content-Encoding") == "" {
		if _, pointer := c.at("paths", path, method, "requestBody", "content", "application/json", "schema"); pointer != "" {
			if err := c.valid(pointer, true, body); err != nil {
				return fmt.Errorf("it was answered, and the document does not allow the request: %w", err)
			}
		}
	}
	return nil
}

func (c *contract) describes(path, method string, status int) bool {
	r, _ := c.at("paths", path, method, "responses", strconv.Itoa(status))
	return r != nil
}

// answers validates status, headers and body of an answer against an operation.
func (c *contract) answers(path, method string, head bool, a answer) error {
	response := []string{"paths", path, method, "responses", strconv.Itoa(a.status)}
	found, _ := c.at(response...)
	if found == nil {
		return fmt.Errorf("the document does not have the status %d of %s %s", a.status, method, path)
	}
	headers, _ := c.at(append(response, "headers")...)
	if named, ok := headers.(map[string]any); ok {
		for name := range named {
			_, pointer := c.at(append(response, "headers", name, "schema")...)
			if err := c.valid(pointer, false, a.header.Get(name)); err != nil {
				return fmt.Errorf("header %s %q: %w", name, a.header.Get(name), err)
			}
		}
	}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return err
	}
	_, pointer := c.at(append(response, "content", media, "schema")...)
	if pointer == "" {
		return fmt.Errorf("the document does not have the content type %s", media)
	}
	if head {
		return nil
	}
	return c.valid(pointer, strings.HasSuffix(media, "json"), a.body)
}

// refusal validates an answer that no operation describes against the schema of errors.
func (c *contract) refusal(a answer, status int) error {
	if a.status != status {
		return fmt.Errorf("the status is %d, not %d", a.status, status)
	}
	if a.body == "" { // an answer to HEAD
		return nil
	}
	if err := c.valid("/components/schemas/Error", true, a.body); err != nil {
		return err
	}
	var e struct{ Error struct{ Status int } }
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || e.Error.Status != status {
		return fmt.Errorf("%s says another status than %d", a.body, status)
	}
	return nil
}

// held validates an answer of the decision point against the document.
func (p *point) held(r *http.Request, body string, a answer) {
	p.t.Helper()
	c, err := theContract()
	if err != nil {
		p.t.Fatal(err)
	}
	plain := strings.HasPrefix(a.header.Get("Content-Type"), "text/plain")
	switch "http://" + r.URL.Host {
	case p.url:
		if a.status == 431 || a.status == 400 && plain { // net/http's own answer to invalid HTTP
			return
		}
	case p.diagnostics:
		if a.status == 404 || a.status == 405 || strings.HasPrefix(r.URL.Path, "/debug/") { // net/http's own answer
			return
		}
	default:
		return // a proxy in front
	}
	if err := c.holds(r, body, a); err != nil {
		p.t.Errorf("%s %s: %d %.500s: not as docs/openapi.yaml says: %v", r.Method, r.URL.Path, a.status, a.body, err)
	}
}

// TestOpenAPI validates the document against the schema of OpenAPI 3.1, and its schemas against the
// schema of JSON Schema.
func TestOpenAPI(t *testing.T) {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../testdata/openapi/schema-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	of, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("openapi", of); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("openapi")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(any(c.doc)); err != nil {
		t.Error(err)
	}
	schemas, _ := c.at("components", "schemas")
	for name := range schemas.(map[string]any) {
		if _, err := c.compiler.Compile("openapi.json#/components/schemas/" + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ids := map[any]bool{}
	for path, item := range c.doc["paths"].(map[string]any) {
		for method, o := range item.(map[string]any) {
			if operation, ok := o.(map[string]any); ok {
				if id := operation["operationId"]; id == nil || ids[id] {
					t.Errorf("%s %s has no operationId of its own", method, path)
				} else {
					ids[id] = true
				}
			}
		}
	}
}

// obedient is a policy whose result is given in the context or the subject.
var obedient = map[string]string{
	".manifest": `{"revision":"obedient-1","roots":["obedient"],"rego_version":1}`,
	"policy.rego": `package obedient

told := object.get(input, ["context", "do"], input.subject.id)

allow if told == "permit"

allow if {
	told == "break"
	x := {1, 2}[_]
	conflict(x) == 1
}

conflict(x) := 1 if x > 0

conflict(x) := 2 if x > 0

allow if {
	told == "wait"
	count([1 | some _ in numbers.range(1, 30000); some _ in numbers.range(1, 30000)]) > 0
}

decision := {"reason": "told", "granted_by": {"rule-1"}}

subjects := [{"type": "user", "id": "anna"}]

resources := [{"type": "record", "id": "r"}]

action_names := ["read"]
`,
}

const compile = "/v1/compile/qlik/App/read"

// filterMedia are the media types of filters.
var filterMedia = []string{
	"application/vnd.opa.sql.postgresql+json", "application/vnd.opa.sql.sqlserver+json", "application/vnd.opa.sql.sqlite+json",
	"application/vnd.opa.ucast.all+json", "application/vnd.opa.ucast.prisma+json", "application/vnd.opa.multitarget+json",
	"application/vnd.qlik2rego.postgres+json", "application/vnd.qlik2rego.sqlserver+json", "application/vnd.qlik2rego.sqlite+json", "application/vnd.qlik2rego.duckdb+json",
	"application/vnd.qlik2rego.ucast+json", "application/vnd.qlik2rego.prisma+json", "application/vnd.qlik2rego.qrs+json",
}

// obedientFilters returns the result given in the context.
type obedientFilters struct{}

func (obedientFilters) Filter(q pdp.FilterRequest) (*filter.Report, error) {
	switch text := string(q.Context); {
	case strings.Contains(text, "break"):
		return nil, errors.New("broken")
	case strings.Contains(text, "wait"):
		time.Sleep(time.Second)
	}
	return filter.NewReport(filter.Const(true), nil, q.Target, "app", nil, filter.SQLOptions{Schema: schema.Default(), Literals: q.Literals})
}

// TestEveryAnswer provokes every answer in the document, and checks that each conforms to it.
func TestEveryAnswer(t *testing.T) {
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	clear(c.seen)
	c.mu.Unlock()

	cfg := twoCallers(t, config(packFiles(t, obedient)))
	cfg.EntryPoint, cfg.PublicURL, cfg.Level = "obedient", "https://pdp.example.com/t", new(slog.LevelVar)
	cfg.Filters = func(*bundles.Bundle) (pdp.Filterer, error) { return obedientFilters{}, nil }
	cfg.Limits.Time, cfg.Limits.PerCaller, cfg.Limits.Read = 200*time.Millisecond, 1, 20*time.Second
	cfg.Edge = parseEdge(t, "subject: {type: user, header: X-User}\nactions: {GET: read}\nresources: [{path: \"/r/{id}\", type: record}]\n")
	p := start(t, cfg)
	everywhere := map[string]string{
		compile:        `{"input":{"subject":{"type":"user","id":"a"},"context":{"do":%q}}}`,
		evaluation:     `{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"resource":{"type":"record","id":"r"},"context":{"do":%q}}`,
		evaluations:    `{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"evaluations":[{"resource":{"type":"record","id":"r"}},{}],"context":{"do":%q}}`,
		searchSubject:  `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"r"},"context":{"do":%q},"page":{"limit":1}}`,
		searchResource: `{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"resource":{"type":"record"},"context":{"do":%q}}`,
		searchAction:   `{"subject":{"type":"user","id":"a"},"resource":{"type":"record","id":"r"},"context":{"do":%q}}`,
	}
	for _, media := range filterMedia {
		a := p.post(compile, `{"input":{"subject":{"type":"user","id":"a"}},"options":{"targetDialects":["sql+sqlite","ucast+all"]}}`, modestToken, "Accept: "+media)
		if a.status != 200 || a.header.Get("Content-Type") != media {
			t.Errorf("%s: %d %s %s", media, a.status, a.header.Get("Content-Type"), a.body)
		}
	}
	for path, body := range everywhere {
		for do, want := range map[string]int{"permit": 200, "deny": 200, "break": 500, "wait": 503} {
			if path == evaluations && do == "break" {
				want = 200 // the errors are in the items
			}
			// The time limit is short because some requests must exceed it: on a busy machine others may
			// exceed it as well.
			eventually(t, fmt.Sprintf("%s, %s: %d", path, do, want), func() bool {
				return p.post(path, fmt.Sprintf(body, do), modestToken, "Accept: "+filterMedia[0]).status == want
			})
			eventually(t, "what was given up has ended", func() bool { return p.metric("qlik2rego_requests_overdue") == "0" })
		}
		p.post(path, `[]`, modestToken)
		p.post(path, fmt.Sprintf(body, "permit"))
		p.send("GET", path, "", modestToken)
	}
	forward := func(user string, headers ...string) {
		p.send("GET", "/forward-auth", "", append(headers, "X-Forwarded-Method: GET", "X-Forwarded-Uri: /r/1", "X-User: "+user)...)
	}
	for _, user := range []string{"permit", "deny", "break", "wait"} {
		forward(user, modestToken)
	}
	forward("permit")
	for _, path := range []string{"/health", "/health/ready", "/openapi.json", "/.well-known/authzen-configuration/t", "/t/access/v1/evaluation", "/nothing"} {
		p.send("GET", path, "", "X-Request-ID: 1")
	}
	diagnostics := func(method, path, body string) {
		r, err := http.NewRequest(method, p.diagnostics+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		p.do(r)
	}
	diagnostics("GET", "/metrics", "")
	diagnostics("GET", "/log-level", "")
	diagnostics("PUT", "/log-level", "debug")
	diagnostics("PUT", "/log-level", "loud")
	diagnostics("GET", "/health/ready", "")

	// A client with an unfinished request, and one without permissions.
	begun := p.dial()
	defer begun.Close()
	_, _ = fmt.Fprintf(begun, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\nContent-Length: 100\r\n\r\n{", evaluation, greedyToken)
	eventually(t, "it counts", func() bool { return p.post(evaluation, `{}`, greedyToken).status == 429 })
	none, err := callers.ParseList([]byte("nobody search token modest-modest-modest\nother evaluate token greedy-greedy-greedy\n"))
	if err != nil {
		t.Fatal(err)
	}
	cfg = config(packFiles(t, map[string]string{".manifest": obedient[".manifest"], "policy.rego": "package obedient\n\nallow := true\n"}))
	cfg.EntryPoint, cfg.Callers, cfg.Edge = "obedient", none, parseEdge(t, "subject: {type: user, header: X-User}\nactions: {GET: read}\nresources: [{path: \"/r/{id}\", type: record}]\n")
	cfg.Filters = func(*bundles.Bundle) (pdp.Filterer, error) { return nil, errors.New("it has no catalogue") }
	bare := start(t, cfg)
	for path, body := range everywhere {
		p.post(path, fmt.Sprintf(body, "permit"), greedyToken)
		token := modestToken
		if strings.Contains(path, "search") || path == compile {
			bare.post(path, fmt.Sprintf(body, "permit"), modestToken, "Accept: "+filterMedia[0]) // there is no search
			token = greedyToken
		}
		bare.post(path, fmt.Sprintf(body, "permit"), token)
	}
	forward("permit", greedyToken)
	p.stop() // the server is no longer ready
	missing := start(t, func() pdp.Config {
		cfg := config(filepath.Join(t.TempDir(), "nothing"))
		cfg.Wait = true
		return cfg
	}())
	missing.send("GET", "/health/ready", "")

	c.mu.Lock()
	defer c.mu.Unlock()
	for path, item := range c.doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			responses, _ := c.at("paths", path, method, "responses")
			of, _ := responses.(map[string]any)
			for status := range of {
				// A failure of the policy makes an item an error; only a panic in our code fails a batch.
				if key := fmt.Sprintf("%s %s %s", method, path, status); !c.seen[key] && key != "post /access/v1/evaluations 500" {
					t.Errorf("the document has %s, and nothing answers so", key)
				}
			}
		}
	}
}

// TestServedOpenAPI checks that the served document describes exactly the served paths.
func TestServedOpenAPI(t *testing.T) {
	paths := func(cfg pdp.Config) (list []string, servers, security any) {
		a := start(t, cfg).send("GET", "/openapi.json", "")
		var doc struct {
			Paths             map[string]any
			Servers, Security any
		}
		if err := json.Unmarshal([]byte(a.body), &doc); err != nil || a.status != 200 {
			t.Fatalf("%d %.200s: %v", a.status, a.body, err)
		}
		return slices.Sorted(maps.Keys(doc.Paths)), doc.Servers, doc.Security
	}
	always := []string{evaluation, evaluations, searchAction, searchResource, searchSubject, "/health", "/health/ready", "/openapi.json"}
	got, servers, security := paths(dearConfig(t))
	if !slices.Equal(got, slices.Sorted(slices.Values(always))) || fmt.Sprint(servers) != "[map[url:/]]" || security != nil {
		t.Errorf("%s, %v, %v", got, servers, security)
	}
	cfg := twoCallers(t, dearConfig(t))
	cfg.PublicURL, cfg.Edge = "https://pdp.example.com/t/", parseEdge(t, "subject: {type: user, header: X-User}\nactions: {GET: read}\nresources: [{path: /r, type: record, id: r}]\n")
	got, servers, security = paths(cfg)
	always = append(always, "/forward-auth", "/.well-known/authzen-configuration/t")
	if !slices.Equal(got, slices.Sorted(slices.Values(always))) || fmt.Sprint(servers) != "[map[url:https://pdp.example.com/t]]" || security == nil {
		t.Errorf("%s, %v, %v", got, servers, security)
	}
}
