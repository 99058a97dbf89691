package pdp_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// discovered returns a configuration as the data of a bundle.
func discovered(revision, json string) []byte {
	return archive(map[string]string{".manifest": `{"revision":"` + revision + `","roots":["config"]}`, "config/data.json": json})
}

func (p *plane) discovery(more string) string {
	return fmt.Sprintf("services: {plane: {url: %q, response_header_timeout_seconds: 2}}\ndiscovery: {service: plane, resource: /bundles/config, decision: config, %s%s}\n", p.url, polling, more)
}

const source = `{"service":"plane","polling":{"min_delay_seconds":1,"max_delay_seconds":1,"long_polling_timeout_seconds":30}}`

// TestDiscovery receives the configuration from the server, and follows its changes.
func TestDiscovery(t *testing.T) {
	s := newPlane(t)
	p := start(t, withOPA(t, s.discovery("")))
	if a := p.says("discovery"); a.status != 503 {
		t.Errorf("%d %s", a.status, a.body)
	}
	s.put("one", archive(twin("r1", "r1")))
	s.put("two", archive(twin("r2", "r2")))
	s.put("config", discovered("c1", `{"bundles":{"one":`+source+`},"labels":{"from":"discovery"},"decision_logs":{"console":true}}`))
	p.ready("r1")
	p.well()

	// Another bundle replaces the previous one.
	s.put("config", discovered("c2", `{"bundles":{"two":`+source+`}}`))
	p.ready("r2")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides", got)
	}

	// A configuration that is invalid or weakens security is not used.
	for _, bad := range []string{
		`{"bundles":{"one":` + strings.TrimSuffix(source, "}") + `,"signing":{"exclude_files":["*"]}}}}`,
		`{"bundles":{"one":{"service":"nowhere"}}}`,
		`{"bundle":{"name":"one","service":"plane"}}`,
	} {
		s.put("config", discovered("bad", bad))
		p.says(`"degraded":["discovery: `)
		if got := p.decidesBy(); got != "r2/r2" {
			t.Errorf("after %s %s decides", bad, got)
		}
	}

	// The old policy decides while the new bundle is missing. Without bundles there is no policy.
	s.put("config", discovered("c3", `{"bundles":{"three":`+source+`}}`))
	p.says("bundle three")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides while its follower is not there", got)
	}
	s.put("three", archive(twin("r3", "r3")))
	p.ready("r3")
	s.put("config", discovered("c4", `{"bundles":{}}`))
	eventually(t, "nothing decides", func() bool { return p.post(evaluation, good).status == 503 })
}

// TestDiscoveryFromDisk starts without a server, from the stored configuration and bundle.
func TestDiscoveryFromDisk(t *testing.T) {
	s := newPlane(t)
	s.put("one", archive(twin("r1", "r1")))
	s.put("config", discovered("c1", `{"bundles":{"one":`+strings.TrimSuffix(source, "}")+`,"persist":true}}}`))
	cache := t.TempDir()
	cfg := func() pdp.Config {
		return withOPA(t, s.discovery(", persist: true")+"persistence_directory: "+cache+"\n")
	}
	p := start(t, cfg())
	p.ready("r1")
	eventually(t, "both are stored", func() bool {
		return exists(filepath.Join(cache, "bundles", "one", "bundle.tar.gz")) && exists(filepath.Join(cache, "bundles", "discovery", "bundle.tar.gz"))
	})
	p.end()
	s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	p = start(t, cfg())
	if got := p.decidesBy(); got != "r1/r1" {
		t.Errorf("%s decides without the server", got)
	}
	s.fail(nil)
	s.put("one", archive(twin("r2", "r2")))
	p.ready("r2")
}

// TestDiscoveryMustBeSigned checks this if keys are configured.
func TestDiscoveryMustBeSigned(t *testing.T) {
	s := newPlane(t)
	s.put("one", sign(t, twin("r1", "r1"), secret))
	config := map[string]string{".manifest": `{"revision":"c1","roots":["config"]}`, "config/data.json": `{"bundles":{"one":` + source + `}}`}
	s.put("config", archive(config))
	p := start(t, withOPA(t, s.discovery("")+signerKeys))
	p.says("discovery: bundle missing .signatures.json file")
	s.put("config", sign(t, config, secret))
	p.ready("r1")
	// The keys in the file apply to the bundles that discovery configures.
	s.put("one", archive(twin("r2", "r2")))
	p.says("bundle one: bundle missing .signatures.json file")
	config["config/data.json"] = `{"bundles":{"one":` + strings.TrimSuffix(source, "}") + `,"signing":{"exclude_files":["*"]}}}}`
	s.put("config", sign(t, config, secret))
	p.says("discovery: bundles.one.signing.exclude_files")
	if got := p.decidesBy(); got != "r1/r1" {
		t.Errorf("%s decides", got)
	}
}
