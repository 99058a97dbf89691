package listen_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// TestTheLongestIdleGivesWay has two idle connections, and a third one that replaces the one that has
// been idle longer.
func TestTheLongestIdleGivesWay(t *testing.T) {
	for longest := range 2 {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := listen.Limit(inner, 2)
		defer l.Close()
		var clients, served []net.Conn
		connect := func() {
			c, err := net.Dial("tcp", inner.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			s, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			clients, served = append(clients, c), append(served, s)
		}
		connect()
		connect()
		l.State(served[longest], http.StateIdle)
		l.State(served[1-longest], http.StateIdle)
		connect()
		_ = clients[longest].SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := clients[longest].Read(make([]byte, 1)); !errors.Is(err, io.EOF) || l.Evicted() != 1 {
			t.Errorf("connection %d: %v, %d evicted", longest, err, l.Evicted())
		}
	}
}
