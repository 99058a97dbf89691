package pdp_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/memory"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// switched is a server that can be turned off, and counts its answers.
type switched struct {
	http.Handler
	url string

	mu     sync.Mutex
	away   bool
	counts map[string]int // by "METHOD status"
}

func newSwitched(t testing.TB, h http.Handler) *switched {
	s := &switched{Handler: h, counts: map[string]int{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *switched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	away := s.away
	s.mu.Unlock()
	if away {
		http.Error(w, "away", http.StatusBadGateway)
		return
	}
	c := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	s.Handler.ServeHTTP(c, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[fmt.Sprintf("%s %d", r.Method, c.status)]++
}

func (s *switched) goAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *switched) count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[key]
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

const (
	registryUser, registryPassword = "robot", "registry-secret-password"
	storageToken                   = "storage-secret-token"
)

// passwordOnly requires a password.
func passwordOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != registryUser || password != registryPassword {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// tokenOnly requires a token.
func tokenOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+storageToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// push publishes a bundle in a registry like "oras push" and "policy push".
func push(t testing.TB, host, tag string, content []byte) {
	t.Helper()
	store := memory.New()
	blob := func(media string, content []byte) ocispec.Descriptor {
		d := ocispec.Descriptor{MediaType: media, Digest: digest.FromBytes(content), Size: int64(len(content))}
		if err := store.Push(t.Context(), d, bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		return d
	}
	config := blob(ocispec.MediaTypeImageConfig, []byte("{}"))
	layer := blob(ocispec.MediaTypeImageLayerGzip, content)
	manifest := text(ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: config, Layers: []ocispec.Descriptor{layer}})
	if err := store.Tag(t.Context(), blob(ocispec.MediaTypeImageManifest, []byte(manifest)), tag); err != nil {
		t.Fatal(err)
	}
	repository, err := remote.NewRepository(host + "/policies/qlik")
	if err != nil {
		t.Fatal(err)
	}
	repository.PlainHTTP = true
	repository.Client = &auth.Client{Credential: auth.StaticCredential(host, auth.Credential{Username: registryUser, Password: registryPassword})}
	if _, err := oras.Copy(t.Context(), store, tag, repository, tag, oras.DefaultCopyOptions); err != nil {
		t.Fatal(err)
	}
}

// TestRegistry gets bundles from a real OCI registry that requires a password: it follows the tag, does
// not download unchanged bundles again, continues while the registry is not reachable, and starts from
// the stored bundle.
func TestRegistry(t *testing.T) {
	s := newSwitched(t, passwordOnly(registry.New(registry.Logger(log.New(io.Discard, "", 0)))))
	host := strings.TrimPrefix(s.url, "http://")
	push(t, host, "latest", archive(twin("r1", "r1")))
	cache := t.TempDir()
	opa := fmt.Sprintf(`
services: {registry: {url: %q, type: oci, credentials: {bearer: {scheme: Basic, token: "%s:%s"}}}}
persistence_directory: %s
bundles:
  main:
    service: registry
    resource: %s/policies/qlik:latest
    persist: true
    polling: {min_delay_seconds: 1, max_delay_seconds: 1}
`, s.url, registryUser, registryPassword, cache, host)
	p := start(t, withOPA(t, opa))
	p.ready("r1")
	downloads := s.count("GET 200")
	heads := s.count("HEAD 200")
	eventually(t, "the tag is looked at again", func() bool { return s.count("HEAD 200") > heads })
	if got := s.count("GET 200"); got != downloads {
		t.Errorf("%d downloads of what did not change", got-downloads)
	}
	push(t, host, "latest", archive(twin("r2", "r2")))
	p.ready("r2")
	s.goAway(true)
	p.says("bundle main")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides without the registry", got)
	}
	stored := filepath.Join(cache, "bundles", "main", "bundle.tar.gz")
	eventually(t, "the bundle is stored", func() bool { return exists(stored) })
	p.end()
	p = start(t, withOPA(t, opa))
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides at the next start", got)
	}
	s.goAway(false)
	push(t, host, "latest", []byte("rubbish"))
	p.says("bundle main")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("after rubbish: %s", got)
	}
	push(t, host, "latest", archive(twin("r3", "r3")))
	p.ready("r3")
	p.well()
	p.end()
	p = start(t, withOPA(t, opa, "services.registry.credentials.bearer.token=robot:another", "bundles.main.persist=false"))
	p.says("basic credential not found")
	if strings.Contains(p.health().body+p.log.String(), "another") {
		t.Error("the password is told")
	}
}

// TestRegistryWithoutDisk refuses to start: OPA stores bundles from a registry on disk, and panics if it
// cannot.
func TestRegistryWithoutDisk(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	write(t, blocked, nil)
	opa := `
services: {registry: {url: "http://127.0.0.1:1", type: OCI}}
bundles: {main: {service: registry, resource: "127.0.0.1:1/policies/qlik:latest"}}
`
	for name, dir := range map[string]string{"the persistence directory": "persistence_directory: " + blocked + "\n", "TMPDIR": ""} {
		t.Setenv("TMPDIR", blocked)
		if message := refused(t, opa+dir); !strings.Contains(message, "the registry's bundles are kept on disk first") {
			t.Errorf("%s: %s", name, message)
		}
	}
}

// TestObjectStorage gets bundles from a server that supports S3 and verifies signatures.
func TestObjectStorage(t *testing.T) {
	memory := s3mem.New()
	if err := memory.CreateBucket(t.Context(), "policies"); err != nil {
		t.Fatal(err)
	}
	put := func(content []byte) {
		if _, err := memory.PutObject(t.Context(), "policies", "emea/qlik.tar.gz", map[string]string{}, bytes.NewReader(content), int64(len(content))); err != nil {
			t.Fatal(err)
		}
	}
	s := newSwitched(t, gofakes3.New(memory, gofakes3.WithV4Auth(map[string]string{"KEYID": "storage-secret-key"})).Server())
	t.Setenv("AWS_ACCESS_KEY_ID", "KEYID")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "storage-secret-key")
	t.Setenv("AWS_REGION", "eu-central-1")
	opa := fmt.Sprintf(`
services: {storage: {url: "%s/policies", credentials: {s3_signing: {environment_credentials: {}}}}}
bundles:
  main: {service: storage, resource: emea/qlik.tar.gz, polling: {min_delay_seconds: 1, max_delay_seconds: 1}}
`, s.url)
	put(archive(twin("r1", "r1")))
	p := start(t, withOPA(t, opa))
	p.ready("r1")
	eventually(t, "what did not change is not sent again", func() bool { return s.count("GET 304") > 0 })
	if got := s.count("GET 200"); got != 1 {
		t.Errorf("it was sent %d times", got)
	}
	put(archive(twin("r2", "r2")))
	p.ready("r2")
	s.goAway(true)
	p.says("bundle main")
	if got := p.decidesBy(); got != "r2/r2" {
		t.Errorf("%s decides without the storage", got)
	}
	s.goAway(false)
	p.well()
	p.end()
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret-key")
	p = start(t, withOPA(t, opa))
	p.says("403")
	if strings.Contains(p.health().body+p.log.String(), "wrong-secret-key") {
		t.Error("the key is told")
	}
}

// TestCloudTokens gets bundles with tokens of a machine's identity, as the storage of Google and Azure
// requires. The token servers are our own, because those of the clouds are only reachable from their
// machines.
func TestCloudTokens(t *testing.T) {
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		google := r.URL.Path == "/computeMetadata/v1/instance/service-accounts/default/token" && r.Header.Get("Metadata-Flavor") == "Google"
		azure := r.URL.Path == "/identity" && r.Header.Get("Metadata") == "true" && r.URL.Query().Get("resource") == "https://storage.azure.com/"
		if !google && !azure {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		expires := "3600"
		if azure {
			expires = `"3600"`
		}
		_, _ = io.WriteString(w, `{"access_token":"`+storageToken+`","expires_in":`+expires+`,"token_type":"Bearer"}`)
	}))
	t.Cleanup(tokens.Close)
	storage := newPlane(t)
	storage.put("qlik.tar.gz", archive(twin("r1", "r1")))
	s := newSwitched(t, tokenOnly(storage))
	for name, credentials := range map[string]string{
		"google": fmt.Sprintf(`{gcp_metadata: {endpoint: %q, scopes: ["https://www.googleapis.com/auth/devstorage.read_only"]}}`, tokens.URL),
		"azure":  fmt.Sprintf(`{azure_managed_identity: {endpoint: "%s/identity", resource: "https://storage.azure.com/"}}`, tokens.URL),
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, withOPA(t, fmt.Sprintf(`
services: {storage: {url: %q, credentials: %s}}
bundles: {main: {service: storage, resource: bundles/qlik.tar.gz}}
`, s.url, credentials)))
			p.ready("r1")
		})
	}
}

// refused returns why a configuration is refused.
func refused(t testing.TB, yaml string) string {
	t.Helper()
	server, err := pdp.New(t.Context(), withOPA(t, yaml))
	if err == nil {
		t.Fatal(stopped(t, server), "it is not refused")
	}
	return err.Error()
}
