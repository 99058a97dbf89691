package management

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	failingMetric  = describeMetric("bundle_source_failing", "1 while the last download or activation of a bundle, or of the configuration from discovery, has failed.", "bundle")
	unloggedMetric = describeMetric("decisions_unlogged_total", "Decisions that could not be logged to the console or a file.")
	uploadMetric   = describeMetric("decision_log_upload_failing", "1 while the last upload of decisions has failed.")
	downloadMetric = describeMetric("bundle_download_age_seconds", "Age of the download that goes on for the longest, 0 without one.")
	confirmMetric  = describeMetric("bundle_confirmed_timestamp_seconds", "Time at which a server last sent a bundle, or said that there is no newer one: the age of the data.", "bundle")
	logMetric      = describeMetric("decision_log_events_total", "What OPA's decision log counts: uploads, uploads that failed, entries dropped and why.", "event")
)

func describeMetric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("qlik2rego_"+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (m *Manager) Describe(to chan<- *prometheus.Desc) {
	to <- failingMetric
	to <- unloggedMetric
	to <- logMetric
	to <- uploadMetric
	to <- downloadMetric
	to <- confirmMetric
}

// Collect implements prometheus.Collector.
func (m *Manager) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	for name, s := range m.statuses {
		failing := 0.0
		if s.Code != "" {
			failing = 1
		}
		to <- prometheus.MustNewConstMetric(failingMetric, prometheus.GaugeValue, failing, name)
		if !s.LastSuccessfulRequest.IsZero() {
			to <- prometheus.MustNewConstMetric(confirmMetric, prometheus.GaugeValue, float64(s.LastSuccessfulRequest.UnixMilli())/1000, name)
		}
	}
	m.mu.Unlock()
	to <- prometheus.MustNewConstMetric(unloggedMetric, prometheus.CounterValue, float64(m.unlogged.Load()))
	failing := 0.0
	if m.uploadFailing.Load() {
		failing = 1
	}
	to <- prometheus.MustNewConstMetric(uploadMetric, prometheus.GaugeValue, failing)
	age := 0.0
	if since, ok := m.downloads.oldest(); ok {
		age = time.Since(since).Seconds()
	}
	to <- prometheus.MustNewConstMetric(downloadMetric, prometheus.GaugeValue, age)
	for name, value := range m.metrics.All() {
		event, ok := strings.CutPrefix(name, "counter_decision_logs_")
		if n, isCount := value.(uint64); ok && isCount {
			to <- prometheus.MustNewConstMetric(logMetric, prometheus.CounterValue, float64(n), event)
		}
	}
}
