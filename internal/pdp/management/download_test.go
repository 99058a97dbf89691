package management

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestDownloadsEnd gives up on a server that sends a little again and again: it is never silent, but its
// answer does not end.
func TestDownloadsEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := io.WriteString(w, "a little"); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	}))
	defer server.Close()
	d := newDownloads(1 << 40)
	if d.within != 10*time.Minute {
		t.Errorf("downloads may take %s", d.within)
	}
	d.within = 50 * time.Millisecond
	client := &http.Client{Transport: transports{}.NewTransport(nil, []any{time.Hour, d})}
	response, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := d.oldest(); !ok {
		t.Error("the download is not counted")
	}
	_, err = io.Copy(io.Discard, response.Body)
	if !errors.Is(err, errEndless) || !strings.Contains(err.Error(), "after 50ms") {
		t.Errorf("it ends with %v", err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	if _, ok := d.oldest(); ok {
		t.Error("the download is counted after its end")
	}
}
