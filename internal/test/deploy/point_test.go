package deploy_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPointInAFleet runs the decision point with the configuration of the fleet's stock servers: it uses
// discovery, loads bundles and reports status like them.
func TestPointInAFleet(t *testing.T) {
	first, second := compile(t), compile(t, "Sales stream for the sales group")
	bundles, dir := startBundleServer(t), shortDir(t)
	bundles.publish("discovery.tar.gz", packDiscovery(t))
	bundles.publish("qlik.tar.gz", first.file)
	command := exec.Command(qlik2rego(t), "serve", "--config-file", filepath.Join(shipped, "opa/config.yaml"),
		"--listen", "unix:"+filepath.Join(dir, "s"), "--max-batch", "10000")
	command.Env = append(os.Environ(), fleetEnvironment(bundles, t.TempDir())...)
	point := newServer(t, start(t, command), filepath.Join(dir, "s"))
	for _, r := range []revision{first, second} {
		bundles.publish("qlik.tar.gz", r.file)
		point.reports(bundles, r)
		point.evaluatesLike(r)
	}
}

// evaluatesLike sends every request to the AuthZEN API and compares the decisions with eval.
func (s *server) evaluatesLike(r revision) {
	s.t.Helper()
	question, err := json.Marshal(map[string]any{"evaluations": r.requests})
	if err != nil {
		s.t.Fatal(err)
	}
	status, body, err := s.call(http.MethodPost, "/access/v1/evaluations", question)
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("%d %s %v", status, body, err)
	}
	var says struct {
		Evaluations []struct {
			Decision bool
			Context  struct{ Reason, Revision string }
		}
	}
	if err := json.Unmarshal(body, &says); err != nil || len(says.Evaluations) != len(r.requests) {
		s.t.Fatalf("%v, %d answers to %d questions", err, len(says.Evaluations), len(r.requests))
	}
	for i, got := range says.Evaluations {
		if want := r.decisions[i]; got.Decision != want.Allow || got.Context.Reason != want.Reason || got.Context.Revision != r.name {
			s.t.Fatalf("%s\nserve: %+v\neval:  %+v, revision %s", r.requests[i], got, want, r.name)
		}
	}
}
