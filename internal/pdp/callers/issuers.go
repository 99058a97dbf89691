package callers

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
)

// Issuer is a trusted issuer of tokens. Keys is a file or an https address of a JSON Web Key
// Set.
type Issuer struct{ Name, Audience, Keys string }

// ParseIssuers parses a file of issuers, one per line:
//
//	https://login.example.com  qlik2rego  https://login.example.com/.well-known/jwks.json
//	https://ci.example.com     qlik2rego  /etc/qlik2rego/ci.jwks
//
// The columns are the issuer, the required audience of its tokens, and its keys. Empty lines
// and lines that begin with # are skipped. Errors give the line.
func ParseIssuers(text []byte) ([]Issuer, error) {
	var all []Issuer
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("line %d: %d columns, not 3: issuer, audience, keys", n, len(fields))
		}
		for _, other := range all {
			if other.Name == fields[0] {
				return nil, fmt.Errorf("line %d: the issuer %s is there twice", n, other.Name)
			}
		}
		all = append(all, Issuer{fields[0], fields[1], fields[2]})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("it names no issuer")
	}
	return all, nil
}

// Remote reports whether the keys are fetched from an address.
func (i Issuer) Remote() bool { return strings.Contains(i.Keys, "://") }
