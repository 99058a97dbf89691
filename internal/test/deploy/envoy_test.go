package deploy_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var adapter = filepath.Join(shipped, "envoy/adapter")

// TestEnvoyAdapter runs the adapter's own tests, which cover all of its lines.
func TestEnvoyAdapter(t *testing.T) {
	output(t, opa(t), "check", "--strict", adapter)
	output(t, opa(t), "test", "--coverage", "--threshold", "100", adapter)
	if out := output(t, opa(t), "fmt", "--list", adapter); len(out) > 0 {
		t.Errorf("opa fmt would change %s", out)
	}
}

// TestEnvoyDecides loads the adapter's bundle together with that of a site, like the OPA-Envoy plugin,
// passes it the plugin's input, and compares the answers with eval.
func TestEnvoyDecides(t *testing.T) {
	site := compile(t)
	bundle := filepath.Join(t.TempDir(), "envoy.tar.gz")
	output(t, opa(t), "build", "--bundle", adapter, "--ignore", "*_test.rego", "--output", bundle)
	bundles := startBundleServer(t)
	bundles.publish("qlik.tar.gz", site.file)
	bundles.publish("envoy.tar.gz", bundle)
	server := startStock(t, []string{"BUNDLE_SERVER_URL=" + bundles.url, "BUNDLE_SERVER_TOKEN_FILE=" + bundles.token}, "--config-file", withoutPlugin(t))
	collections := map[string]string{"App": "apps", "Stream": "streams", "ReloadTask": "reload-tasks"}
	methods := map[string]string{"read": "GET", "update": "PUT"}
	permits, asked := 0, 0
	for i, text := range site.requests {
		var r struct {
			Subject  struct{ ID string }
			Action   struct{ Name string }
			Resource struct{ Type, ID string }
		}
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		method, collection := methods[r.Action.Name], collections[r.Resource.Type]
		if method == "" || collection == "" {
			continue
		}
		asked++
		directory, id, _ := strings.Cut(r.Subject.ID, `\`)
		input := fromEnvoy(t, method, "/api/"+collection+"/"+r.Resource.ID, map[string]any{"userDirectory": directory, "userId": id})
		status, body, err := server.call(http.MethodPost, "/v1/data/envoy/authz/response", fmt.Appendf(nil, `{"input": %s}`, input))
		if err != nil || status != http.StatusOK {
			t.Fatalf("%d %s %v", status, body, err)
		}
		var says struct {
			Result struct {
				Allowed  bool
				Metadata struct {
					Reason    string
					GrantedBy []string `json:"granted_by"`
				} `json:"dynamic_metadata"`
			}
		}
		if err := json.Unmarshal(body, &says); err != nil {
			t.Fatal(err)
		}
		if got, want := says.Result, site.decisions[i]; got.Allowed != want.Allow || got.Metadata.Reason != want.Reason || !slices.Equal(got.Metadata.GrantedBy, want.GrantedBy) {
			t.Errorf("%s: %s\neval: %+v", text, body, want)
		}
		if says.Result.Allowed {
			permits++
		}
	}
	if permits == 0 || permits == asked {
		t.Errorf("%d of %d requests are permitted, which tells nothing", permits, asked)
	}
	t.Logf("%d of %d requests are permitted", permits, asked)
}

// withoutPlugin returns the shipped configuration without the plugin, which the stock command does not
// have.
func withoutPlugin(t *testing.T) string {
	t.Helper()
	text, plugin, ok := strings.Cut(string(readFile(t, filepath.Join(shipped, "envoy/opa-config.yaml"))), "\nplugins:")
	if !ok || !strings.Contains(plugin, "path: envoy/authz/response") {
		t.Fatalf("the configuration does not name the adapter's decision:%s", plugin)
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// fromEnvoy returns the input of the policy in the form of the plugin: the CheckRequest in protobuf's
// JSON, and the parsed path.
func fromEnvoy(t *testing.T, method, path string, claims map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"attributes": map[string]any{
			"source":      map[string]any{"address": map[string]any{"socketAddress": map[string]any{"address": "10.0.0.7", "portValue": 61402}}},
			"destination": map[string]any{"address": map[string]any{"socketAddress": map[string]any{"address": "10.0.0.8", "portValue": 8080}}},
			"request": map[string]any{"http": map[string]any{
				"method": method, "path": path, "host": "api.example.com", "scheme": "https", "protocol": "HTTP/1.1",
				"headers": map[string]any{":authority": "api.example.com", ":method": method, ":path": path, "authorization": "Bearer x"},
			}},
			"metadataContext": map[string]any{"filterMetadata": map[string]any{
				"envoy.filters.http.jwt_authn": map[string]any{"verified_jwt": claims},
			}},
		},
		"parsed_path":  strings.Split(strings.Trim(path, "/"), "/"),
		"parsed_query": map[string]any{},
		"version":      map[string]any{"encoding": "protojson", "ext_authz": "v3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
