package management

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/open-policy-agent/opa/v1/util"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc/credentials"
)

// tracingConfig is OPA's section distributed_tracing. OPA does not export its own parser.
type tracingConfig struct {
	Type     string            `json:"type"`
	Address  string            `json:"address"`
	Service  string            `json:"service_name"`
	Sample   *float64          `json:"sample_percentage"`
	Security string            `json:"encryption"`
	Insecure bool              `json:"allow_insecure_tls"`
	Cert     string            `json:"tls_cert_file"`
	Key      string            `json:"tls_private_key_file"`
	CA       string            `json:"tls_ca_cert_file"`
	Resource map[string]string `json:"resource"`
	Batch    struct {
		Timeout *int `json:"batch_timeout_ms"`
		Export  *int `json:"export_timeout_ms"`
		Size    *int `json:"max_export_batch_size"`
		Queue   *int `json:"max_queue_size"`
	} `json:"batch_span_processor_options"`
}

// traces sends spans to a collector. Nil sends none.
type traces struct{ provider *trace.TracerProvider }

// newTraces starts tracing as configured by a section; a section without a type disables it.
func newTraces(ctx context.Context, raw json.RawMessage, log *slog.Logger) (*traces, error) {
	c := tracingConfig{Service: "qlik2rego", Security: "off"}
	if len(raw) > 0 {
		if err := util.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("distributed_tracing: %w", err)
		}
	}
	if c.Type == "" {
		return nil, nil
	}
	exporter, err := c.exporter(ctx)
	if err != nil {
		return nil, fmt.Errorf("distributed_tracing: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces cannot be sent", "error", err) }))
	attributes := []attribute.KeyValue{attribute.String("service.name", c.Service)}
	for name, key := range map[string]string{
		"service_version": "service.version", "service_instance_id": "service.instance.id",
		"service_namespace": "service.namespace", "deployment_environment": "deployment.environment",
	} {
		if v := c.Resource[name]; v != "" {
			attributes = append(attributes, attribute.String(key, v))
		}
	}
	share := 100.0
	if c.Sample != nil {
		share = *c.Sample
	}
	if share < 0 || share > 100 {
		return nil, fmt.Errorf("distributed_tracing.sample_percentage is %v, not between 0 and 100", share)
	}
	return &traces{trace.NewTracerProvider(
		trace.WithResource(resource.NewSchemaless(attributes...)),
		trace.WithSampler(trace.ParentBased(trace.TraceIDRatioBased(share/100))),
		trace.WithSpanProcessor(trace.NewBatchSpanProcessor(exporter, c.batch()...)),
	)}, nil
}

func (c *tracingConfig) batch() (options []trace.BatchSpanProcessorOption) {
	for value, option := range map[*int]func(int) trace.BatchSpanProcessorOption{
		c.Batch.Timeout: func(n int) trace.BatchSpanProcessorOption {
			return trace.WithBatchTimeout(time.Duration(n) * time.Millisecond)
		},
		c.Batch.Export: func(n int) trace.BatchSpanProcessorOption {
			return trace.WithExportTimeout(time.Duration(n) * time.Millisecond)
		},
		c.Batch.Size:  trace.WithMaxExportBatchSize,
		c.Batch.Queue: trace.WithMaxQueueSize,
	} {
		if value != nil {
			options = append(options, option(*value))
		}
	}
	return options
}

func (c *tracingConfig) exporter(ctx context.Context) (*otlptrace.Exporter, error) {
	secure, err := c.tls()
	if err != nil {
		return nil, err
	}
	switch c.Type {
	case "grpc":
		options := []otlptracegrpc.Option{otlptracegrpc.WithInsecure()}
		if secure != nil {
			options[0] = otlptracegrpc.WithTLSCredentials(credentials.NewTLS(secure))
		}
		if c.Address != "" {
			options = append(options, otlptracegrpc.WithEndpoint(c.Address))
		}
		return otlptracegrpc.New(ctx, options...)
	case "http":
		options := []otlptracehttp.Option{otlptracehttp.WithInsecure()}
		if secure != nil {
			options[0] = otlptracehttp.WithTLSClientConfig(secure)
		}
		if c.Address != "" {
			options = append(options, otlptracehttp.WithEndpoint(c.Address))
		}
		return otlptracehttp.New(ctx, options...)
	}
	return nil, fmt.Errorf("the type is %q, neither grpc nor http", c.Type)
}

// tls is nil for connections without TLS.
func (c *tracingConfig) tls() (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.Insecure}
	switch c.Security {
	case "off":
		return nil, nil
	case "mtls":
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, err
		}
		t.Certificates = []tls.Certificate{pair}
	case "tls":
	default:
		return nil, fmt.Errorf("encryption is %q, not off, tls or mtls", c.Security)
	}
	if c.CA == "" {
		return t, nil
	}
	pem, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, err
	}
	t.RootCAs = x509.NewCertPool()
	if !t.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("tls_ca_cert_file holds no certificate in PEM")
	}
	return t, nil
}

func (t *traces) options() []otelhttp.Option {
	return []otelhttp.Option{otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagation.TraceContext{})}
}

// clientOptions are for the requests to a control plane.
func (t *traces) clientOptions() (options []any) {
	if t == nil {
		return nil
	}
	for _, o := range t.options() {
		options = append(options, o)
	}
	return options
}

// handler creates a span for each request. The span is named after the path only if the path is
// served, so that clients cannot create arbitrary names.
func (t *traces) handler(h http.Handler) http.Handler {
	if t == nil {
		return h
	}
	return otelhttp.NewHandler(h, "qlik2rego", t.options()...)
}

func (t *traces) stop(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
