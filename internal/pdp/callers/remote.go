package callers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"

	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

// The times for fetching a key set.
const (
	// refreshEvery is the time after which the set is fetched again.
	refreshEvery = 5 * time.Minute
	// minRefresh is the minimum time between two fetches, however many tokens name a key that
	// is not in the set.
	minRefresh = 10 * time.Second
	// refreshWait is how long a request waits for a set that may have its key.
	refreshWait = 2 * time.Second
	// maxStale is the maximum age of a set that cannot be fetched again: a key that the issuer
	// has revoked must not be valid forever.
	maxStale  = 24 * time.Hour
	keySetMax = 1 << 20
)

// Remote authenticates callers by tokens of an issuer whose keys are fetched from an address
// and cached. They are fetched again every few minutes, and when a token names an unknown key,
// because issuers rotate keys.
type Remote struct {
	*JWT
	url    string
	client *http.Client
	// every and minInterval are the times between two fetches.
	every, minInterval time.Duration

	current atomic.Pointer[keySet]
	wake    chan struct{}

	mu      sync.Mutex
	err     error
	asked   time.Time     // the start of the last fetch
	fetched chan struct{} // closed at the end of the next fetch
}

type keySet struct {
	keys jwk.Set
	at   time.Time
}

// NewRemote returns an authenticator without keys; Watch fetches them. The address must be
// https, or http on this machine.
func NewRemote(address, issuer, audience string) (*Remote, error) {
	if issuer == "" || audience == "" {
		return nil, errAnyone
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("the address of a key set must be https://HOST/PATH, or http on loopback")
	}
	r := &Remote{url: address, every: refreshEvery, minInterval: minRefresh, wake: make(chan struct{}, 1), fetched: make(chan struct{})}
	r.JWT = &JWT{keys: r.keys, issuer: issuer, audience: audience}
	r.client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the address of a key set must not redirect")
	}}
	return r, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Every sets the times between two fetches, in the normal case and for unknown keys. Call it
// before Watch.
func (r *Remote) Every(normal, minInterval time.Duration) {
	r.every, r.minInterval = normal, minInterval
}

// File returns the address, instead of a file in health and metrics, without its query, which
// may be a secret.
func (r *Remote) File() string { return redact.Text(r.url) }

// State returns when the current keys were fetched, and the error of the last attempt to fetch
// them again, if it failed.
func (r *Remote) State() (time.Time, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if set := r.current.Load(); set != nil {
		return set.at, r.err
	}
	if r.err == nil {
		return time.Time{}, errors.New("the key set has not been fetched yet")
	}
	return time.Time{}, r.err
}

// keys returns the set, which it fetches again if it has no key with this id.
func (r *Remote) keys(kid string) jwk.Set {
	set := r.fresh()
	if set != nil {
		if _, ok := set.LookupKeyID(kid); ok {
			return set
		}
	}
	r.mu.Lock()
	next, soon := r.fetched, time.Since(r.asked) >= r.minInterval
	r.mu.Unlock()
	if !soon {
		return set
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	patience := time.NewTimer(refreshWait)
	defer patience.Stop()
	select {
	case <-next:
	case <-patience.C:
	}
	return r.fresh()
}

func (r *Remote) fresh() jwk.Set {
	set := r.current.Load()
	if set == nil || time.Since(set.at) > maxStale {
		return nil
	}
	return set.keys
}

// Watch fetches the keys repeatedly until the context ends. It reports each failed fetch and
// the first successful one after it.
func (r *Remote) Watch(ctx context.Context, report func(address string, err error)) {
	failing := true // so that the first success is reported
	for {
		err := r.fetch(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil || failing {
			report(r.File(), err)
		}
		failing = err != nil
		wait := r.every
		if failing {
			wait = min(wait, max(r.minInterval, time.Second))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-r.wake:
		}
		timer.Stop()
	}
}

func (r *Remote) fetch(ctx context.Context) error {
	r.mu.Lock()
	r.asked = time.Now()
	r.mu.Unlock()
	keys, err := r.get(ctx)
	if err == nil {
		r.current.Store(&keySet{keys, time.Now()})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	close(r.fetched)
	r.fetched = make(chan struct{})
	return err
}

func (r *Remote) get(ctx context.Context) (jwk.Set, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // read only
	text, err := io.ReadAll(io.LimitReader(response.Body, keySetMax+1))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server of the key set answers %s", response.Status)
	case len(text) > keySetMax:
		return nil, fmt.Errorf("the key set has more than %d bytes", keySetMax)
	}
	return usableKeys(text)
}

// usableKeys returns the keys of a set that can sign tokens. Issuers also publish keys for
// encryption, and omit algorithms.
func usableKeys(text []byte) (jwk.Set, error) {
	all, err := jwk.Parse(text, jwk.WithIgnoreParseError(true))
	if err != nil {
		return nil, errors.New("no JSON Web Key Set") // the parser's error could contain a key
	}
	keys := jwk.NewSet()
	for i := range all.Len() {
		key, _ := all.Key(i)
		if use, ok := key.KeyUsage(); ok && use != string(jwk.ForSignature) {
			continue
		}
		if _, ok := key.Algorithm(); !ok {
			if alg, ok := usualAlgorithm(key); !ok || key.Set(jwk.AlgorithmKey, alg) != nil {
				continue
			}
		}
		if usable(key) == nil && keys.AddKey(key) != nil {
			return nil, errors.New("the key set holds a key twice")
		}
	}
	if keys.Len() == 0 {
		return nil, errors.New("the key set holds no public key with an id that signs")
	}
	return keys, nil
}

// usualAlgorithm is the algorithm for a key whose issuer specifies none: one for each kind of
// key, so that a token cannot choose.
func usualAlgorithm(key jwk.Key) (jwa.SignatureAlgorithm, bool) {
	switch k := key.(type) {
	case jwk.RSAPublicKey:
		return jwa.RS256(), true
	case jwk.ECDSAPublicKey:
		curve, _ := k.Crv()
		switch curve {
		case jwa.P256():
			return jwa.ES256(), true
		case jwa.P384():
			return jwa.ES384(), true
		case jwa.P521():
			return jwa.ES512(), true
		}
	case jwk.OKPPublicKey:
		if curve, _ := k.Crv(); curve == jwa.Ed25519() {
			return jwa.EdDSA(), true
		}
	}
	return jwa.EmptySignatureAlgorithm(), false
}
