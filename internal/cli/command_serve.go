package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/keys"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
	"github.com/qlik2rego/qlik2rego/internal/pdp/filters"
	"github.com/qlik2rego/qlik2rego/internal/pdp/listen"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

func serveCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "answer authorization requests over HTTP",
		ArgsUsage: "-b BUNDLE [-b DATA] | --config-file OPA.yaml  [--listen 127.0.0.1:8181 | unix:PATH] [flags]",
		Description: `The API is the OpenID AuthZEN Authorization API 1.0. If a bundle file
changes, the new bundle replaces the old one without interruption. If the new bundle
cannot be activated, the old one stays active. An OPA configuration file can configure
bundle servers, decision logs, status, discovery and traces. See docs/decision-point.md.

EXAMPLES:
   qlik2rego serve -b bundle.tar.gz
   qlik2rego serve --config-file opa.yaml --set persistence_directory=/var/cache/qlik2rego
   qlik2rego serve -b bundle.tar.gz --verification-key signer.pub.pem
   qlik2rego serve -b x-policy.tar.gz -b x-data.tar.gz --listen unix:/run/qlik2rego/pdp.sock
   qlik2rego serve -b bundle.tar.gz --listen 0.0.0.0:8443 --tls-cert pdp.pem --tls-key pdp.key \
      --callers callers.txt --public-url https://pdp.example.com --diagnostics 127.0.0.1:8282`,
		Flags: serveFlags(),
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "a bundle is named with -b: what is %q?", ctx.Args().First())
			}
			if !ctx.IsSet("bundle") && !ctx.IsSet("config-file") && !ctx.IsSet("set") {
				return UsageOf(ctx.Command, "no bundle to decide by: name one with -b, or a server of bundles with --config-file")
			}
			return serve(ctx, streams)
		},
	}
}

func serveFlags() []cli.Flag {
	l := pdp.DefaultLimits()
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "bundle", Aliases: []string{"b"}, Usage: "read a bundle from `FILE` and watch the file; repeat it for policy and data of --split"},
		&cli.StringFlag{Name: "config-file", Aliases: []string{"c"}, Usage: "read an OPA configuration from `FILE` in YAML or JSON: bundle servers, keys, discovery, decision logs, status, traces"},
		&cli.StringSliceFlag{Name: "set", Usage: "`NAME.NAME=VALUE` overrides the OPA configuration"},
		&cli.StringFlag{Name: "verification-key", Usage: "require signed bundles for -b; read the public key from `FILE` in PEM (or the secret of HS256)"},
		&cli.StringFlag{Name: "verification-key-id", Usage: "name of the key, as given to opa sign", Value: "default"},
		&cli.StringFlag{Name: "signing-alg", Usage: "`NAME` of the algorithm of the signatures", Value: "RS256"},
		&cli.StringFlag{Name: "scope", Usage: "the required scope of signatures"},
		&cli.StringFlag{Name: "entrypoint", Usage: "the `PACKAGE` that contains allow", Value: engine.QlikEntryPoint},
		EngineFlag(),
		&cli.IntFlag{Name: "shadow", Usage: "with --engine auto, repeat one decision in `N` with OPA and compare", Value: engine.ShadowShare},
		&cli.BoolFlag{Name: "wait", Usage: "start without a bundle, and wait for it"},
		&cli.DurationFlag{Name: "watch", Usage: "time between two checks of the files", Value: pdp.DefaultWatch},
		&cli.StringFlag{Name: "listen", Usage: "`ADDRESS` host:port or unix:PATH", Value: "127.0.0.1:8181"},
		&cli.StringFlag{Name: "socket-mode", Usage: "permissions of a unix socket, `OCTAL`", Value: "0600"},
		&cli.StringFlag{Name: "diagnostics", Usage: "`ADDRESS` of metrics and health (default: none)"},
		&cli.BoolFlag{Name: "diagnostics-reachable", Usage: "allow a diagnostics address that other machines can reach"},
		&cli.BoolFlag{Name: "pprof", Usage: "serve profiles of the process on diagnostics, below /debug/pprof/"},
		&cli.BoolFlag{Name: "insecure", Usage: "allow other machines to connect without TLS or without known callers"},
		&cli.StringFlag{Name: "public-url", Usage: "the https `URL` in the metadata; without it, there is no metadata"},
		&cli.BoolFlag{Name: "terse", Usage: "omit reason, rules and revision from answers"},
		&cli.StringFlag{Name: "callers", Usage: "`FILE` of callers with their tokens or certificates and permissions"},
		&cli.StringFlag{Name: "jwks", Usage: "`FILE` or https address of public keys, to accept JSON Web Tokens of callers"},
		&cli.StringFlag{Name: "jwt-issuer", Usage: "the required issuer of tokens"},
		&cli.StringFlag{Name: "jwt-audience", Usage: "the required audience of tokens"},
		&cli.StringFlag{Name: "issuers", Usage: "`FILE` of issuers of JSON Web Tokens, one per line: ISSUER AUDIENCE KEYS, where KEYS is a file or an https address"},
		&cli.StringFlag{Name: "page-key", Usage: "`FILE` with a secret of at least 32 bytes; replicas with the same secret can continue each other's searches"},
		&cli.StringFlag{Name: "tls-cert", Usage: "read the certificate chain from `FILE` (PEM)"},
		&cli.StringFlag{Name: "tls-key", Usage: "read the private key from `FILE` (PEM)"},
		&cli.StringFlag{Name: "tls-client-ca", Usage: "require client certificates of the authorities in `FILE` (PEM)"},
		&cli.Int64Flag{Name: "max-body", Usage: "maximum `BYTES` of a body, compressed and uncompressed", Value: l.Body},
		&cli.IntFlag{Name: "max-depth", Usage: "maximum nesting of a body", Value: l.Depth},
		&cli.IntFlag{Name: "max-batch", Usage: "maximum number of evaluations in a request", Value: l.Batch},
		&cli.IntFlag{Name: "max-page", Usage: "maximum number of results on a page of a search", Value: l.Page},
		&cli.DurationFlag{Name: "max-time", Usage: "time limit for an answer", Value: l.Time},
		&cli.DurationFlag{Name: "max-read", Usage: "time limit for a request to arrive", Value: l.Read},
		&cli.DurationFlag{Name: "max-idle", Usage: "time limit for an idle connection", Value: l.Idle},
		&cli.DurationFlag{Name: "max-queue", Usage: "maximum time that a request waits", Value: l.Queue},
		&cli.IntFlag{Name: "max-connections", Usage: "maximum number of open connections", Value: l.Connections},
		&cli.IntFlag{Name: "max-concurrent", Usage: "maximum number of concurrent decisions", Value: l.Concurrent, DefaultText: "twice the number of cores"},
		&cli.IntFlag{Name: "max-per-caller", Usage: "maximum number of open requests of one caller, if callers are known", DefaultText: "half of --max-connections"},
		&cli.Int64Flag{Name: "max-bundle", Usage: "maximum `BYTES` of an unpacked bundle", Value: l.Bundle},
		&cli.DurationFlag{Name: "max-activation", Usage: "time limit for the activation of a bundle", Value: l.Activation},
		&cli.DurationFlag{Name: "drain", Usage: "time limit for open requests when the server stops", Value: l.Drain},
		&cli.DurationFlag{Name: "shutdown-wait", Usage: "time to keep answering, but not ready, before the server stops"},
		&cli.StringFlag{Name: "edge", Usage: "`FILE` that maps HTTP requests to subjects, actions and resources, to serve /forward-auth for nginx, Traefik and Caddy"},
		&cli.StringFlag{Name: "ext-authz", Usage: "`ADDRESS` of Envoy's external authorization over gRPC, host:port on loopback or unix:PATH; needs --edge"},
		&cli.BoolFlag{Name: "filters", Usage: "serve the rules as data filters, below /v1/compile/qlik/, to callers with the permission search"},
		&cli.StringFlag{Name: "filter-mapping", Usage: "read the mapping of tables and columns for SQL filters from `FILE`"},
		&cli.BoolFlag{Name: "access-log", Usage: "log each request"},
		Choice("log-level", "minimum level of the log; PUT /log-level on diagnostics changes it", "info", "debug", "warn", "error"),
		Choice("log-format", "format of the log on standard error", "text", "json"),
	}
}

func serve(ctx *cli.Context, streams *Streams) error {
	log := newServeLog(ctx, streams.Err)
	defer log.close()
	cfg, err := serveConfig(ctx, streams, log)
	if err != nil {
		return err
	}
	address := listen.Address(ctx.String("listen"))
	mode, err := checkAddresses(ctx, address)
	if err != nil {
		return err
	}
	if err := cfg.Check(); err != nil {
		return UsageOf(ctx.Command, "%v", err)
	}
	secure := listen.TLS{Cert: ctx.String("tls-cert"), Key: ctx.String("tls-key"), ClientCA: ctx.String("tls-client-ca")}
	if err := secure.Check(); err != nil {
		return UsageOf(ctx.Command, "%v", err)
	}
	files := newTLSFiles(secure, cfg.Log)
	secure.Report = files.report
	if err := proxies(ctx, &cfg); err != nil {
		return err
	}
	if err := dataFilters(ctx, &cfg); err != nil {
		return err
	}
	if err := trust(ctx, &cfg); err != nil {
		return err
	}
	known, err := knownCallers(ctx, cfg.Log)
	if err != nil {
		return err
	}
	if len(known.all) == 0 && secure.ClientCA != "" {
		known.all = callers.Any{callers.AnyCertificate{}}
	}
	if !address.Local() && !ctx.Bool("insecure") && (!secure.Enabled() || len(known.all) == 0) {
		return UsageOf(ctx.Command, "%s can be reached from other machines: give --tls-cert and --tls-key, and --callers, --jwks, --issuers or --tls-client-ca, or allow it with --insecure", address)
	}
	if len(known.all) > 0 {
		cfg.Callers = known.all
	}
	cfg.Credentials = append(known.credentials, files.credentials()...)
	if cfg.TLS, err = secure.Config(); err != nil {
		return Input(err)
	}
	return listenAndServe(ctx, cfg, address, mode, known)
}

func listenAndServe(ctx *cli.Context, cfg pdp.Config, address listen.Address, mode os.FileMode, known *knownFiles) error {
	if limit := pdp.LimitMemory(); limit > 0 {
		cfg.Log.Info("the control group limits memory", "collecting_from_bytes", limit)
		if !ctx.IsSet("max-bundle") {
			cfg.Limits.Bundle = min(cfg.Limits.Bundle, limit/2)
		}
	}
	if address := listen.Address(ctx.String("ext-authz")); address != "" {
		var err error
		if cfg.Envoy, err = address.Listen(mode); err != nil {
			return Input(fmt.Errorf("--ext-authz: %w", err))
		}
		defer func() { _ = cfg.Envoy.Close() }() // it may be closed already
	}
	superviseBySystemd(&cfg)
	server, err := pdp.Prepare(ctx.Context, cfg)
	if err != nil {
		return Input(err)
	}
	l, err := address.Listen(mode)
	if err != nil {
		return Input(err)
	}
	diagnostics, err := openDiagnostics(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if cfg.Envoy != nil {
		cfg.Log.Info("listening for Envoy", "address", cfg.Envoy.Addr().String())
	}
	cfg.Log.Info("listening", "address", l.Addr().String(), "tls", cfg.TLS != nil, "pid", os.Getpid())
	running, stop := context.WithCancel(ctx.Context)
	defer stop()
	pdp.TuneCollector(running)
	known.watch(running)
	defer onHangup(func() { server.Reload(running) })()
	err = server.Serve(ctx.Context, l, diagnostics)
	var start *pdp.ErrStart
	if errors.As(err, &start) || errors.Is(err, management.ErrLost) {
		return Input(err)
	}
	return err
}

// proxies reads the mapping of requests of a proxy's clients.
func proxies(ctx *cli.Context, cfg *pdp.Config) error {
	envoy := listen.Address(ctx.String("ext-authz"))
	path := ctx.String("edge")
	if envoy != "" {
		if path == "" {
			return UsageOf(ctx.Command, "--ext-authz needs --edge, which says what the requests mean")
		}
		if err := envoy.Check(); err != nil {
			return UsageOf(ctx.Command, "--ext-authz: %v", err)
		}
		if !envoy.Local() && !ctx.Bool("insecure") {
			return UsageOf(ctx.Command, "--ext-authz: %s can be reached from other machines, and Envoy shows no credential: use a socket or a loopback address, or allow it with --insecure", envoy)
		}
	}
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Input(fmt.Errorf("--edge: %w", err))
	}
	if cfg.Edge, err = edge.Parse(text); err != nil {
		return Input(fmt.Errorf("--edge %s: %w", path, err))
	}
	return nil
}

// dataFilters enables data filters, if requested.
func dataFilters(ctx *cli.Context, cfg *pdp.Config) error {
	path := ctx.String("filter-mapping")
	if !ctx.Bool("filters") {
		if path != "" {
			return UsageOf(ctx.Command, "--filter-mapping is for --filters")
		}
		return nil
	}
	var mapping *filter.Mapping
	if path != "" {
		text, err := os.ReadFile(path)
		if err == nil {
			mapping, err = filter.ReadMapping(text)
		}
		if err != nil {
			return Input(fmt.Errorf("--filter-mapping %s: %w", path, err))
		}
	}
	cfg.Filters = func(b *bundles.Bundle) (pdp.Filterer, error) { return filters.New(b, mapping) }
	return nil
}

// checkAddresses checks the addresses to listen on, and returns the permissions of a socket.
func checkAddresses(ctx *cli.Context, address listen.Address) (os.FileMode, error) {
	if err := address.Check(); err != nil {
		return 0, UsageOf(ctx.Command, "--listen: %v", err)
	}
	if diagnostics := listen.Address(ctx.String("diagnostics")); diagnostics != "" {
		if err := diagnostics.Check(); err != nil {
			return 0, UsageOf(ctx.Command, "--diagnostics: %v", err)
		}
		if !diagnostics.Local() && !ctx.Bool("insecure") && !ctx.Bool("diagnostics-reachable") {
			return 0, UsageOf(ctx.Command, "--diagnostics: %s can be reached from other machines, and diagnostics have no authentication: use a loopback address, or allow it with --diagnostics-reachable", diagnostics)
		}
	}
	mode, err := strconv.ParseUint(ctx.String("socket-mode"), 8, 32)
	if err != nil || mode > 0o777 {
		return 0, UsageOf(ctx.Command, "--socket-mode is octal such as 0660, not %q", ctx.String("socket-mode"))
	}
	return os.FileMode(mode), nil
}

func serveConfig(ctx *cli.Context, streams *Streams, log *serveLog) (pdp.Config, error) {
	key, err := pageKey(ctx)
	if err != nil {
		return pdp.Config{}, err
	}
	return pdp.Config{
		Bundles:      ctx.StringSlice("bundle"),
		EntryPoint:   ctx.String("entrypoint"),
		Engine:       engine.Mode(ctx.String("engine")),
		ShadowShare:  ctx.Int("shadow"),
		Wait:         ctx.Bool("wait"),
		WatchEvery:   ctx.Duration("watch"),
		PublicURL:    ctx.String("public-url"),
		Terse:        ctx.Bool("terse"),
		AccessLog:    ctx.Bool("access-log"),
		Log:          log.Logger,
		Level:        &log.level,
		Unwritten:    log.lost.Load,
		Profiling:    ctx.Bool("pprof"),
		ShutdownWait: ctx.Duration("shutdown-wait"),
		PageKey:      key,
		Console:      streams.Out,
		Activated:    pdp.Collect,
		Limits: pdp.Limits{
			Body: ctx.Int64("max-body"), Depth: ctx.Int("max-depth"), Batch: ctx.Int("max-batch"), Page: ctx.Int("max-page"),
			Time: ctx.Duration("max-time"), Read: ctx.Duration("max-read"), Idle: ctx.Duration("max-idle"), Queue: ctx.Duration("max-queue"),
			Connections: ctx.Int("max-connections"), Concurrent: ctx.Int("max-concurrent"), PerCaller: ctx.Int("max-per-caller"), Drain: ctx.Duration("drain"),
			Bundle: ctx.Int64("max-bundle"), Activation: ctx.Duration("max-activation"),
		},
	}, nil
}

// pageKey reads the key of page tokens that replicas share, nil without one.
func pageKey(ctx *cli.Context) ([]byte, error) {
	if !ctx.IsSet("page-key") {
		return nil, nil
	}
	text, err := os.ReadFile(ctx.String("page-key"))
	if err != nil {
		return nil, Input(fmt.Errorf("--page-key: %w", err))
	}
	return bytes.TrimSpace(text), nil
}

// trust reads the sources of bundles and how they are signed.
func trust(ctx *cli.Context, cfg *pdp.Config) (err error) {
	if ctx.IsSet("config-file") || ctx.IsSet("set") {
		if cfg.OPA, err = management.Load(ctx.String("config-file"), ctx.StringSlice("set")); err != nil {
			return Input(fmt.Errorf("--config-file: %w", err))
		}
	}
	if !ctx.IsSet("verification-key") {
		return nil
	}
	if len(cfg.Bundles) == 0 {
		return UsageOf(ctx.Command, "--verification-key is for the bundles of -b: the OPA configuration has the keys of other bundles")
	}
	key, err := os.ReadFile(ctx.String("verification-key"))
	if err != nil {
		return Input(fmt.Errorf("--verification-key: %w", err))
	}
	id := ctx.String("verification-key-id")
	config := &keys.Config{Key: string(key), Algorithm: ctx.String("signing-alg")}
	cfg.Verification = bundle.NewVerificationConfig(map[string]*keys.Config{id: config}, id, ctx.String("scope"), nil)
	return nil
}

func openDiagnostics(ctx *cli.Context) (net.Listener, error) {
	address := listen.Address(ctx.String("diagnostics"))
	if address == "" {
		return nil, nil
	}
	l, err := address.Listen(0o600)
	return l, Input(err)
}
