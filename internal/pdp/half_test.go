package pdp_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

const policyAlone = "the bundle has only the policy: give its data bundle as well"

// undecided checks that no policy decides, and that readiness names the missing part.
func (p *point) undecided(missing string) {
	p.t.Helper()
	if a := p.says(missing); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, `"missing":[`) {
		p.t.Errorf("readiness is %d %s", a.status, a.body)
	}
	if a := p.post(evaluation, good); a.status != http.StatusServiceUnavailable {
		p.t.Errorf("an evaluation is %d %s", a.status, a.body)
	}
}

// goesOn checks that the previous policy continues to decide if a new one has no data.
func (p *point) goesOn(by string) {
	p.t.Helper()
	if a := p.says(policyAlone); a.status != http.StatusOK || !strings.Contains(a.body, `"degraded":[`) {
		p.t.Errorf("readiness is %d %s", a.status, a.body)
	}
	if got := p.decidesBy(); got != by {
		p.t.Errorf("%s decides", got)
	}
}

// TestPolicyFileWithoutData has a policy file whose data is in another file: it does not decide alone,
// neither at the start nor later.
func TestPolicyFileWithoutData(t *testing.T) {
	policy, data := halves("r1")
	cfg := twinConfig(t)
	file := cfg.Bundles[0]
	write(t, file, policy)
	if _, err := pdp.New(t.Context(), cfg); !errors.Is(err, bundles.ErrNoData) {
		t.Errorf("the start: %v", err)
	}
	cfg.Wait = true
	p := start(t, cfg)
	p.undecided("bundle: " + policyAlone)
	replace(t, file, archive(twin("r0", "r0")))
	p.ready("r0")
	replace(t, file, policy)
	p.goesOn("r0/r0")
	p.end()

	signed := cfg
	signed.Wait = false
	signed.Verification = bundle.NewVerificationConfig(map[string]*bundle.KeyConfig{"signer": {Algorithm: "HS256", Key: secret}}, "signer", "", nil)
	write(t, file, sign(t, unpack(t, policy), secret))
	if _, err := pdp.New(t.Context(), signed); !errors.Is(err, bundles.ErrNoData) {
		t.Errorf("the start, signed: %v", err)
	}
	other := filepath.Join(t.TempDir(), "data.tar.gz")
	write(t, other, sign(t, unpack(t, data), secret))
	signed.Bundles = []string{file, other}
	if got := start(t, signed).decidesBy(); got != "r1/r1" {
		t.Errorf("signed, %s decides", got)
	}
}

// TestServedPolicyWithoutData has a server with the policy but without its data.
func TestServedPolicyWithoutData(t *testing.T) {
	policy, data := halves("r1")
	t.Run("data that come later", func(t *testing.T) {
		s := newPlane(t)
		p := start(t, withOPA(t, s.bundlesOf("a-policy", "b-data")))
		s.put("a-policy", policy)
		eventually(t, "the policy is there", func() bool { return !strings.Contains(p.health().body, "a-policy") })
		p.undecided("bundle b-data")
		s.put("b-data", data)
		p.ready("r1+r1")
		p.well()
	})
	t.Run("data that nobody names", func(t *testing.T) {
		s := newPlane(t)
		s.put("main", policy)
		p := start(t, withOPA(t, s.bundlesOf("main")))
		p.undecided("bundle main: " + policyAlone)
		s.put("main", archive(twin("r0", "r0")))
		p.ready("r0")
		p.well()
		s.put("main", policy)
		p.goesOn("r0/r0")
	})
	t.Run("data that discovery no longer names", func(t *testing.T) {
		s := newPlane(t)
		both := discovered("c1", `{"bundles":{"a-policy":`+source+`,"b-data":`+source+`}}`)
		s.put("a-policy", policy)
		s.put("b-data", data)
		s.put("config", both)
		p := start(t, withOPA(t, s.discovery("")))
		p.ready("r1+r1")
		s.put("config", discovered("c2", `{"bundles":{"a-policy":`+source+`}}`))
		p.goesOn("r1/r1")
		s.put("config", both)
		p.well()
	})
	t.Run("from the disk", func(t *testing.T) {
		s := newPlane(t)
		s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		cache := t.TempDir()
		mkdirs(t, filepath.Join(cache, "bundles", "a-policy"))
		write(t, filepath.Join(cache, "bundles", "a-policy", "bundle.tar.gz"), policy)
		disk := "persistence_directory: " + cache + "\n"
		alone := start(t, withOPA(t, s.bundlesOf("a-policy")+disk, "bundles.a-policy.persist=true"))
		alone.undecided("bundle a-policy")
		p := start(t, withOPA(t, s.bundlesOf("a-policy", "b-data")+disk, "bundles.a-policy.persist=true"))
		p.undecided(`"missing":["bundle b-data: server replied with Bad Gateway (502)"]`)
		s.put("a-policy", policy)
		s.put("b-data", data)
		s.fail(nil)
		p.ready("r1+r1")
		alone.undecided("bundle a-policy: " + policyAlone)
	})
}
