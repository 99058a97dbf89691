package deploy_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const fleetToken = "a-token-of-the-fleet"

// bundleServer is the server of a fleet of OPA: it serves bundles by path with ETags, and receives status
// reports. Requests without the fleet's token get status 401.
type bundleServer struct {
	t   *testing.T
	url string

	// token is the file with the fleet's token.
	token string

	mu        sync.Mutex
	bundles   map[string][]byte
	unchanged map[string]int
	status    []byte
}

func startBundleServer(t *testing.T) *bundleServer {
	t.Helper()
	b := &bundleServer{t: t, token: filepath.Join(t.TempDir(), "token"), bundles: map[string][]byte{}, unchanged: map[string]int{}}
	if err := os.WriteFile(b.token, []byte(fleetToken), 0o600); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bundles/{name}", b.serve)
	mux.HandleFunc("POST /status/{partition}", b.report)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+fleetToken {
			http.Error(w, "who is it?", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// publish publishes a bundle under a name, and replaces the previous one.
func (b *bundleServer) publish(name, file string) {
	b.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bundles[name] = content
	b.unchanged[name] = 0
}

func (b *bundleServer) serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	b.mu.Lock()
	defer b.mu.Unlock()
	content, ok := b.bundles[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(content))
	if r.Header.Get("If-None-Match") == tag {
		b.unchanged[name]++
	}
	w.Header().Set("ETag", tag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}

// askedAgain reports whether a client that already has the published bundle has requested it again and got
// status 304.
func (b *bundleServer) askedAgain(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unchanged[name] > 0
}

func (b *bundleServer) report(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = body
}

// reported returns what the last status report contains about the bundle qlik.
func (b *bundleServer) reported() (labels map[string]string, active, failure string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.status == nil {
		return nil, "", ""
	}
	var says struct {
		Labels  map[string]string `json:"labels"`
		Bundles map[string]struct {
			Active  string `json:"active_revision"`
			Message string `json:"message"`
		} `json:"bundles"`
	}
	if err := json.Unmarshal(b.status, &says); err != nil {
		b.t.Errorf("a status report: %v\n%s", err, b.status)
	}
	return says.Labels, says.Bundles["qlik"].Active, says.Bundles["qlik"].Message
}
