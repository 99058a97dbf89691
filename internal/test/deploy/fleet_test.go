package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFleet runs the stock OPA server as in a fleet, with the shipped files: it gets its configuration by
// discovery, loads the bundle from a server, makes the same decisions as eval, activates the next
// revision and reports it.
func TestFleet(t *testing.T) {
	first, second := compile(t), compile(t, "Sales stream for the sales group")
	t.Logf("%d requests, of which the revisions decide %d differently", len(first.requests), changed(t, first, second))
	bundles := startBundleServer(t)
	bundles.publish("discovery.tar.gz", packDiscovery(t))
	bundles.publish("qlik.tar.gz", first.file)

	kept := t.TempDir()
	fleet := startFleetMember(t, bundles, kept)
	fleet.reports(bundles, first)
	fleet.decidesLike(first)
	fleet.process.until("it asks again for what it has", func() bool { return bundles.askedAgain("qlik.tar.gz") })

	bundles.publish("qlik.tar.gz", second.file)
	fleet.reports(bundles, second)
	fleet.decidesLike(second)

	broken := filepath.Join(t.TempDir(), "broken.tar.gz")
	if err := os.WriteFile(broken, []byte("no bundle"), 0o600); err != nil {
		t.Fatal(err)
	}
	bundles.publish("qlik.tar.gz", broken)
	fleet.process.until("it reports a broken bundle", func() bool {
		_, active, failure := bundles.reported()
		return failure != "" && active == second.name
	})
	fleet.decidesLike(second)
	fleet.process.stop()

	// Start while the bundle server has nothing: the stored bundle decides.
	alone := startFleetMember(t, startBundleServer(t), kept)
	alone.decidesLike(second)
}

// packDiscovery makes the discovery bundle as described in docs/deploy.md, but without the delays, to save
// time.
func packDiscovery(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(shipped, "opa/discovery/data.json"))
	if err != nil {
		t.Fatal(err)
	}
	const delays = `"min_delay_seconds": 10, "max_delay_seconds": 20`
	if !bytes.Contains(text, []byte(delays)) {
		t.Fatalf("no %s in %s", delays, text)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "discovery")
	text = bytes.Replace(text, []byte(delays), []byte(`"min_delay_seconds": 1, "max_delay_seconds": 1`), 1)
	if err := os.Mkdir(source, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(source, "data.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(dir, "discovery.tar.gz")
	output(t, opa(t), "build", "--bundle", source, "--output", bundle)
	return bundle
}

// startFleetMember runs the stock server with the shipped configuration.
func startFleetMember(t *testing.T, bundles *bundleServer, kept string) *server {
	t.Helper()
	return startStock(t, fleetEnvironment(bundles, kept), "--config-file", filepath.Join(shipped, "opa/config.yaml"))
}

// fleetEnvironment returns the environment variables that the configuration reads.
func fleetEnvironment(bundles *bundleServer, kept string) []string {
	return []string{"BUNDLE_SERVER_URL=" + bundles.url, "BUNDLE_SERVER_TOKEN_FILE=" + bundles.token, "OPA_PERSISTENCE_DIRECTORY=" + kept, "QLIK_SITE=test"}
}

// reports waits until the status contains the revision and the labels of the site.
func (s *server) reports(bundles *bundleServer, r revision) {
	s.t.Helper()
	s.process.until("its status names the revision "+r.name, func() bool {
		labels, active, failure := bundles.reported()
		return active == r.name && failure == "" && labels["site"] == "test"
	})
}

// decidesLike sends every request to the Data API and compares the decisions with eval.
func (s *server) decidesLike(r revision) {
	s.t.Helper()
	for i, request := range r.requests {
		status, body, err := s.call(http.MethodPost, "/v1/data/qlik/authz/decision?provenance", fmt.Appendf(nil, `{"input": %s}`, request))
		if err != nil || status != http.StatusOK {
			s.t.Fatalf("%d %s %v", status, body, err)
		}
		var says struct {
			Result     decision `json:"result"`
			Provenance struct {
				Bundles map[string]struct{ Revision string } `json:"bundles"`
			} `json:"provenance"`
		}
		if err := json.Unmarshal(body, &says); err != nil {
			s.t.Fatal(err)
		}
		if !says.Result.equal(r.decisions[i]) {
			s.t.Fatalf("%s\nstock OPA: %+v\neval:      %+v", request, says.Result, r.decisions[i])
		}
		if got := says.Provenance.Bundles["qlik"].Revision; got != r.name {
			s.t.Fatalf("decided by %s, want %s", got, r.name)
		}
	}
	// A request without a path gets the same decision.
	status, body, err := s.call(http.MethodPost, "/", r.requests[0])
	if err != nil || status != http.StatusOK || !strings.Contains(string(body), `"reason"`) {
		s.t.Errorf("the default decision: %d %s %v", status, body, err)
	}
}
