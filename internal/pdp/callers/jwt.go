package callers

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

// skew is the maximum difference between the clocks of issuer and decision point.
const skew = 30 * time.Second

// JWT authenticates callers by JSON Web Tokens: signed by a key of the set, from the issuer,
// for the audience, with an expiry, a subject and the permissions in the claim scope.
type JWT struct {
	keys             func(kid string) jwk.Set
	issuer, audience string
}

// signatures are the asymmetric algorithms, with which only the owner of a key can sign.
var signatures = map[jwa.SignatureAlgorithm]bool{
	jwa.RS256(): true, jwa.RS384(): true, jwa.RS512(): true,
	jwa.PS256(): true, jwa.PS384(): true, jwa.PS512(): true,
	jwa.ES256(): true, jwa.ES384(): true, jwa.ES512(): true,
	jwa.EdDSA(): true,
}

var errAnyone = errors.New("without an issuer and an audience, tokens made for others would do")

// NewJWT parses a JSON Web Key Set of public keys. Each key must have an id and an algorithm,
// which is the only one accepted for its signatures.
func NewJWT(set []byte, issuer, audience string) (*JWT, error) {
	if issuer == "" || audience == "" {
		return nil, errAnyone
	}
	keys, err := jwk.Parse(set)
	if err != nil {
		return nil, errors.New("no JSON Web Key Set") // the parser's error could contain a key
	}
	if keys.Len() == 0 {
		return nil, errors.New("the key set is empty")
	}
	for i := range keys.Len() {
		key, _ := keys.Key(i)
		if err := usable(key); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
	}
	return &JWT{keys: func(string) jwk.Set { return keys }, issuer: issuer, audience: audience}, nil
}

func usable(key jwk.Key) error {
	if id, ok := key.KeyID(); !ok || id == "" {
		return errors.New(`it has no "kid"`)
	}
	alg, ok := key.Algorithm()
	if !ok {
		return errors.New(`it has no "alg"`)
	}
	if s, ok := alg.(jwa.SignatureAlgorithm); !ok || !signatures[s] {
		return fmt.Errorf("the algorithm %s is none of RS, PS, ES or EdDSA", alg)
	}
	if private, err := jwk.IsPrivateKey(key); err != nil || private {
		return errors.New("it is no public key")
	}
	return nil
}

// header is the header of a token.
type header struct {
	Algorithm string          `json:"alg"`
	Key       string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
}

// claims are those that are checked before the signature, and that no library checks.
type claims struct {
	Issuer string `json:"iss"`
	// Confirmation binds a token to a key whose possession the sender would have to prove (RFC
	// 7800, RFC 9449): sent as a bearer token it is stolen.
	Confirmation json.RawMessage `json:"cnf"`
}

// read parses a token strictly: three parts in base64url without padding.
func read(raw string) (h header, c claims, ok bool) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return h, c, false
	}
	for i, into := range []any{&h, &c, nil} {
		text, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil || into != nil && json.Unmarshal(text, into) != nil {
			return h, c, false
		}
	}
	return h, c, true
}

// sound reports whether a token is an access token. Critical extensions must be understood (RFC
// 7515, section 4.1.11), and none is supported; a token for logout or proof of possession is
// not an access token.
func (h header) sound() bool {
	typ := strings.TrimPrefix(strings.ToLower(h.Type), "application/")
	return h.Critical == nil && (typ == "" || typ == "jwt" || typ == "at+jwt") && h.Key != ""
}

// Authenticate implements Authenticator.
func (j *JWT) Authenticate(r *http.Request) (Caller, error) {
	raw, ok := bearer(r)
	if !ok {
		return Caller{}, ErrUnknown
	}
	h, unverified, ok := read(raw)
	if !ok || !h.sound() || unverified.Issuer != j.issuer || unverified.Confirmation != nil {
		return Caller{}, ErrUnknown
	}
	keys := j.keys(h.Key)
	if !signedAs(keys, h) {
		return Caller{}, ErrUnknown
	}
	token, err := jwt.ParseString(raw,
		jwt.WithKeySet(keys, jws.WithRequireKid(true), jws.WithInferAlgorithmFromKey(false)),
		jwt.WithIssuer(j.issuer), jwt.WithAudience(j.audience),
		jwt.WithRequiredClaim(jwt.ExpirationKey), jwt.WithRequiredClaim(jwt.SubjectKey),
		jwt.WithAcceptableSkew(skew), jwt.WithValidate(true))
	if err != nil {
		return Caller{}, ErrUnknown
	}
	subject, ok := token.Subject()
	if !ok || subject == "" {
		return Caller{}, ErrUnknown
	}
	c := Caller{Name: named("jwt", j.issuer, subject)}
	var scope string
	if token.Has("scope") && token.Get("scope", &scope) != nil {
		return Caller{}, ErrUnknown
	}
	for name := range strings.FieldsSeq(scope) {
		p, _ := permission(name) // other scopes are for other services
		c.May |= p
	}
	return c, nil
}

// signedAs reports whether the key that a token names has the algorithm that the token names.
func signedAs(keys jwk.Set, h header) bool {
	if keys == nil {
		return false
	}
	key, ok := keys.LookupKeyID(h.Key)
	if !ok {
		return false
	}
	alg, ok := key.Algorithm()
	return ok && alg.String() == h.Algorithm
}
