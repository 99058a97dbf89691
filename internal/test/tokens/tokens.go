// Package tokens generates keys that sign JSON Web Tokens, for tests of their verification.
package tokens

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
)

// Key returns a new key with an id, for signatures of the algorithm ES256.
func Key(t testing.TB, id string) (private, public jwk.Key) {
	t.Helper()
	raw, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if private, err = jwk.Import(raw); err != nil {
		t.Fatal(err)
	}
	_ = private.Set(jwk.KeyIDKey, id)
	_ = private.Set(jwk.AlgorithmKey, jwa.ES256())
	if public, err = private.PublicKey(); err != nil {
		t.Fatal(err)
	}
	return private, public
}

// Set returns a JSON Web Key Set.
func Set(t testing.TB, keys ...jwk.Key) []byte {
	t.Helper()
	set := jwk.NewSet()
	for _, k := range keys {
		_ = set.AddKey(k)
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
