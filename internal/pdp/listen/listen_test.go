package listen_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

func TestLocal(t *testing.T) {
	for address, want := range map[listen.Address]bool{
		"127.0.0.1:8181":    true,
		"127.9.9.9:1":       true,
		"[::1]:8181":        true,
		"localhost:8181":    true,
		"unix:/run/x.sock":  true,
		"0.0.0.0:8181":      false,
		":8181":             false,
		"[::]:8181":         false,
		"10.0.0.1:8181":     false,
		"localhost.evil:1":  false,
		"example.com:8181":  false,
		"127.0.0.1":         false,
		"unixy:/run/x.sock": false,
	} {
		if got := address.Local(); got != want {
			t.Errorf("%s: %t, want %t", address, got, want)
		}
	}
}

func TestSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pdp.sock")
	address := listen.Address("unix:" + path)
	for _, mode := range []os.FileMode{0o600, 0o660} {
		l, err := address.Listen(mode)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != mode {
			t.Errorf("%v %v, want %v", info.Mode(), err, mode)
		}
		if l.Addr().String() != path {
			t.Errorf("it listens on %s", l.Addr())
		}
		go func() {
			if c, err := l.Accept(); err == nil {
				c.Close()
			}
		}()
		if _, err := address.Listen(mode); err == nil || !strings.Contains(err.Error(), "another process listens on") {
			t.Errorf("a socket in use: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("the socket is left behind: %v", err)
		}
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestSocketOfAnother checks that a process does not remove the socket of a later process with the same
// name.
func TestSocketOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pdp.sock")
	first, err := listen.Address("unix:" + path).Listen(0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	second, err := listen.Address("unix:" + path).Listen(0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error("the socket of the second is gone:", err)
	}
}

// TestStaleSocket checks that only the socket of a killed process is replaced.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	fresh, err := listen.Address("unix:" + stale).Listen(0o600)
	if err != nil {
		t.Fatal(err)
	}
	fresh.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen.Address("unix:" + file).Listen(0o600); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a file: %v", err)
	}
	for _, address := range []listen.Address{"nowhere", "unix:" + listen.Address(dir) + "/no/folder", "256.0.0.1:1"} {
		if _, err := address.Listen(0o600); err == nil {
			t.Errorf("%s was accepted", address)
		}
	}
}
