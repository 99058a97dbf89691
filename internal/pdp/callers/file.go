package callers

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// tokenMin is the minimum length of a static token: shorter ones can be guessed.
const tokenMin = 16

// List is a file of callers, one per line:
//
//	portal   evaluate,search  token  3q2-7wAAAAECAwQFBgcICQ
//	gateway  evaluate         sha256 9f86d081884c7d659a2feaa0c55ad015…
//	hub      evaluate         cert   hub.example.com
//
// The columns are a name, the permissions, and a credential: a token, the SHA-256 of one in
// hexadecimal, or the name in a client certificate: a URI (with a colon), a DNS name or, for a
// certificate without either, the common name. Empty lines and lines that begin with # are
// skipped. A caller may have several lines.
type List struct {
	tokens []entry
	certs  map[string]Caller
}

type entry struct {
	sum    [sha256.Size]byte
	caller Caller
}

// ParseList reads a list. Errors name the line and never show a credential.
func ParseList(text []byte) (*List, error) {
	l := &List{certs: map[string]Caller{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := l.add(strings.Fields(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return l, lines.Err()
}

func (l *List) add(fields []string) error {
	if len(fields) != 4 {
		return fmt.Errorf("%d columns, not 4: name, permissions, kind of credential, credential", len(fields))
	}
	c := Caller{Name: fields[0]}
	for name := range strings.SplitSeq(fields[1], ",") {
		p, ok := permission(name)
		if !ok {
			return fmt.Errorf("the permission %q is neither evaluate nor search", name)
		}
		c.May |= p
	}
	credential := fields[3]
	switch fields[2] {
	case "token":
		if len(credential) < tokenMin {
			return fmt.Errorf("the token of %s has less than %d characters", c.Name, tokenMin)
		}
		return l.addToken(sha256.Sum256([]byte(credential)), c)
	case "sha256":
		sum, err := hex.DecodeString(credential)
		if err != nil || len(sum) != sha256.Size {
			return fmt.Errorf("the digest of %s is no SHA-256 in hexadecimal", c.Name)
		}
		return l.addToken([sha256.Size]byte(sum), c)
	case "cert":
		if _, taken := l.certs[credential]; taken {
			return fmt.Errorf("the certificate name of %s is there twice", c.Name)
		}
		l.certs[credential] = c
		return nil
	}
	return fmt.Errorf("the credential of %s is %q, not token, sha256 or cert", c.Name, fields[2])
}

func (l *List) addToken(sum [sha256.Size]byte, c Caller) error {
	for _, e := range l.tokens {
		if e.sum == sum {
			return fmt.Errorf("the token of %s is that of %s", c.Name, e.caller.Name)
		}
	}
	l.tokens = append(l.tokens, entry{sum, c})
	return nil
}

// Authenticate implements Authenticator. The token's digest is compared with
// every entry in constant time.
func (l *List) Authenticate(r *http.Request) (Caller, error) {
	if token, ok := bearer(r); ok {
		if c, ok := l.byToken(token); ok {
			return c, nil
		}
	}
	cert := certificate(r)
	if cert == nil {
		return Caller{}, ErrUnknown
	}
	for _, name := range certificateNames(cert) {
		if c, ok := l.certs[name]; ok {
			return c, nil
		}
	}
	return Caller{}, ErrUnknown
}

func (l *List) byToken(token string) (found Caller, ok bool) {
	sum := sha256.Sum256([]byte(token))
	at := -1
	for i, e := range l.tokens {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(sum[:], e.sum[:]), i, at)
	}
	if at < 0 {
		return Caller{}, false
	}
	return l.tokens[at].caller, true
}
