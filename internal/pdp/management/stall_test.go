package management

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// TestSilentServersAreGivenUp has a server that begins an answer and then sends nothing.
func TestSilentServersAreGivenUp(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "the beginning")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	client := &http.Client{Transport: transports{}.NewTransport(nil, []any{50 * time.Millisecond})}
	response, err := client.Get(server.URL)
	if err == nil {
		_, err = io.Copy(io.Discard, response.Body)
		if closing := response.Body.Close(); closing != nil {
			t.Error(closing)
		}
	}
	if !errors.Is(err, errStalled) {
		t.Errorf("it ends with %v", err)
	}
}

// TestWaitForHeaders checks that the limit is longer than a long poll.
func TestWaitForHeaders(t *testing.T) {
	limits := timeoutTransport{after: time.Second}
	for prefer, want := range map[string]time.Duration{
		"":                              time.Hour,
		"wait=60":                       61 * time.Second,
		"modes=snapshot,delta; wait=10": 11 * time.Second,
		"wait=soon":                     time.Hour,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Prefer", prefer)
		if got := limits.forHeader(r); got != want {
			t.Errorf("%q waits %s, want %s", prefer, got, want)
		}
	}
}

// TestStoreReadsTheCurrentPolicy checks that masks of the log can read the data of the policy, which is
// not in OPA's store.
func TestStoreReadsTheCurrentPolicy(t *testing.T) {
	var current *live.Policy
	s := newStore(nil, func() *live.Policy { return current })
	read := func(path ...string) (any, error) {
		txn, err := s.NewTransaction(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Abort(t.Context(), txn)
		return s.Read(t.Context(), txn, path)
	}
	if value, err := read("mask", "fields"); !storage.IsNotFound(err) {
		t.Errorf("without a policy there is %v, %v", value, err)
	}
	data := &bundles.Document{}
	if err := data.Put("name", "mask", "fields"); err != nil {
		t.Fatal(err)
	}
	current = &live.Policy{Data: data}
	if value, err := read("mask", "fields"); err != nil || value != "name" {
		t.Errorf("there is %v, %v", value, err)
	}
	if value, err := read("mask", "others"); !storage.IsNotFound(err) {
		t.Errorf("what the policy does not have is %v, %v", value, err)
	}
}
