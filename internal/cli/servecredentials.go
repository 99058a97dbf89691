package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
)

// knownFiles are the files and URLs that define the known callers.
type knownFiles struct {
	all         callers.Any
	credentials []pdp.Credential
	watchers    []func(context.Context)
	log         *slog.Logger
	every       time.Duration
}

// knownCallers opens the files of callers.
func knownCallers(ctx *cli.Context, log *slog.Logger) (*knownFiles, error) {
	k := &knownFiles{log: log, every: ctx.Duration("watch")}
	if path := ctx.String("callers"); path != "" {
		if err := k.file(path, func(text []byte) (callers.Authenticator, error) { return callers.ParseList(text) }); err != nil {
			return nil, Input(fmt.Errorf("--callers %s: %w", path, err))
		}
	}
	if keys := ctx.String("jwks"); keys != "" {
		if err := k.issuer(callers.Issuer{Name: ctx.String("jwt-issuer"), Audience: ctx.String("jwt-audience"), Keys: keys}); err != nil {
			return nil, Input(fmt.Errorf("--jwks %s: %w", keys, err))
		}
	}
	path := ctx.String("issuers")
	if path == "" {
		return k, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Input(fmt.Errorf("--issuers: %w", err))
	}
	issuers, err := callers.ParseIssuers(text)
	if err != nil {
		return nil, Input(fmt.Errorf("--issuers %s: %w", path, err))
	}
	for _, one := range issuers {
		if err := k.issuer(one); err != nil {
			return nil, Input(fmt.Errorf("--issuers %s: %s: %w", path, one.Name, err))
		}
	}
	return k, nil
}

func (k *knownFiles) issuer(i callers.Issuer) error {
	if !i.Remote() {
		return k.file(i.Keys, func(text []byte) (callers.Authenticator, error) { return callers.NewJWT(text, i.Name, i.Audience) })
	}
	r, err := callers.NewRemote(i.Keys, i.Name, i.Audience)
	if err != nil {
		return err
	}
	k.all, k.credentials = append(k.all, r), append(k.credentials, r)
	k.watchers = append(k.watchers, func(ctx context.Context) { r.Watch(ctx, k.tell) })
	return nil
}

func (k *knownFiles) file(path string, parse func([]byte) (callers.Authenticator, error)) error {
	f, err := callers.Open(path, parse)
	if err != nil {
		return err
	}
	k.all, k.credentials = append(k.all, f), append(k.credentials, f)
	k.watchers = append(k.watchers, func(ctx context.Context) { f.Watch(ctx, k.every, k.tell) })
	return nil
}

// watch reads them again after changes, until the context ends.
func (k *knownFiles) watch(ctx context.Context) {
	for _, watch := range k.watchers {
		go watch(ctx)
	}
}

func (k *knownFiles) tell(file string, err error) {
	if err != nil {
		k.log.Error("callers cannot be read; the previous ones stay in use", "file", file, "error", err)
		return
	}
	k.log.Info("callers read", "file", file)
}

// tlsFiles are the states of the TLS files, which are read again at handshakes.
type tlsFiles struct {
	log *slog.Logger
	all []*tlsFile
}

func newTLSFiles(t listen.TLS, log *slog.Logger) *tlsFiles {
	files := &tlsFiles{log: log}
	for _, path := range []string{t.Cert, t.ClientCA} {
		if path != "" {
			files.all = append(files.all, &tlsFile{path: path, read: time.Now()})
		}
	}
	return files
}

func (f *tlsFiles) credentials() (list []pdp.Credential) {
	for _, one := range f.all {
		list = append(list, one)
	}
	return list
}

func (f *tlsFiles) report(path string, err error) {
	for _, one := range f.all {
		if one.path == path {
			one.note(err)
		}
	}
	if err != nil {
		f.log.Error("a TLS file cannot be read again; its previous content stays in use", "file", path, "error", err)
		return
	}
	f.log.Info("a TLS file was read again", "file", path)
}

// tlsFile is a file of credentials, for health and metrics.
type tlsFile struct {
	path string

	mu   sync.Mutex
	read time.Time
	err  error
}

// File implements pdp.Credential.
func (f *tlsFile) File() string { return f.path }

// State implements pdp.Credential.
func (f *tlsFile) State() (time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.read, f.err
}

func (f *tlsFile) note(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err = err; err == nil {
		f.read = time.Now()
	}
}
