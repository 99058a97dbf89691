package watch

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// Metrics are the metrics of a watch for Prometheus.
type Metrics struct {
	registry     *prometheus.Registry
	drift        prometheus.Gauge
	gained, lost *prometheus.CounterVec
	pulled       prometheus.Gauge
	failures     prometheus.Counter
	unknown      prometheus.Counter
	published    prometheus.Gauge
	sent         *prometheus.CounterVec
}

// NewMetrics returns the metrics of a site.
func NewMetrics(site string) *Metrics {
	labels := prometheus.Labels{"site": site}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		drift:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "qlik2rego_drift_rules", Help: "Rules on the site that differ from their files.", ConstLabels: labels}),
		gained: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qlik2rego_access_gained_cells", Help: "Rights gained since the start: one action of one user on one resource.", ConstLabels: labels,
		}, []string{"action", "type"}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qlik2rego_access_lost_cells", Help: "Rights lost since the start: one action of one user on one resource.", ConstLabels: labels,
		}, []string{"action", "type"}),
		pulled:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "qlik2rego_last_pull_timestamp", Help: "When the site was last read, in Unix seconds.", ConstLabels: labels}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{Name: "qlik2rego_watch_failures_total", Help: "Rounds in which the site could not be read.", ConstLabels: labels}),
	}
	m.unknown = prometheus.NewCounter(prometheus.CounterOpts{Name: "qlik2rego_watch_unknown_effects_total", Help: "Changes whose effect could not be computed.", ConstLabels: labels})
	m.published = prometheus.NewGauge(prometheus.GaugeOpts{Name: "qlik2rego_published_timestamp", Help: "When a bundle was last written for --bundle or --publish, in Unix seconds.", ConstLabels: labels})
	m.sent = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "qlik2rego_publish_answers_total", Help: "Answers of --publish: the whole bundle, a delta, or that nothing has changed.", ConstLabels: labels,
	}, []string{"kind"})
	m.registry.MustRegister(m.drift, m.gained, m.lost, m.pulled, m.failures, m.unknown, m.published, m.sent)
	return m
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Failed counts a round that could not read the site.
func (m *Metrics) Failed() { m.failures.Inc() }

// Published records the time at which a bundle was written.
func (m *Metrics) Published() { m.published.Set(float64(time.Now().Unix())) }

// Sent counts an answer to a decision point, by kind.
func (m *Metrics) Sent(kind string) { m.sent.WithLabelValues(kind).Inc() }

// looked records a round that has read the site, and the number of rules that differ from files.
func (m *Metrics) looked(at time.Time, drift int) {
	m.pulled.Set(float64(at.Unix()))
	m.drift.Set(float64(drift))
}

// observe counts the gains and losses of an event.
func (m *Metrics) observe(e *Event) {
	if e.Effect == Unknown {
		m.unknown.Inc()
	}
	for _, g := range e.Groups {
		counter := m.gained
		if g.Kind == difference.Loss {
			counter = m.lost
		}
		for _, p := range g.Parts {
			counter.WithLabelValues(p.Action, p.Type).Add(float64(p.Cells))
		}
	}
}
