package qrs

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// Error is a failed call: the site's answer, its meaning and what to do.
type Error struct {
	Method, Path string
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Said is the site's answer, shortened.
	Said string
	// Means explains the answer and what to do; "" if that is not known.
	Means string
	// Transient says that the call may succeed if it is repeated.
	Transient bool
	// Err is the error below, nil for an answer.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s /qrs%s: ", e.Method, strings.TrimPrefix(e.Path, "/qrs"))
	if strings.HasPrefix(e.Path, "/qps") {
		b.Reset()
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	}
	switch {
	case e.Status != 0 && e.Said != "":
		fmt.Fprintf(&b, "the site answered %d %q", e.Status, e.Said)
	case e.Status != 0:
		fmt.Fprintf(&b, "the site answered %d", e.Status)
	default:
		b.WriteString(e.Said)
	}
	if e.Means != "" {
		b.WriteString("\n" + e.Means)
	}
	return b.String()
}

// Unwrap returns the error below.
func (e *Error) Unwrap() error { return e.Err }

// status returns the HTTP status of an error, 0 if there is none.
func status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// IsConflict reports whether somebody else has changed the entity meanwhile.
func IsConflict(err error) bool { return status(err) == http.StatusConflict }

// IsNotFound reports whether the entity or the collection does not exist.
func IsNotFound(err error) bool { return status(err) == http.StatusNotFound }

// IsForbidden reports whether the user has no right to it.
func IsForbidden(err error) bool { return status(err) == http.StatusForbidden }

// Unanswered reports whether it is unknown if the call was done: there was no answer, or only a
// part of one.
func Unanswered(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == 0
}

// answerError explains an unexpected answer.
func (c *Client) answerError(method, path string, resp *http.Response) *Error {
	e := &Error{Method: method, Path: path, Status: resp.StatusCode}
	var body io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		if z, err := gzip.NewReader(body); err == nil {
			body = z
		}
	}
	text, _ := io.ReadAll(io.LimitReader(body, 4096)) // as much as can be read
	page := strings.Contains(resp.Header.Get("Content-Type"), "html") || bytes.Contains(bytes.ToLower(text), []byte("<html"))
	e.Said = firstLine(string(text))
	if page {
		e.Said = "an HTML page"
		if strings.Contains(string(text), "The http request header is incorrect") {
			e.Said = "The http request header is incorrect"
		}
	}
	e.Means = meaning(c.site, resp, page, e.Said)
	return e
}

func meaning(s *Site, resp *http.Response, page bool, said string) string {
	certificate := s.Cert != ""
	switch code := resp.StatusCode; {
	case strings.Contains(said, "request header is incorrect"):
		return "The virtual proxy does not accept the request: link it to the central proxy, and check the prefix in url and the name of the header in header."
	case page && certificate:
		return "This is not the repository service: with certificates, url needs port 4242 and no prefix, such as https://server:4242."
	case page, code >= 300 && code < 400:
		return "The virtual proxy asks people to log in, because it does not recognize the request: url needs the prefix of a virtual proxy in header or JWT mode, such as https://server/prefix."
	case code == http.StatusForbidden && strings.Contains(said, "XSRF"):
		return "A proxy between this machine and the site drops or changes the header X-Qlik-Xrfkey or the query: check reverse proxies."
	case code == http.StatusForbidden && strings.Contains(strings.ToLower(said), "session"):
		return "The user already has five sessions, which is the limit: wait until they have ended, or use a separate user."
	case code == http.StatusForbidden && !certificate && said == "":
		return "The host name of url may be missing in the host allow list of the virtual proxy (QMC, Virtual proxies, Advanced)."
	case code == http.StatusForbidden:
		return fmt.Sprintf("The user %s has no right to this. qlik2rego site check lists the missing rights.", s.User)
	case code == http.StatusUnauthorized && s.JWTFile+s.JWTEnv != "":
		return "The token is not accepted: check that it has not expired, that the virtual proxy has the certificate of its signer, and its claims userId and userDirectory."
	case code == http.StatusUnauthorized:
		return fmt.Sprintf(`The site does not accept the user %s: user is DIRECTORY\id as in the QMC.`, s.User)
	case code == http.StatusNotFound:
		return "There is no such entity, or this build has no such collection."
	case code == http.StatusConflict:
		return "Somebody has changed the entity since it was read."
	case code >= 500:
		return "The site failed. Its log is in C:\\ProgramData\\Qlik\\Sense\\Log\\Repository\\Trace."
	}
	return ""
}

// transportError explains why there was no answer.
func (c *Client) transportError(method, path string, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	e := &Error{Method: method, Path: path, Err: err, Said: firstLine(reason(err))}
	host := c.site.URL
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var timeout net.Error
	var dns *net.DNSError
	switch text := err.Error(); {
	case errors.As(err, &hostname):
		names := hostname.Certificate.DNSNames
		if len(names) == 0 && hostname.Certificate.Subject.CommonName != "" {
			names = []string{hostname.Certificate.Subject.CommonName}
		}
		e.Means = fmt.Sprintf("The certificate is issued for %s: set server_name: %s.", strings.Join(names, ", "), strings.Join(names[:min(1, len(names))], ""))
	case errors.As(err, &unknown):
		e.Means = "The site uses its own certificate authority: set ca: to the root.pem that the QMC exports."
		if c.site.CA != "" {
			e.Means = fmt.Sprintf("The certificate of the site is not issued by the authority in ca: %s. Use the root.pem that the QMC of this site exports.", c.site.CA)
		}
	case errors.As(err, &invalid):
		e.Means = "Check the clocks of both machines and whether the certificate has expired."
	case strings.Contains(text, "certificate required"), strings.Contains(text, "bad certificate"), strings.Contains(text, "unknown certificate"):
		e.Means = "The repository service asks for a client certificate of the site: set cert and key to client.pem and client_key.pem, exported from this site."
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		e.Means = "This port speaks HTTP without TLS: the repository is on port 4242, proxies are on 443."
	case errors.As(err, &dns):
		e.Means = "This machine cannot resolve the host name in url: check its spelling, or use the IP address."
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Means = fmt.Sprintf("Nobody listens at %s: check the port (4242 for certificates), that the services run, and firewalls.", host)
		e.Transient = true
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Means = "There was no answer in time. A proxy can be slow after an idle time, and a firewall can drop requests. To wait longer, set timeout: in sites.yaml."
		e.Transient = true
	default:
		e.Transient = true
	}
	return e
}

// bodyError explains an answer that is incomplete or not JSON.
func (c *Client) bodyError(r request, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	}
	e := &Error{Method: r.method, Path: r.path, Err: err, Said: "the answer is incomplete: " + firstLine(reason(err)), Transient: true}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Means = "The answer was not complete in time. To wait longer, set timeout: in sites.yaml."
	}
	return e
}

// reason is the message of the innermost error, without the address, whose query contains keys.
func reason(err error) string {
	if op := new(net.OpError); errors.As(err, &op) {
		return op.Error()
	}
	type wrapped interface{ Unwrap() error }
	text := err.Error()
	if strings.HasPrefix(text, "Get ") || strings.HasPrefix(text, "Post ") || strings.HasPrefix(text, "Put ") || strings.HasPrefix(text, "Delete ") {
		if w, ok := err.(wrapped); ok && w.Unwrap() != nil { //nolint:errorlint // the outermost one
			return w.Unwrap().Error()
		}
	}
	return text
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	return strings.TrimSpace(text)
}

// IsServerError reports whether the site failed while processing the call.
func IsServerError(err error) bool { return status(err) >= http.StatusInternalServerError }

// IsRefused reports whether the site rejected the call as such: it does not know it, or expects
// another body.
func IsRefused(err error) bool {
	code := status(err)
	return code >= http.StatusBadRequest && code < http.StatusInternalServerError && code != http.StatusUnauthorized
}
