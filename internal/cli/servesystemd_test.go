package cli

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// systemd is a notify socket like systemd's.
type systemd struct {
	socket string
	mu     sync.Mutex
	told   []string // one assignment each
}

func newSystemd(t *testing.T) *systemd {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("systemd is on Linux")
	}
	s := &systemd{socket: filepath.Join(t.TempDir(), "notify")}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: s.socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		packet := make([]byte, 4096)
		for {
			n, err := conn.Read(packet)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.told = append(s.told, strings.Split(string(packet[:n]), "\n")...)
			s.mu.Unlock()
		}
	}()
	return s
}

// await waits until an assignment with this prefix was received n times.
func (s *systemd) await(t *testing.T, begin string, n int) {
	t.Helper()
	await(t, func() string { return fmt.Sprintf("systemd was not told %s %d times: %q", begin, n, s.all()) }, func() bool { return s.count(begin) >= n })
}

func (s *systemd) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}

func (s *systemd) count(begin string) (n int) {
	for _, a := range s.all() {
		if strings.HasPrefix(a, begin) {
			n++
		}
	}
	return n
}

// TestServeUnderSystemd checks the notifications of the start, of another bundle, of a reload, of the watchdog, and of the
// end.
func TestServeUnderSystemd(t *testing.T) {
	s := newSystemd(t)
	t.Setenv("NOTIFY_SOCKET", s.socket)
	t.Setenv("WATCHDOG_USEC", "200000")
	bundle := siteBundle(t)
	p := spawn(t, os.Stdout, "-b", bundle, "--watch", "10ms")
	s.await(t, "READY=1", 1)
	s.await(t, "STATUS=deciding by revision ", 1)
	s.await(t, "WATCHDOG=1", 3)
	if n := s.count("RELOADING=1") + s.count("STOPPING=1"); n != 0 {
		t.Errorf("%q", s.all())
	}
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.await(t, "RELOADING=1", 1)
	s.await(t, "MONOTONIC_USEC=", 1)
	for _, a := range s.all() {
		if clock, ok := strings.CutPrefix(a, "MONOTONIC_USEC="); ok {
			if at, err := strconv.ParseUint(clock, 10, 64); err != nil || at == 0 {
				t.Errorf("%q", a)
			}
		} else if name, _, ok := strings.Cut(a, "="); !ok || name != strings.ToUpper(name) {
			t.Errorf("%q is not an assignment", a)
		}
	}
	s.await(t, "READY=1", 2)
	p.granted(t)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.await(t, "STOPPING=1", 1)
	s.await(t, "EXTEND_TIMEOUT_USEC=20000000", 1)
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v:\n%s", err, p.log)
	}
	ready, stopping := slices.Index(s.all(), "READY=1"), slices.Index(s.all(), "STOPPING=1")
	if ready < 0 || ready > stopping {
		t.Errorf("in this order: %q", s.all())
	}
}

// TestServeIsNotReadyForSystemd checks this for a bundle that cannot be activated.
func TestServeIsNotReadyForSystemd(t *testing.T) {
	s := newSystemd(t)
	t.Setenv("NOTIFY_SOCKET", s.socket)
	p := spawn(t, os.Stdout, "-b", filepath.Join(t.TempDir(), "nothing.tar.gz"))
	if err := p.Wait(); p.ProcessState.ExitCode() != ExitInput {
		t.Errorf("it ended with %v", err)
	}
	if n := s.count("READY=1"); n != 0 {
		t.Errorf("%q", s.all())
	}
	w := spawn(t, os.Stdout, "-b", filepath.Join(t.TempDir(), "nothing.tar.gz"), "--wait")
	s.await(t, "STATUS=waiting for a bundle", 1)
	s.await(t, "READY=1", 1)
	w.kill()
}
