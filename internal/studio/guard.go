package studio

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// guard decides which requests reach the console. Pages of other sites in the same browser must not
// read or change anything here, whatever requests they cause:
//
//   - the Host header must be that of this listener, so that a name that is later bound to the
//     loopback address (DNS rebinding) gives no access;
//   - a request needs the cookie that only the opened address, with its token, sets;
//   - a request that changes anything must come from the page itself, and be JSON.
type guard struct {
	token  string
	hosts  []string
	cookie string
}

func newGuard(at *net.TCPAddr) *guard {
	port := strconv.Itoa(at.Port)
	g := &guard{token: newToken(), cookie: "qlik2rego_studio_" + port}
	for _, host := range []string{at.IP.String(), "localhost", "127.0.0.1", "::1"} {
		g.hosts = append(g.hosts, net.JoinHostPort(host, port))
	}
	return g
}

// newToken returns 256 random bits.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := newToken()[:22]
		harden(w.Header(), nonce)
		switch {
		case !slices.Contains(g.hosts, r.Host):
			refuse(w, http.StatusMisdirectedRequest, "this server answers only to its own address")
		case isAsset(r):
			next.ServeHTTP(w, r)
		case r.URL.Path == "/" && r.URL.Query().Has("token"):
			g.enter(w, r)
		case !g.knows(r):
			refuse(w, http.StatusForbidden, "open the address that qlik2rego studio printed: it has the token that this page needs")
		case !fromPage(r):
			refuse(w, http.StatusForbidden, "the request does not come from the studio's own page")
		default:
			next.ServeHTTP(w, withNonce(r, nonce))
		}
	})
}

// harden restricts what a browser may do with an answer.
func harden(h http.Header, nonce string) {
	h.Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' data:; connect-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", nonce))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// enter exchanges the token of the address for a cookie, so that the token does not stay in
// the address bar.
func (g *guard) enter(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !equal(r.URL.Query().Get("token"), g.token) {
		refuse(w, http.StatusForbidden, "the token of the address is not valid: qlik2rego studio makes a new one at every start")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: g.cookie, Value: g.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (g *guard) knows(r *http.Request) bool {
	c, err := r.Cookie(g.cookie)
	return err == nil && equal(c.Value, g.token)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// fromPage reports whether a request can only come from the page: the browser reports the same
// origin, and a request with changes has the origin and is JSON, which forms cannot send.
func fromPage(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := r.Header.Get("Origin")
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return origin == "" || origin == "http://"+r.Host
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return origin == "http://"+r.Host && strings.TrimSpace(media) == "application/json"
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, why) // the caller may have disconnected
}
