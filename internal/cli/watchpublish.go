package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/live/publish"
	"github.com/qlik2rego/qlik2rego/internal/live/watch"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// publication is the destination of the bundles of watch: a file, and the clients of a publisher.
type publication struct {
	streams   *Streams
	options   compiler.Options
	file      string             // of --bundle, or ""
	publisher *publish.Publisher // of --publish, or nil
	metrics   *watch.Metrics
}

// publicationFlags are those of --publish.
func publicationFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "bundle", Usage: "write a bundle of the site to `FILE` after every change"},
		&cli.StringFlag{Name: "publish", Usage: "serve the bundle to decision points at `ADDRESS`, path " + publish.Path + ", with deltas and long polling"},
		&cli.StringFlag{Name: "publish-token", Usage: "read the bearer token that decision points must send from `FILE`"},
		&cli.StringFlag{Name: "publish-cert", Usage: "read the certificate of --publish from `FILE` (PEM)"},
		&cli.StringFlag{Name: "publish-key", Usage: "read the private key of --publish-cert from `FILE` (PEM)"},
	}
}

// checkPublication returns an error for flags that cannot be combined.
func checkPublication(ctx *cli.Context) error {
	address := listen.Address(ctx.String("publish"))
	secure := publicationTLS(ctx)
	if address == "" {
		for _, name := range []string{"publish-token", "publish-cert", "publish-key"} {
			if ctx.IsSet(name) {
				return UsageOf(ctx.Command, "--%s is for --publish", name)
			}
		}
		return nil
	}
	if err := errors.Join(address.Check(), secure.Check()); err != nil {
		return UsageOf(ctx.Command, "--publish: %v", err)
	}
	if !address.Local() && (!secure.Enabled() || !ctx.IsSet("publish-token")) {
		return UsageOf(ctx.Command, "other machines can reach %s, and the bundle contains the names of users and apps: give --publish-token, --publish-cert and --publish-key", address)
	}
	return nil
}

func publicationTLS(ctx *cli.Context) listen.TLS {
	return listen.TLS{Cert: ctx.String("publish-cert"), Key: ctx.String("publish-key")}
}

// tokenMin is the minimum length of a token; shorter ones could be guessed.
const tokenMin = 16

// publication writes the first bundle, and then serves bundles to clients until stop is called.
func (s *Streams) publication(ctx *cli.Context, w *watch.Watch, metrics *watch.Metrics) (to *publication, stop func(), err error) {
	options, err := compileOptions(ctx)
	if err != nil {
		return nil, nil, err
	}
	options.SkipInvalid = true // as the site does
	to = &publication{streams: s, options: options, file: ctx.String("bundle"), metrics: metrics}
	if !ctx.IsSet("publish") {
		return to, func() {}, to.write(ctx.Context, w.Dir())
	}
	token, secure, err := publicationSecrets(ctx)
	if err != nil {
		return nil, nil, Input(err)
	}
	to.publisher, err = publish.New(token, func(kind publish.Kind) { metrics.Sent(string(kind)) })
	if err != nil {
		return nil, nil, err
	}
	if err := to.write(ctx.Context, w.Dir()); err != nil {
		to.publisher.Close()
		return nil, nil, err
	}
	listener, err := listen.Address(ctx.String("publish")).Listen(0o600)
	if err != nil {
		to.publisher.Close()
		return nil, nil, Input(fmt.Errorf("--publish: %w", err))
	}
	s.note("publishing at %s%s", listener.Addr(), publish.Path)
	end := publish.Serve(listener, secure, to.publisher)
	return to, func() { end(); to.publisher.Close() }, nil
}

func publicationSecrets(ctx *cli.Context) (token string, secure *tls.Config, err error) {
	if path := ctx.String("publish-token"); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", nil, fmt.Errorf("--publish-token: %w", err)
		}
		if token = strings.TrimSpace(string(text)); len(token) < tokenMin || strings.ContainsAny(token, " \t\r\n") {
			return "", nil, fmt.Errorf("--publish-token: %s does not contain a token of at least %d characters", path, tokenMin)
		}
	}
	if secure, err = publicationTLS(ctx).Config(); err != nil {
		return "", nil, fmt.Errorf("--publish-cert: %w", err)
	}
	return token, secure, nil
}

// write makes a bundle of a pulled directory, and writes and publishes it.
func (p *publication) write(ctx context.Context, dir string) error {
	if p.file == "" && p.publisher == nil {
		return nil
	}
	c, err := workspace.Open(workspace.Source{Rules: []string{dir}, Snapshot: dir, Options: p.options})
	if err != nil {
		return err
	}
	if c.Policy == nil {
		return p.streams.Broken(c.Diagnostics)
	}
	path := p.file
	if p.publisher != nil {
		path = p.publisher.Next()
	}
	out := p.streams.outputs()
	defer out.Discard()
	if _, err := (Targets{Bundle: path}).stage(ctx, c, &out); err != nil {
		if errors.Is(err, workspace.ErrBroken) {
			return p.streams.Broken(c.Diagnostics)
		}
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return p.place(path)
}

// place copies a bundle that was written to its other destination.
func (p *publication) place(path string) error {
	p.metrics.Published()
	if p.publisher == nil {
		return nil
	}
	if p.file != "" {
		if err := p.copy(path); err != nil {
			return err
		}
	}
	return p.publisher.Publish(path)
}

func (p *publication) copy(path string) error {
	from, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // read only
	out := p.streams.outputs()
	defer out.Discard()
	err = out.File(p.file, func(w io.Writer, _ string) error {
		_, err := io.Copy(w, from)
		return err
	})
	if err != nil {
		return err
	}
	return out.Commit()
}
