package deploy_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// server is a process that is called over a unix socket.
type server struct {
	t       *testing.T
	process *process
	client  *http.Client
}

func newServer(t *testing.T, p *process, socket string) *server {
	s := &server{t: t, process: p}
	s.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

func (s *server) call(method, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://server"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// well reports whether a probe succeeds.
func (s *server) well(path string) bool {
	status, _, err := s.call(http.MethodGet, path, nil)
	return err == nil && status == http.StatusOK
}

// shortDir returns a directory for sockets, whose paths must be shorter than those in a test's temporary
// directory.
func shortDir(t *testing.T) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("servers are asked over unix sockets")
	}
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// startStock runs the stock command's server and returns it when its bundles are active.
func startStock(t *testing.T, env []string, args ...string) *server {
	t.Helper()
	socket := filepath.Join(shortDir(t), "s")
	command := exec.Command(opa(t), append([]string{"run", "--server", "--skip-version-check", "--log-level=error", "--addr=unix://" + socket}, args...)...)
	command.Env = append(os.Environ(), env...)
	s := newServer(t, start(t, command), socket)
	s.process.until("its bundles are active", func() bool { return s.well("/health?bundles") })
	return s
}
