package difftest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var stockShare = flag.Int("stock", 7, "of how many sites one is asked of the stock opa command too; 0 for none")

// command returns the path of the unmodified opa of the version in go.mod.
var command = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "opa").Output()
	return strings.TrimSpace(string(out)), err
})

// needStock skips the test if the stock command is not available.
func needStock(t *testing.T) {
	switch {
	case *stockShare == 0:
		t.Skip("-stock=0")
	case !exact.Enabled():
		t.Skip("the stock command is not built: " + exact.Hint)
	case runtime.GOOS == "windows":
		t.Skip("the stock command is asked over a Unix socket")
	}
	if _, err := command(); err != nil {
		t.Fatalf("the stock command: %v", err)
	}
}

// openStock loads a case into the independent evaluator and, as a bundle file, into the server of the stock
// command.
func openStock(ctx context.Context, c sitegen.Case, o options) (*site, failure) {
	s, f := open(ctx, c, o)
	if f.kind != "" {
		return nil, f
	}
	stock, err := serve(ctx, s)
	if err != nil {
		s.close()
		return nil, failure{"the stock command does not serve the bundle", err.Error()}
	}
	s.ask = stock.ask
	closeCase := s.close
	s.close = func() {
		stock.stop()
		closeCase()
	}
	return s, failure{}
}

// stock is a server of the stock command.
type stock struct {
	dir     string
	process *exec.Cmd
	output  bytes.Buffer
	exited  chan struct{}
	client  http.Client
}

// readyWithin is far more time than a server needs on a busy machine.
const readyWithin = 5 * time.Minute

func serve(ctx context.Context, s *site) (*stock, error) {
	opa, err := command()
	if err != nil {
		return nil, err
	}
	// The path of a socket must be shorter than that of a test's temporary directory.
	dir, err := os.MkdirTemp("", "opa")
	if err != nil {
		return nil, err
	}
	k := &stock{dir: dir, exited: make(chan struct{})}
	bundle, socket := filepath.Join(dir, "bundle.tar.gz"), filepath.Join(dir, "s")
	if err := write(ctx, bundle, s); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	k.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	k.process = exec.Command(opa, "run", "--server", "--skip-version-check", "--log-level=error", "--addr=unix://"+socket, "--bundle", bundle)
	k.process.Stdout, k.process.Stderr = &k.output, &k.output
	if err := k.process.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() {
		_ = k.process.Wait() // stop kills it; the messages are in its output
		close(k.exited)
	}()
	if err := k.ready(ctx); err != nil {
		k.stop()
		return nil, fmt.Errorf("%w\n%s", err, k.output.String())
	}
	return k, nil
}

func write(ctx context.Context, path string, s *site) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = bundles.Build(ctx, file, s.policy, s.data, bundles.BuildOptions{})
	return errors.Join(err, file.Close())
}

// ready polls the server's health.
func (k *stock) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if status, _, err := k.call(ctx, http.MethodGet, "/health", nil); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-again.C:
		case <-k.exited:
			return errors.New("the server has ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (k *stock) stop() {
	_ = k.process.Process.Kill()
	<-k.exited
	k.client.CloseIdleConnections()
	_ = os.RemoveAll(k.dir)
}

func (k *stock) call(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://opa"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := k.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// ask queries all entry points at once. The server itself refuses a request that is not JSON, which counts
// as invalid_request.
func (k *stock) ask(ctx context.Context, request []byte) (answer, error) {
	status, body, err := k.call(ctx, http.MethodPost, "/v1/data/qlik/authz", fmt.Appendf(nil, `{"input": %s}`, request))
	switch {
	case err != nil:
		return answer{}, err
	case status == http.StatusBadRequest && !json.Valid(request):
		return newAnswer(false, nil, "invalid_request", nil), nil
	case status != http.StatusOK:
		return answer{}, fmt.Errorf("status %d: %s", status, body)
	}
	var says struct {
		Result struct {
			Allow     bool     `json:"allow"`
			GrantedBy []string `json:"granted_by"`
			Actions   []string `json:"actions"`
			Decision  answer   `json:"decision"`
		} `json:"result"`
	}
	if err := json.Unmarshal(body, &says); err != nil {
		return answer{}, err
	}
	r := says.Result
	whole := newAnswer(r.Allow, r.GrantedBy, r.Decision.Reason, r.Actions)
	if d := newAnswer(r.Decision.Allow, r.Decision.GrantedBy, r.Decision.Reason, r.Actions); !d.equal(whole) {
		return answer{}, fmt.Errorf("the entry points contradict each other: %s", body)
	}
	return whole, nil
}
