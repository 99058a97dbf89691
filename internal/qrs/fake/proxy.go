package fake

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// session is one of a JWT virtual proxy.
type session struct{ login, csrf string }

// maxSessions is the maximum number of sessions of a user.
const maxSessions = 5

// Proxy is the handler of a proxy's port with two virtual proxies, header and jwt; all other
// paths show a login page.
func (s *Server) Proxy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		s.faulty(w, r, s.fault(r), s.throughProxy)
	})
}

func (s *Server) throughProxy(w http.ResponseWriter, r *http.Request) {
	if path, ok := cutPrefixFold(r.URL.Path, "/header"); ok {
		login := r.Header.Get(s.options.HeaderName)
		if login == "" {
			html(w, http.StatusBadRequest, "<html><body><h2>400 Bad Request</h2>The http request header is incorrect.</body></html>")
			return
		}
		s.serve(w, r, path, login)
		return
	}
	if path, ok := cutPrefixFold(r.URL.Path, "/jwt"); ok {
		s.jwt(w, r, path)
		return
	}
	html(w, http.StatusOK, loginPage)
}

const cookieName = "X-Qlik-Session-jwt"

// jwt answers a call through the JWT virtual proxy: the first one, with the bearer, opens
// a session; the others carry its cookie and its CSRF token.
func (s *Server) jwt(w http.ResponseWriter, r *http.Request, path string) {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		login := s.options.Tokens[bearer]
		if login == "" {
			http.Error(w, "Unauthorized", http.StatusUnauthorized)
			return
		}
		if !strings.EqualFold(path, "/qps/csrftoken") {
			http.Error(w, "CSRF token is missing", http.StatusForbidden)
			return
		}
		s.open(w, login)
		return
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	s.mu.Lock()
	known, ok := s.sessions[cookie.Value]
	if ok && r.Method == http.MethodDelete && strings.EqualFold(path, "/qps/user") {
		delete(s.sessions, cookie.Value)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	switch {
	case !ok:
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	case r.Header.Get("qlik-csrf-token") != known.csrf:
		http.Error(w, "CSRF token is missing", http.StatusForbidden)
	default:
		s.serve(w, r, path, known.login)
	}
}

// open opens a session.
func (s *Server) open(w http.ResponseWriter, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, other := range s.sessions {
		if other.login == login {
			n++
		}
	}
	if n >= maxSessions {
		http.Error(w, "Too many parallel sessions", http.StatusForbidden)
		return
	}
	id, csrf := rand.Text(), rand.Text()
	s.sessions[id] = session{login, csrf}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: id, Path: "/jwt", Secure: true, HttpOnly: true})
	w.Header().Set("qlik-csrf-token", csrf)
	w.WriteHeader(http.StatusNoContent)
}

// Sessions is the number of open sessions of the JWT virtual proxy.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}
