package callers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
)

// Permissions are what a caller may ask.
type Permissions uint8

// The permissions.
const (
	Evaluate Permissions = 1 << iota
	Search

	All = Evaluate | Search
)

// String names the permissions as files and scopes do.
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

// permission returns the permission of a name.
func permission(name string) (Permissions, bool) {
	switch name {
	case "evaluate":
		return Evaluate, true
	case "search":
		return Search, true
	}
	return 0, false
}

// Caller is a program that asks. Name is for logs and page tokens: no two callers
// share one, whatever their credentials are. Names of a List have no space in
// them, and all others have one.
type Caller struct {
	Name string
	May  Permissions
}

// nameMax is the number of bytes of a name.
const nameMax = 256

// named returns the name of a caller that its credential names: the kind of the
// credential, a space, and the parts. One that is too long ends in a digest.
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

// ErrUnknown says that nobody knows who asks. It never says why: what is wrong
// with a credential helps those who guess.
var ErrUnknown = errors.New("a valid bearer token is needed")

// Authenticator tells who sends a request. The error is ErrUnknown, or a failure
// of the authenticator.
type Authenticator interface {
	Authenticate(r *http.Request) (Caller, error)
}

// Anyone lets everybody ask everything.
type Anyone struct{}

// Authenticate implements Authenticator.
func (Anyone) Authenticate(*http.Request) (Caller, error) {
	return Caller{Name: "anyone", May: All}, nil
}

// Any asks authenticators in turn until one knows the caller.
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

// bearer returns the token of a request with exactly one Authorization header
// of the scheme Bearer.
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

// tokenMax is the length up to which a token is looked at.
const tokenMax = 16 << 10
