package pdp

import (
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// state are the metrics that are computed when they are collected.
type state struct{ s *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("qlik2rego_"+name, help, labels, nil)
}

var (
	decidingMetric    = describe("requests_deciding", "Requests that are being decided now.")
	waitingMetric     = describe("requests_waiting", "Requests that wait for their turn now.")
	overdueMetric     = describe("requests_overdue", "Requests that were answered at their deadline and are still being decided, because OPA cannot interrupt one built-in function.")
	connectionsMetric = describe("connections", "Connections that are open.", "listener")
	evictedMetric     = describe("connections_evicted_total", "Connections that were closed because others came.", "listener")
	activationMetric  = describe("bundle_activation_age_seconds", "Age of the activation that goes on now, 0 without one.")
	abandonedMetric   = describe("bundle_activations_abandoned", "Activations that were given up and still run.")
	checkMetric       = describe("self_check_timestamp_seconds", "Time of the last decision of the decision point's own.")
	unwrittenMetric   = describe("log_lines_lost_total", "Lines of the program's log that nobody read in time.")
	modifiedMetric    = describe("bundle_file_modified_timestamp_seconds", "Time at which the file of a bundle was last changed.", "file")
	readMetric        = describe("credentials_read_timestamp_seconds", "Time at which the credentials that count were read.", "file")
	unreadMetric      = describe("credentials_failing", "1 while a file of credentials cannot be read again, and what it held counts.", "file")
)

// Describe implements prometheus.Collector.
func (c *state) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{decidingMetric, waitingMetric, overdueMetric, connectionsMetric, evictedMetric, activationMetric,
		abandonedMetric, checkMetric, unwrittenMetric, modifiedMetric, readMetric, unreadMetric} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *state) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	s := c.s
	gauge(decidingMetric, float64(s.gate.turns.deciding()))
	gauge(waitingMetric, float64(s.gate.turns.inQueue()))
	gauge(overdueMetric, float64(s.gate.running.Load()))
	if all := s.listeners.Load(); all != nil {
		for name, l := range *all {
			gauge(connectionsMetric, float64(l.Open()), name)
			count(evictedMetric, float64(l.Evicted()), name)
		}
	}
	age := 0.0
	if since, ok := s.live.UnderWay(); ok {
		age = time.Since(since).Seconds()
	}
	gauge(activationMetric, age)
	gauge(abandonedMetric, float64(s.live.Abandoned()))
	if last := s.check.last.Load(); last != nil {
		gauge(checkMetric, seconds(*last))
	}
	if s.cfg.Unwritten != nil {
		count(unwrittenMetric, float64(s.cfg.Unwritten()))
	}
	for _, name := range s.cfg.Bundles {
		if info, err := os.Stat(name); err == nil {
			gauge(modifiedMetric, seconds(info.ModTime()), name)
		}
	}
	for _, file := range s.cfg.Credentials {
		read, err := file.State()
		failing := 0.0
		if err != nil {
			failing = 1
		}
		gauge(readMetric, seconds(read), file.File())
		gauge(unreadMetric, failing, file.File())
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
