package pdp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// abandon answers a request whose goroutine is occupied by abandoned work, and closes the
// connection. It takes the connection from the HTTP server, which would otherwise wait for
// the goroutine before it sends the answer and before it shuts down. It returns false if the
// server does not hand out connections; those of this package do.
func (x *exchange) abandon(reason error) bool {
	header := x.w.Header()
	conn, buffered, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return false
	}
	_ = conn.SetWriteDeadline(time.Now().Add(takenWithin)) // a few hundred bytes fit into any buffer
	x.abandoned, x.last = true, true
	x.w = &taken{header: header, to: buffered.Writer, brief: x.r.Method == http.MethodHead}
	trace.SpanFromContext(x.r.Context()).SetStatus(codes.Error, reason.Error())
	x.fail(reason)
	x.gate.turns.exit(x.caller)
	x.finished(x, time.Since(x.start))
	_ = buffered.Flush() // an error of the client, which may have left
	closeRead(conn)
	return true
}

// takenWithin is the time limit for writing the answer to a taken connection.
const takenWithin = 10 * time.Second

// closeRead closes a connection when the client has closed it, or after restWithin. Closing it while
// there is unread data would discard the answer.
func closeRead(conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(restWithin))
	_, _ = io.Copy(io.Discard, io.LimitReader(conn, headerMax))
	_ = conn.Close()
}

// taken is the response writer of a connection that was taken from the HTTP server.
type taken struct {
	header http.Header
	to     *bufio.Writer
	brief  bool // HEAD: no body
}

// Header implements http.ResponseWriter.
func (t *taken) Header() http.Header { return t.header }

// WriteHeader implements http.ResponseWriter.
func (t *taken) WriteHeader(status int) {
	t.header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	_, _ = fmt.Fprintf(t.to, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status)) // the writer keeps the error
	_ = t.header.Write(t.to)
	_, _ = t.to.WriteString("\r\n")
}

// Write implements http.ResponseWriter.
func (t *taken) Write(text []byte) (int, error) {
	if t.brief {
		return len(text), nil
	}
	return t.to.Write(text)
}
