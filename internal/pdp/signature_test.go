package pdp_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

const secret = "a secret of thirty-two characters"

// sign signs a bundle in the same way as opa build.
func sign(t testing.TB, files map[string]string, key string) []byte {
	t.Helper()
	b, err := bundle.NewReader(bytes.NewReader(archive(files))).WithLazyLoadingMode(false).Read()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.GenerateSignature(bundle.NewSigningConfig(key, "HS256", ""), "signer", false); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := bundle.NewWriter(&out).DisableFormat(true).Write(b); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack returns the files of a bundle.
func unpack(t testing.TB, packed []byte) map[string]string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for r := tar.NewReader(zip); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[h.Name] = string(text)
	}
}

// changed returns a signed bundle with a file added afterwards.
func changed(t testing.TB, packed []byte, name, content string) []byte {
	files := unpack(t, packed)
	files[name] = content
	return archive(files)
}

// unsound are bundles that must be rejected if signatures are required.
func unsound(t testing.TB) map[string][]byte {
	signed := sign(t, twin("r9", "r9"), secret)
	other := unpack(t, sign(t, twin("r8", "r8"), secret))
	files := unpack(t, signed)
	files["/.signatures.json"] = other["/.signatures.json"]
	return map[string][]byte{
		"unsigned":               archive(twin("r9", "r9")),
		"another's signature":    sign(t, twin("r9", "r9"), "another secret of thirty-two chars."),
		"of other files":         archive(files),
		"signed in part":         changed(t, signed, "/more.rego", "package twin\n\nallow if true\n"),
		"signed in part, data":   changed(t, signed, "/twin/more/data.json", `{"a":1}`),
		"a file changed":         changed(t, signed, "/data.json", `{"twin":{"revision":"r8"}}`),
		"no signature in it":     changed(t, signed, "/.signatures.json", `{"signatures":[]}`),
		"of an unknown verifier": changed(t, signed, "/.signatures.json", `{"signatures":["x"],"plugin":"none"}`),
		"a delta": archive(map[string]string{
			".manifest":  `{"revision":"r9","roots":["twin"],"rego_version":1}`,
			"patch.json": `{"data":[{"op":"replace","path":"twin/revision","value":"r9"}]}`,
		}),
	}
}

const signerKeys = "keys: {signer: {algorithm: HS256, key: '" + secret + "'}}\n"

// TestSignatures has keys in the configuration: a bundle that is not completely signed by one of them is
// rejected. No source requires it: configuring keys is enough.
func TestSignatures(t *testing.T) {
	s := newPlane(t)
	s.put("main", sign(t, twin("r1", "r1"), secret))
	cache := t.TempDir()
	opa := s.bundlesOf("main") + signerKeys + "persistence_directory: " + cache + "\n"
	p := start(t, withOPA(t, opa))
	p.ready("r1")
	for name, content := range unsound(t) {
		s.put("main", content)
		p.says(`"degraded":["bundle main: `)
		if got := p.decidesBy(); got != "r1/r1" {
			t.Fatalf("%s: %s decides", name, got)
		}
		again := twin("r1", "r1")
		again["policy.rego"] += "\n# after " + name + "\n" // otherwise there is nothing new to report
		s.put("main", sign(t, again, secret))
		p.well()
	}
	p.end()

	// A stored bundle is rejected as well.
	s.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mkdirs(t, filepath.Join(cache, "bundles", "main"))
	for name, content := range unsound(t) {
		write(t, filepath.Join(cache, "bundles", "main", "bundle.tar.gz"), content)
		p := start(t, withOPA(t, opa, "bundles.main.persist=true"))
		p.says("Bad Gateway")
		if a := p.post(evaluation, good); a.status != 503 {
			t.Errorf("%s, from the disk: %d %s", name, a.status, a.body)
		}
		p.end()
	}
	write(t, filepath.Join(cache, "bundles", "main", "bundle.tar.gz"), sign(t, twin("r1", "r1"), secret))
	p = start(t, withOPA(t, opa, "bundles.main.persist=true"))
	if got := p.decidesBy(); got != "r1/r1" {
		t.Errorf("%s decides from the disk", got)
	}
}

// TestSignedFiles has a key for watched files.
func TestSignedFiles(t *testing.T) {
	key := map[string]*bundle.KeyConfig{"signer": {Algorithm: "HS256", Key: secret}}
	named := config(packFiles(t, twin("r1", "r1")))
	named.EntryPoint = "twin"
	named.Verification = bundle.NewVerificationConfig(key, "signer", "", nil)
	configured := withOPA(t, signerKeys)
	configured.Bundles = named.Bundles
	for name, cfg := range map[string]pdp.Config{"a key": named, "keys in the configuration": configured} {
		write(t, cfg.Bundles[0], archive(twin("r1", "r1")))
		if _, err := pdp.New(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "bundle missing .signatures.json file") {
			t.Errorf("%s: an unsigned file: %v", name, err)
		}
		write(t, cfg.Bundles[0], sign(t, twin("r1", "r1"), secret))
		p := start(t, cfg)
		for wrong, content := range unsound(t) {
			replace(t, cfg.Bundles[0], content)
			p.says(`"degraded":["bundle: `)
			if got := p.decidesBy(); got != "r1/r1" {
				t.Fatalf("%s, %s: %s decides", name, wrong, got)
			}
			replace(t, cfg.Bundles[0], sign(t, twin("r1", "r1"), secret))
			p.well()
		}
		replace(t, cfg.Bundles[0], sign(t, twin("r2", "r2"), secret))
		p.ready("r2")
		p.end()
	}
	unasked := config(packFiles(t, map[string]string{}))
	replace(t, unasked.Bundles[0], sign(t, twin("r1", "r1"), secret))
	if _, err := pdp.New(t.Context(), unasked); err == nil || !strings.Contains(err.Error(), "it is signed, but there is no key to verify it") {
		t.Errorf("a signed file without a key: %v", err)
	}
}

// TestConfigurationsThatWeaken checks that they are refused at the start, with the location.
func TestConfigurationsThatWeaken(t *testing.T) {
	s := newPlane(t)
	for _, c := range []struct{ yaml, want string }{
		{s.bundlesOf("main") + signerKeys + "labels: {a: b}", ""},
		{signerKeys + "services: {plane: {url: http://x}}\nbundles: {main: {service: plane, signing: {exclude_files: ['*.rego']}}}", "bundles.main.signing.exclude_files: a bundle that is signed in part is rejected"},
		{signerKeys + "services: {plane: {url: http://x}}\nbundles: {main: {service: plane, signing: {allow_unsigned_delta_bundles: true}}}", "bundles.main.signing.allow_unsigned_delta_bundles: "},
		{signerKeys + "services: {plane: {url: http://x}}\ndiscovery: {service: plane, resource: d, signing: {exclude_files: ['*.rego']}}", "discovery.signing.exclude_files: "},
		{s.bundlesOf("main") + "decision_logs: {console: true, request_context: {http: {headers: [X-Trace, AUTHORIZATION]}}}", "AUTHORIZATION holds credentials, and logs never do"},
		{"services: {plane: {url: http://x}}\nbundle: {name: main, service: plane}", "bundle: "},
		{s.bundlesOf("main") + "distributed_tracing: {type: carrier-pigeon}", `the type is "carrier-pigeon", neither grpc nor http`},
		{s.bundlesOf("main") + "distributed_tracing: {type: http, sample_percentage: 101}", "sample_percentage is 101"},
		{s.bundlesOf("main") + "distributed_tracing: {type: http, encryption: rot13}", `encryption is "rot13"`},
		{s.bundlesOf("main") + "plugins: {unheard_of: {}}", `plugin "unheard_of" not registered`},
		{"labels: {a: b}", "no bundle is active"},
		{"services: {plane: {url: http://x}}\nbundles: {main: {service: another}}", `service name "another" not found`},
	} {
		cfg := withOPA(t, c.yaml)
		server, err := pdp.New(t.Context(), cfg)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.yaml, err)
			} else if err := stopped(t, server); err != nil {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.yaml, err, c.want)
		}
	}
	files := withOPA(t, s.bundlesOf("main"))
	files.Bundles = []string{packFiles(t, twin("r1", "r1"))}
	if _, err := pdp.New(t.Context(), files); err == nil || !strings.Contains(err.Error(), "bundles: the policy comes from the files that -b names") {
		t.Errorf("files and a server: %v", err)
	}
}
