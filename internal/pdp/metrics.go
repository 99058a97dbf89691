package pdp

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
)

// metrics are the counters of a decision point. Labels have few values, none of which comes
// from a request.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	permits     prometheus.Counter
	denials     prometheus.Counter
	failures    prometheus.Counter
	activations *prometheus.CounterVec
	latest      prometheus.Gauge
	failing     prometheus.Gauge
	loading     prometheus.Gauge
	bundle      *prometheus.GaugeVec
	httpErrors  *prometheus.CounterVec

	mu       sync.RWMutex
	outcomes map[outcome]series
}

// outcome is an API and the status of an answer; there are few.
type outcome struct {
	api    string
	status int
}

// series are what counts requests of an outcome.
type series struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func newMetrics(s *Server) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "qlik2rego", Name: name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "qlik2rego", Name: name, Help: help})
	}
	decisions := counter("decisions_total", "Decisions, items of batches included, candidates of searches not.", "decision")
	m := &metrics{
		registry: prometheus.NewRegistry(),
		outcomes: map[outcome]series{},
		requests: counter("requests_total", "Requests by API and HTTP status; 499 stands for a client that left.", "api", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "qlik2rego", Name: "request_seconds", Help: "Time from the header of a request to its answer, by API.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 2.5, 13),
		}, []string{"api"}),
		permits:     decisions.WithLabelValues("permit"),
		denials:     decisions.WithLabelValues("deny"),
		failures:    decisions.WithLabelValues("error"),
		activations: counter("bundle_activations_total", "Activations of the bundles, by outcome.", "outcome"),
		latest:      gauge("bundle_activated_timestamp_seconds", "Time of the last activation that succeeded."),
		failing:     gauge("bundle_failing", "1 while the last activation has failed and an older policy, or none, decides."),
		loading:     gauge("bundle_activation_seconds", "Time that the last activation took."),
		httpErrors:  counter("http_errors_total", "Errors below HTTP: accept (connections that could not be taken), tls (handshakes), other.", "kind"),
		bundle:      prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "qlik2rego", Name: "bundle_info", Help: "The policy that decides."}, []string{"revision"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, decisions, m.activations, m.latest, m.failing, m.loading, m.bundle, m.httpErrors,
		&state{s}, executionMetrics{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) finished(api string, status int, took time.Duration) {
	of := m.series(outcome{api, status})
	of.requests.Inc()
	of.seconds.Observe(took.Seconds())
}

// series looks up the series of an outcome, by their labels the first time.
func (m *metrics) series(o outcome) series {
	m.mu.RLock()
	of, ok := m.outcomes[o]
	m.mu.RUnlock()
	if !ok {
		of = series{m.requests.WithLabelValues(o.api, strconv.Itoa(o.status)), m.seconds.WithLabelValues(o.api)}
		m.mu.Lock()
		m.outcomes[o] = of
		m.mu.Unlock()
	}
	return of
}

func (m *metrics) decided(v engine.Verdict) {
	switch {
	case v.Err != nil:
		m.failures.Inc()
	case v.Allow:
		m.permits.Inc()
	default:
		m.denials.Inc()
	}
}

func (m *metrics) activated(a live.Activation) {
	if a.Same {
		m.failing.Set(0)
		return
	}
	m.loading.Set(a.Took.Seconds())
	if a.Err != nil {
		m.activations.WithLabelValues("failed").Inc()
		m.failing.Set(1)
		return
	}
	m.activations.WithLabelValues("succeeded").Inc()
	m.failing.Set(0)
	m.latest.SetToCurrentTime()
	m.bundle.Reset()
	m.bundle.WithLabelValues(a.Revision).Set(1)
}
