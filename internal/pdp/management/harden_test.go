package management

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/config"
)

func configuration(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.ParseConfig([]byte(text), "test")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestHardenRefuses rejects configurations that would weaken a decision point.
func TestHardenRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"bundle": {"name": "x"}}`:                                                              "bundle: OPA has given up this form",
		`{"bundles": {"b": {"signing": {"exclude_files": ["data.json"]}}}}`:                      "bundles.b.signing.exclude_files",
		`{"bundles": {"b": {"signing": {"allow_unsigned_delta_bundles": true}}}}`:                "bundles.b.signing.allow_unsigned_delta_bundles",
		`{"discovery": {"signing": {"exclude_files": ["x"]}}}`:                                   "discovery.signing.exclude_files",
		`{"decision_logs": {"request_context": {"http": {"headers": ["Accept", "Cookie"]}}}}`:    "Cookie holds credentials",
		`{"decision_logs": {"request_context": {"http": {"headers": ["Proxy-Authorization"]}}}}`: "Proxy-Authorization holds credentials",
	} {
		if err := harden(configuration(t, text), false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestHardenSets checks the defaults that OPA lacks: signatures if there are keys, the scheme of tokens,
// and limits of the log.
func TestHardenSets(t *testing.T) {
	const bundle = `"bundles": {"b": {"resource": "b.tar.gz"}}`
	for _, c := range []struct {
		name, text string
		verify     bool
		want       string // a part of the resulting configuration
	}{
		{"no keys", `{` + bundle + `}`, false, `{"b":{"resource":"b.tar.gz"}}`},
		{"keys of the file", `{` + bundle + `, "keys": {"k": {"key": "public"}}}`, false, `{"b":{"resource":"b.tar.gz","signing":{}}}`},
		{"keys from elsewhere", `{` + bundle + `}`, true, `{"b":{"resource":"b.tar.gz","signing":{}}}`},
		{"keys that sign tokens", `{` + bundle + `, "keys": {"k": {"private_key": "secret"}}}`, false, `{"b":{"resource":"b.tar.gz"}}`},
		{"a scheme", `{"services": {"s": {"credentials": {"bearer": {"token": "x"}}}}}`, false, `"scheme":"Bearer"`},
		{"a scheme of its own", `{"services": [{"name": "s", "credentials": {"bearer": {"token": "x", "scheme": "Own"}}}]}`, false, `"scheme":"Own"`},
		{"a log", `{"decision_logs": {"console": true}}`, false, `"reporting":{"buffer_size_limit_bytes":67108864,"upload_size_limit_bytes":4194304}`},
		{"a log with a rate", `{"decision_logs": {"reporting": {"max_decisions_per_second": 5}}}`, false, `"buffer_type":"event"`},
		{"a log with a limit", `{"decision_logs": {"reporting": {"buffer_size_limit_bytes": 7}}}`, false, `"buffer_size_limit_bytes":7`},
	} {
		got := configuration(t, c.text)
		if err := harden(got, c.verify); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var all []string
		for _, section := range []json.RawMessage{got.Bundles, got.Services, got.DecisionLogs} {
			all = append(all, string(section))
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, c.want) {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}

// TestRegistriesNeedADisk checks that this is reported before OPA panics.
func TestRegistriesNeedADisk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	name, _ := json.Marshal(file)
	for _, services := range []string{`{"r": {"url": "https://r", "type": "oci"}}`, `[{"name": "r", "url": "https://r", "type": "OCI"}]`} {
		if err := registries(configuration(t, `{"persistence_directory": `+string(name)+`, "services": `+services+`}`)); err == nil || !strings.Contains(err.Error(), "persistence_directory or TMPDIR") {
			t.Errorf("%s: %v", services, err)
		}
	}
	if err := registries(configuration(t, `{"persistence_directory": `+string(name)+`, "services": {"r": {"url": "https://r"}}}`)); err != nil {
		t.Errorf("a service that is not a registry: %v", err)
	}
}

// TestLogsHoldNoCredentials checks this for any configuration.
func TestLogsHoldNoCredentials(t *testing.T) {
	clean := withoutSecrets(http.Header{"Authorization": {"Bearer x"}, "Cookie": {"x"}, "Proxy-Authorization": {"x"}, "Accept": {"text/plain"}})
	if len(clean) != 1 || clean.Get("Accept") != "text/plain" {
		t.Errorf("what is logged: %v", clean)
	}
}

// TestNotes extracts events from OPA's log messages that OPA does not report in another way.
func TestNotes(t *testing.T) {
	var n notes
	n.failed("Log drop decision failed: x")
	n.failed("Log event masking failed: x")
	n.failed("mask rule skipped")
	if n.unlogged.Load() != 2 || n.uploadFailing.Load() || n.lostAtEnd.Load() {
		t.Errorf("%d decisions were not logged, uploads fail: %t, lost: %t", n.unlogged.Load(), n.uploadFailing.Load(), n.lostAtEnd.Load())
	}
	n.failed("Log upload failed: x")
	if !n.uploadFailing.Load() {
		t.Error("a failing upload is not noted")
	}
	n.said("Logs uploaded successfully.")
	if n.uploadFailing.Load() {
		t.Error("a failing upload is noted after one that succeeded")
	}
	n.failed("Plugin stopped with decisions possibly still in buffer.")
	if !n.lostAtEnd.Load() {
		t.Error("lost decisions are not noted")
	}
}
