package pdp

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// engineOptions are the options of evaluation from the configuration.
func (s *Server) engineOptions() []engine.Option {
	if s.cfg.Engine == engine.ModeOPA {
		return nil
	}
	return []engine.Option{engine.Auto, engine.Shadowed(s.cfg.ShadowShare, s.differs)}
}

// differs reports a decision on which compiled code and OPA disagree.
func (s *Server) differs(d engine.Difference) {
	s.cfg.Log.Error("compiled code and OPA decide differently; OPA evaluates this policy from now on", "request", d.Request, "difference", d.What)
}

// execution describes how the current policy is evaluated; ok is false before the first one.
func (s *Server) execution() (x engine.Execution, ok bool) {
	p := s.live.Current()
	if p == nil {
		return x, false
	}
	return p.Execution(), true
}

// degradedEngine says why OPA evaluates everything although compiled code is enabled.
func (s *Server) degradedEngine() []string {
	x, _ := s.execution()
	if x.Off == "" {
		return nil
	}
	return []string{fmt.Sprintf("engine: OPA evaluates everything after %d differences: %s", x.Differences, x.Off)}
}

// logExecution logs which parts of a policy OPA evaluates, and why.
func (s *Server) logExecution() {
	x, ok := s.execution()
	if !ok || s.cfg.Engine == engine.ModeOPA {
		return
	}
	for _, query := range slices.Sorted(maps.Keys(x.Fallbacks)) {
		s.cfg.Log.Debug("OPA evaluates a query", "query", query, "reason", x.Fallbacks[query])
	}
}

// executionMetrics collects how the current policy is evaluated. The counters restart with each
// activation of different modules.
type executionMetrics struct{ s *Server }

var (
	queriesDesc     = prometheus.NewDesc("qlik2rego_engine_queries", "Queries of the policy by who evaluates them.", []string{"engine"}, nil)
	evaluationsDesc = prometheus.NewDesc("qlik2rego_engine_evaluations", "Evaluations by compiled code since the activation.", nil, nil)
	repeatedDesc    = prometheus.NewDesc("qlik2rego_engine_repeated", "Evaluations by compiled code that OPA repeated, because rules contradict each other.", nil, nil)
	shadowedDesc    = prometheus.NewDesc("qlik2rego_engine_shadowed", "Decisions that OPA took as well, and those it was too busy for.", []string{"outcome"}, nil)
	differencesDesc = prometheus.NewDesc("qlik2rego_engine_differences", "Decisions of which compiled code and OPA said different things.", nil, nil)
	offDesc         = prometheus.NewDesc("qlik2rego_engine_off", "1 while OPA evaluates everything because of a difference.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m executionMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{queriesDesc, evaluationsDesc, repeatedDesc, shadowedDesc, differencesDesc, offDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m executionMetrics) Collect(ch chan<- prometheus.Metric) {
	x, _ := m.s.execution()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(queriesDesc, float64(len(x.Compiled)), "compiled")
	gauge(queriesDesc, float64(len(x.Fallbacks)), "opa")
	gauge(evaluationsDesc, float64(x.Evaluations))
	gauge(repeatedDesc, float64(x.Failed))
	gauge(shadowedDesc, float64(x.Shadowed), "decided")
	gauge(shadowedDesc, float64(x.Dropped), "dropped")
	gauge(differencesDesc, float64(x.Differences))
	off := 0.0
	if x.Off != "" {
		off = 1
	}
	gauge(offDesc, off)
}
