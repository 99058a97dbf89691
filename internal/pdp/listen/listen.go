package listen

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Address is an address to listen on: "host:port", or "unix:" and the path of a socket.
type Address string

const unixScheme = "unix:"

// Socket returns the path of a unix socket.
func (a Address) Socket() (path string, ok bool) { return strings.CutPrefix(string(a), unixScheme) }

// Check reports an invalid address.
func (a Address) Check() error {
	if path, ok := a.Socket(); ok && path != "" {
		return nil
	}
	_, port, err := net.SplitHostPort(string(a))
	if err != nil || port == "" {
		return fmt.Errorf("the address %q is neither host:port nor unix:PATH", string(a))
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("the address %q has no port from 0 to 65535", string(a))
	}
	return nil
}

// Local reports whether only processes on this machine can connect to the address: it is a
// socket or a loopback address, and not a host name, which others could control.
func (a Address) Local() bool {
	if _, ok := a.Socket(); ok {
		return true
	}
	host, _, err := net.SplitHostPort(string(a))
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || host == "localhost"
}

// Listen opens the address. A socket has the given permissions from the beginning; a stale
// socket is replaced, one that is in use is not.
func (a Address) Listen(mode os.FileMode) (net.Listener, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	path, ok := a.Socket()
	if !ok {
		return net.Listen("tcp", string(a))
	}
	return listenSocket(path, mode)
}

func listenSocket(path string, mode os.FileMode) (net.Listener, error) {
	switch info, err := os.Lstat(path); {
	case err == nil && info.Mode()&os.ModeSocket == 0:
		return nil, fmt.Errorf("%s is there and is no socket", path)
	case err == nil:
		if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
			return nil, errors.Join(fmt.Errorf("another process listens on %s", path), c.Close())
		}
	}
	// The socket gets its permissions in a directory that nobody else can access, before it is
	// renamed.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".s")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // an empty directory
	temp := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: temp, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(temp, mode), os.Rename(temp, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	own, err := os.Lstat(path)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &socket{UnixListener: l, path: path, own: own}, nil
}

// socket removes its file when it is closed, unless another process has replaced it.
type socket struct {
	*net.UnixListener
	path string
	own  os.FileInfo
}

// Close implements net.Listener.
func (s *socket) Close() error {
	err := s.UnixListener.Close()
	if now, stat := os.Lstat(s.path); err == nil && stat == nil && os.SameFile(now, s.own) {
		_ = os.Remove(s.path)
	}
	return err
}

// Addr implements net.Listener.
func (s *socket) Addr() net.Addr { return &net.UnixAddr{Name: s.path, Net: "unix"} }
