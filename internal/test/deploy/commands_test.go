package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

// The checkout, and the files that operators copy.
const (
	checkout = "../../.."
	shipped  = checkout + "/docs/deploy"
	scenario = checkout + "/testdata/scenarios/stream-hierarchy"
)

// soon is far more time than any step needs on a busy machine.
const soon = 5 * time.Minute

var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

// needCommands skips the test in modes in which starting the real commands takes too long.
func needCommands(t *testing.T) {
	t.Helper()
	exact.Skip(t)
}

// theBinary is qlik2rego, built by the command of the Dockerfile, once for all tests.
var theBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "qlik2rego")
	if err != nil {
		return "", err
	}
	built = filepath.Join(dir, "qlik2rego")
	if runtime.GOOS == "windows" {
		built += ".exe"
	}
	return built, buildAsInTheImage(checkout, built)
})

func qlik2rego(t *testing.T) string {
	t.Helper()
	needCommands(t)
	path, err := theBinary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var stockCommand = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "opa").Output()
	return strings.TrimSpace(string(out)), err
})

// opa returns the path of the stock command of the version in go.mod.
func opa(t *testing.T) string {
	t.Helper()
	needCommands(t)
	path, err := stockCommand()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// output runs a command to its end and returns its standard output.
func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	command := exec.Command(name, args...)
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", command, err, out, &stderr)
	}
	return out
}

// process is a command that runs until it is stopped or the test ends.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    *syncBuffer
	exited chan struct{}
}

func start(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: command, log: &syncBuffer{}, exited: make(chan struct{})}
	command.Stdout, command.Stderr = p.log, p.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = command.Wait() // stop kills it; its output is in the log
		close(p.exited)
	}()
	t.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// await polls the log for a match and returns the groups of the match.
func (p *process) await(pattern string) []string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	var found []string
	p.until("the log comes to "+pattern, func() bool {
		found = re.FindStringSubmatch(p.log.String())
		return found != nil
	})
	return found
}

// until polls until the process has reached a state.
func (p *process) until(what string, done func() bool) {
	p.t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	late := time.After(soon)
	for !done() {
		select {
		case <-again.C:
		case <-p.exited:
			p.t.Fatalf("%s has ended before %s:\n%s", p.cmd, what, p.log)
		case <-late:
			p.t.Fatalf("not in %v: %s\n%s", soon, what, p.log)
		}
	}
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
