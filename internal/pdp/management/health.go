package management

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/plugins"
	"github.com/open-policy-agent/opa/v1/plugins/bundle"
	"github.com/open-policy-agent/opa/v1/plugins/discovery"
	"github.com/open-policy-agent/opa/v1/plugins/logs"
	"github.com/open-policy-agent/opa/v1/plugins/status"
)

// Missing returns what a policy still needs, sorted: bundles, or the configuration that names
// them.
func (m *Manager) Missing() []string {
	failing := m.failing()
	var missing []string
	for _, name := range m.parts.Missing() {
		text := "bundle " + name
		if why, ok := failing[name]; ok {
			text += ": " + why
		}
		missing = append(missing, text)
	}
	if m.discovers() && !m.is(discovery.Name, plugins.StateOK) {
		text := discovery.Name
		if why, ok := failing[discovery.Name]; ok {
			text += ": " + why
		}
		missing = append(missing, text)
	}
	return missing
}

// Degraded returns the problems of what is present, sorted: the last download or activation of
// a bundle, and plugins that do not work.
func (m *Manager) Degraded() []string {
	failing := m.failing()
	missing := m.parts.Missing()
	var degraded []string
	for _, name := range slices.Sorted(maps.Keys(failing)) {
		if slices.Contains(missing, name) {
			continue
		}
		kind := "bundle " + name
		if name == discovery.Name {
			kind = name
		}
		degraded = append(degraded, kind+": "+failing[name])
	}
	for _, name := range []string{logs.Name, status.Name} {
		if m.is(name, plugins.StateErr) || m.is(name, plugins.StateWarn) {
			degraded = append(degraded, name+" does not work")
		}
	}
	if n := m.unlogged.Load(); n > 0 {
		degraded = append(degraded, fmt.Sprintf("decision_logs: %d decisions could not be logged", n))
	}
	if m.uploadFailing.Load() {
		degraded = append(degraded, "decision_logs: the last upload has failed")
	}
	if since, ok := m.downloads.oldest(); ok && time.Since(since) > slowDownload {
		degraded = append(degraded, "download: one is under way since "+since.UTC().Format(time.RFC3339))
	}
	return degraded
}

// is reports whether a plugin is in a state. It reads the last known state, and never waits for
// OPA.
func (m *Manager) is(name string, state plugins.State) bool {
	all := m.states.Load()
	return all != nil && (*all)[name] != nil && (*all)[name].State == state
}

// failing returns the last error of each bundle, by name.
func (m *Manager) failing() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	failing := map[string]string{}
	for name, s := range m.statuses {
		if s.Code != "" {
			failing[name] = describe(s)
		}
	}
	return failing
}

func describe(s *bundle.Status) string {
	text := s.Message
	if s.HTTPCode != "" {
		text += " (" + string(s.HTTPCode) + ")"
	}
	var details []string
	for _, err := range s.Errors[:min(len(s.Errors), 3)] {
		details = append(details, err.Error())
	}
	if len(details) > 0 {
		text += ": " + strings.Join(details, "; ")
	}
	return text
}
