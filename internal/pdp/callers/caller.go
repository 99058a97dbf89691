package callers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
)

// Permissions are what a caller may request.
type Permissions uint8

// The permissions.
const (
	Evaluate Permissions = 1 << iota
	Search

	All = Evaluate | Search
)

// String lists the permissions as in files and scopes.
func (p Permissions) String() string {
	var names []string
	if p&Evaluate != 0 {
		names = append(names, "evaluate")
	}
	if p&Search != 0 {
		names = append(names, "search")
	}
	return strings.Join(names, ",")
}

// permission returns the permission with the given name.
func permission(name string) (Permissions, bool) {
	switch name {
	case "evaluate":
		return Evaluate, true
	case "search":
		return Search, true
	}
	return 0, false
}

// Caller is a program that sends requests. Name is for logs and page tokens: it is unique
// across all kinds of credentials. Names from a List contain no space, all others contain one.
type Caller struct {
	Name string
	May  Permissions
}

// nameMax is the maximum length of a name in bytes.
const nameMax = 256

// named returns the name of a caller identified by its credential: the kind of the credential,
// a space, and the parts. A long name is shortened by a digest.
func named(kind string, parts ...string) string {
	name := kind
	for _, p := range parts {
		name += " " + strings.Map(func(r rune) rune {
			if r < ' ' || r == '\u007f' {
				return '\uFFFD'
			}
			return r
		}, strings.ToValidUTF8(p, "\uFFFD"))
	}
	if len(name) <= nameMax {
		return name
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, " ")))
	return strings.ToValidUTF8(name[:nameMax/2], "") + "…" + hex.EncodeToString(sum[:])
}

// ErrUnknown means that the caller is not authenticated. It never gives the reason, which would
// help attackers to guess credentials.
var ErrUnknown = errors.New("a valid bearer token is needed")

// Authenticator identifies the sender of a request. The error is ErrUnknown, or a failure of
// the authenticator.
type Authenticator interface {
	Authenticate(r *http.Request) (Caller, error)
}

// Anyone allows everything to everybody.
type Anyone struct{}

// Authenticate implements Authenticator.
func (Anyone) Authenticate(*http.Request) (Caller, error) {
	return Caller{Name: "anyone", May: All}, nil
}

// Any tries authenticators in turn until one knows the caller.
type Any []Authenticator

// Authenticate implements Authenticator.
func (a Any) Authenticate(r *http.Request) (Caller, error) {
	for _, one := range a {
		if c, err := one.Authenticate(r); err == nil {
			return c, nil
		}
	}
	return Caller{}, ErrUnknown
}

// bearer returns the token of a request with exactly one Authorization header of the scheme
// Bearer.
func bearer(r *http.Request) (string, bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return "", false
	}
	scheme, token, ok := strings.Cut(headers[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > tokenMax {
		return "", false
	}
	return token, true
}

// tokenMax is the maximum length of a token.
const tokenMax = 16 << 10
