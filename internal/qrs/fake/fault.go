package fake

import (
	"net/http"
	"sync"
	"time"
)

// Fault is an intentional fault of one call.
type Fault int

// The faults.
const (
	// NoFault does not affect the call.
	NoFault Fault = iota
	// ServerError answers 500 without doing anything.
	ServerError
	// CutBefore drops the connection without doing anything.
	CutBefore
	// CutAfter completes the call, and drops the connection instead of answering.
	CutAfter
	// CutBody drops the connection in the middle of the answer.
	CutBody
	// ShortList answers a list with its first 100 entities only.
	ShortList
	// Conflict answers 409 without doing anything.
	Conflict
	// ProxyError answers the HTML page of a proxy with 400.
	ProxyError
	// LoginPage answers the HTML of a login page.
	LoginPage
	// Slow answers after Options.SlowBy.
	Slow
)

// Faults selects the fault of a call. A nil Faults has none.
type Faults func(r *http.Request) Fault

// Once returns faults that affect the nth matching call, counted from 1.
func Once(f Fault, n int, match func(*http.Request) bool) Faults {
	var mu sync.Mutex
	seen := 0
	return func(r *http.Request) Fault {
		mu.Lock()
		defer mu.Unlock()
		if match != nil && !match(r) {
			return NoFault
		}
		if seen++; seen == n {
			return f
		}
		return NoFault
	}
}

// faulty runs a handler under a fault.
func (s *Server) faulty(w http.ResponseWriter, r *http.Request, f Fault, next http.HandlerFunc) {
	switch f {
	case NoFault:
		next(w, r)
	case ServerError:
		http.Error(w, "An error occurred", http.StatusInternalServerError)
	case CutBefore:
		panic(http.ErrAbortHandler)
	case CutAfter:
		next(discard{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	case CutBody:
		next(&cutting{ResponseWriter: w, left: 200}, r)
		panic(http.ErrAbortHandler)
	case ShortList:
		next(w, r.WithContext(withShortList(r.Context())))
	case Conflict:
		http.Error(w, errConflict.Error(), http.StatusConflict)
	case ProxyError:
		html(w, http.StatusBadRequest, "<html><body><h2>400 Bad Request</h2>The http request header is incorrect.</body></html>")
	case LoginPage:
		html(w, http.StatusOK, loginPage)
	case Slow:
		select {
		case <-time.After(s.options.SlowBy):
			next(w, r)
		case <-r.Context().Done():
			// Returning would send an empty answer, which a caller that is closing the
			// connection may still read.
			panic(http.ErrAbortHandler)
		}
	}
}

const loginPage = `<!DOCTYPE html><html><head><title>Qlik Sense</title></head><body><form action="/form" method="post">User name</form></body></html>`

func html(w http.ResponseWriter, code int, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(page))
}

// discard is an answer that is not sent.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// cutting passes the first bytes of an answer on and then drops the connection.
type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(b []byte) (int, error) {
	if len(b) > c.left {
		_, _ = c.ResponseWriter.Write(b[:c.left])
		if f, ok := c.ResponseWriter.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	c.left -= len(b)
	return c.ResponseWriter.Write(b)
}
