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

// stockServer is the server of the stock command, asked over a unix socket.
type stockServer struct {
	t       *testing.T
	process *process
	client  *http.Client
}

// startStock runs the server and returns it once its bundles are active.
func startStock(t *testing.T, env []string, args ...string) *stockServer {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stock command is asked over a Unix socket")
	}
	// The path of a socket must be short, which that of a test's folder is not.
	dir, err := os.MkdirTemp("", "opa")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	command := exec.Command(opa(t), append([]string{"run", "--server", "--skip-version-check", "--log-level=error", "--addr=unix://" + socket}, args...)...)
	command.Env = append(os.Environ(), env...)
	s := &stockServer{t: t, process: start(t, command)}
	s.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	t.Cleanup(s.client.CloseIdleConnections)
	s.process.until("its bundles are active", func() bool {
		status, _, err := s.call(http.MethodGet, "/health?bundles", nil)
		return err == nil && status == http.StatusOK
	})
	return s
}

func (s *stockServer) call(method, path string, body []byte) (int, []byte, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://opa"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}
