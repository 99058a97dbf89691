package pdp_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
)

const edgeMapping = `
subject: {type: user, header: X-User}
actions: {GET: read, DELETE: delete}
resources:
  - {path: "/records/{id}", type: record}
headers: {method: X-Original-Method, uri: X-Original-URI}
`

func edgeConfig(t testing.TB) pdp.Config {
	cfg := certificationConfig(t)
	cfg.Edge = parseEdge(t, edgeMapping)
	return cfg
}

func parseEdge(t testing.TB, text string) *edge.Config {
	t.Helper()
	cfg, err := edge.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// edgeCases are requests of a proxy's clients, and the status that the proxy gets.
var edgeCases = []struct {
	method, uri, user string
	want              int
}{
	{"GET", "/records/record-1", "alice", 200},
	{"GET", "/records/record-1?x=y", "bob", 200},
	{"DELETE", "/records/record-1", "alice", 403},
	{"GET", "/records/record-1", "", 401},
	{"POST", "/records/record-1", "alice", 403},
	{"GET", "/other", "alice", 403},
	{"GET", "/records/../records/record-1", "alice", 403},
}

// TestForwardAuth sends requests in the form of nginx, Traefik and Caddy.
func TestForwardAuth(t *testing.T) {
	p := start(t, edgeConfig(t))
	for _, c := range edgeCases {
		headers := []string{"X-Original-Method: " + c.method, "X-Original-URI: " + c.uri}
		if c.user != "" {
			headers = append(headers, "X-User: "+c.user)
		}
		if a := p.send("GET", "/forward-auth", "", headers...); a.status != c.want {
			t.Errorf("%+v: %d %s", c, a.status, a.body)
		}
	}
	if a := p.send("GET", "/forward-auth", "", "X-Original-Method: GET", "X-Original-Method: GET", "X-Original-URI: /records/record-1", "X-User: alice"); a.status != 403 {
		t.Errorf("two methods: %d", a.status)
	}
	if a := p.send("GET", "/forward-auth", "", "X-Original-Method: GET", "X-Original-URI: /records/record-1", "X-User: alice", "X-User: bob"); a.status != 401 {
		t.Errorf("two users: %d", a.status)
	}
	if a := start(t, certificationConfig(t)).send("GET", "/forward-auth", ""); a.status != 404 {
		t.Errorf("without a mapping: %d", a.status)
	}
}

// TestExternalAuthorization sends requests in Envoy's published protocol.
func TestExternalAuthorization(t *testing.T) {
	cfg := edgeConfig(t)
	cfg.Envoy = listenLoopback(t)
	p := start(t, cfg)
	c, err := grpc.NewClient(cfg.Envoy.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	client := auth.NewAuthorizationClient(c)
	check := func(method, uri string, headers map[string]string) (int, int32) {
		answer, err := client.Check(t.Context(), &auth.CheckRequest{Attributes: &auth.AttributeContext{Request: &auth.AttributeContext_Request{
			Http: &auth.AttributeContext_HttpRequest{Method: method, Path: uri, Headers: headers},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		if answer.GetOkResponse() != nil {
			return 200, answer.GetStatus().GetCode()
		}
		return int(answer.GetDeniedResponse().GetStatus().GetCode()), answer.GetStatus().GetCode()
	}
	for _, c := range edgeCases {
		headers := map[string]string{":path": c.uri}
		if c.user != "" {
			headers["x-user"] = c.user
		}
		if got, code := check(c.method, c.uri, headers); got != c.want || (code == 0) != (c.want == 200) {
			t.Errorf("%+v: %d, code %d", c, got, code)
		}
	}
	if got, _ := check("GET", "/records/record-1", map[string]string{"x-user": "alice,bob"}); got != 401 {
		t.Errorf("two users: %d", got)
	}
	if answer, err := client.Check(t.Context(), &auth.CheckRequest{}); err != nil || answer.GetStatus().GetCode() == 0 {
		t.Errorf("an empty check: %v %v", answer, err)
	}
	p.counts(`qlik2rego_requests_total{api="ext_authz",status="200"}`, "2")
}

// TestSlowChecks has clients that begin a check and never send it: each is ended.
func TestSlowChecks(t *testing.T) {
	cfg := edgeConfig(t)
	cfg.Limits.Read, cfg.Limits.Queue, cfg.Limits.Time = 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
	cfg.Envoy = listenLoopback(t)
	start(t, cfg)
	c, err := grpc.NewClient(cfg.Envoy.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 20 {
		ctx, cancel := timeout(t, 2*time.Minute)
		stream, err := c.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, auth.Authorization_Check_FullMethodName)
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.RecvMsg(new(auth.CheckResponse)); err == nil || ctx.Err() != nil {
			t.Errorf("it does not end: %v", err)
		}
		cancel()
	}
}

// TestChecksAreLimited opens the maximum number of checks: one more is refused at once, in a form that a
// proxy understands.
func TestChecksAreLimited(t *testing.T) {
	cfg := slowConfig(t)
	cfg.Edge = parseEdge(t, edgeMapping)
	cfg.Limits.Connections, cfg.Limits.Concurrent = 2, 4
	cfg.Envoy = listenLoopback(t)
	p := start(t, cfg)
	c, err := grpc.NewClient(cfg.Envoy.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	client := auth.NewAuthorizationClient(c)
	check := func(ctx context.Context, id string) (int, error) {
		answer, err := client.Check(ctx, &auth.CheckRequest{Attributes: &auth.AttributeContext{Request: &auth.AttributeContext_Request{
			Http: &auth.AttributeContext_HttpRequest{Method: "GET", Path: "/records/" + id, Headers: map[string]string{"x-user": "alice"}},
		}}})
		return int(answer.GetDeniedResponse().GetStatus().GetCode()), err
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { _, _ = check(ctx, "slow") })
	}
	p.deciding("2")
	if status, err := check(t.Context(), "fast"); err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("one more: %d %v", status, err)
	}
	cancel()
	all.Wait()
	eventually(t, "there is room again", func() bool { status, err := check(t.Context(), "fast"); return err == nil && status == 0 })
}

// TestRealProxies runs nginx and Caddy in front of the server, if they are installed.
func TestRealProxies(t *testing.T) {
	p := start(t, edgeConfig(t))
	upstream := listenLoopback(t)
	go func() { _ = http.Serve(upstream, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})) }()
	defer upstream.Close()
	for name, write := range map[string]func(dir, address string) (config string, args []string){
		"nginx": func(dir, address string) (string, []string) {
			return fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events {}
http {
  access_log off; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server {
    listen %[2]s;
    location / { auth_request /_decide; proxy_pass http://%[3]s; }
    location = /_decide {
      internal;
      proxy_pass %[4]s/forward-auth;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-User $http_x_who;
    }
  }
}`, dir, address, upstream.Addr(), p.url), []string{"-p", dir, "-c", filepath.Join(dir, "config")}
		},
		"caddy": func(dir, address string) (string, []string) {
			return fmt.Sprintf(`{
  admin off
  auto_https off
}
http://%s {
  forward_auth %s {
    uri /forward-auth
    header_up X-Original-Method {http.request.method}
    header_up X-Original-URI {http.request.orig_uri}
    header_up X-User {http.request.header.X-Who}
  }
  reverse_proxy %s
}`, address, strings.TrimPrefix(p.url, "http://"), upstream.Addr()), []string{"run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "config")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			binary, err := exec.LookPath(name)
			if err != nil {
				t.Skip(name + " is not installed")
			}
			free := listenLoopback(t)
			address := free.Addr().String()
			free.Close()
			dir := t.TempDir()
			config, args := write(dir, address)
			if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			var out lockedBuffer
			proxy := exec.CommandContext(t.Context(), binary, args...)
			proxy.WaitDelay = 5 * time.Second
			proxy.Stdout, proxy.Stderr = &out, &out
			proxy.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = proxy.Process.Signal(os.Interrupt), proxy.Wait() }()
			eventually(t, name+" listens", func() bool {
				c, err := net.Dial("tcp", address)
				if err == nil {
					c.Close()
				}
				return err == nil
			})
			for _, c := range edgeCases {
				r, _ := http.NewRequest(c.method, "http://"+address+c.uri, nil)
				r.URL.Opaque = c.uri // sent unchanged
				if c.user != "" {
					r.Header.Set("X-Who", c.user)
				}
				if a := p.do(r); a.status != c.want {
					t.Errorf("%+v: %d %s\n%s", c, a.status, a.body, out.String())
				}
			}
		})
	}
}
