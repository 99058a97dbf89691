package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/config"
	"github.com/open-policy-agent/opa/v1/util"
)

// Load reads an OPA configuration file, YAML or JSON, in which ${NAME} is replaced by an
// environment variable. Each of the settings, "a.b.c=value" with a value in YAML, overrides the
// file. An empty path is an empty file.
func Load(path string, settings []string) ([]byte, error) {
	values := map[string]any{}
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := util.Unmarshal([]byte(fromEnvironment(string(text))), &values); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if values == nil { // an empty file
			values = map[string]any{}
		}
	}
	for _, s := range settings {
		if err := set(values, fromEnvironment(s)); err != nil {
			return nil, err
		}
	}
	return json.Marshal(values)
}

var variable = regexp.MustCompile(`\$\{[^{}]+\}`)

// fromEnvironment replaces variables as OPA does: an unset one is left unchanged.
func fromEnvironment(text string) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		if value, ok := os.LookupEnv(v[2 : len(v)-1]); ok {
			return value
		}
		return v
	})
}

func set(values map[string]any, setting string) error {
	path, text, ok := strings.Cut(setting, "=")
	if !ok || path == "" {
		return fmt.Errorf("the setting %q is not NAME.NAME=VALUE", setting)
	}
	var value any
	if err := util.Unmarshal([]byte(text), &value); err != nil {
		return fmt.Errorf("the setting %s: %w", path, err)
	}
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		below, ok := values[name].(map[string]any)
		if !ok {
			below = map[string]any{}
			values[name] = below
		}
		values = below
	}
	values[names[len(names)-1]] = value
	return nil
}

// Defaults for settings that OPA leaves unlimited, or that are too small for a decision point.
const (
	// logBuffer is the maximum size in bytes of compressed decisions that wait for an
	// unreachable server. OPA's default is unlimited.
	logBuffer = 64 << 20
	// logUpload is the maximum size of an upload. Larger entries are dropped, and OPA's default
	// is smaller than the maximum body of a request: a caller could keep its requests out of
	// the log.
	logUpload = 4 << 20
)

// section is a section of a configuration.
type section = map[string]any

// harden rejects settings that would weaken a decision point and sets defaults that OPA lacks.
// It modifies the configuration in place. verify says that there are verification keys outside
// the configuration: those of the file, for a configuration from discovery.
func harden(c *config.Config, verify bool) error {
	if len(c.Bundle) > 0 {
		return fmt.Errorf("bundle: OPA has given up this form: name the bundle under bundles")
	}
	var err error
	if c.Services, err = schemes(c.Services); err != nil {
		return err
	}
	own, err := verifies(c.Keys)
	if err != nil {
		return err
	}
	verify = verify || own
	if c.Bundles, err = edit(c.Bundles, "bundles", func(all section) error {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if source, ok := all[name].(section); ok {
				if err := signed(source, verify, "bundles."+name); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if c.Discovery, err = edit(c.Discovery, "discovery", func(d section) error { return signed(d, verify, "discovery") }); err != nil {
		return err
	}
	c.DecisionLogs, err = edit(c.DecisionLogs, "decision_logs", decisionLogs)
	return err
}

// edit changes an existing section.
func edit(raw json.RawMessage, name string, change func(section) error) (json.RawMessage, error) {
	if len(raw) == 0 {
		return raw, nil
	}
	var s section
	if err := util.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if s == nil {
		return raw, nil
	}
	if err := change(s); err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

// schemes sets the token scheme of services that leave it to OPA: OPA sets it when a service is
// first used, without a lock, and plugins that share a service use it concurrently.
func schemes(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return raw, nil
	}
	var services any
	if err := util.Unmarshal(raw, &services); err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	each := func(service any) {
		s, _ := service.(section)
		credentials, _ := s["credentials"].(section)
		if bearer, ok := credentials["bearer"].(section); ok && bearer["scheme"] == nil {
			bearer["scheme"] = "Bearer"
		}
	}
	switch all := services.(type) {
	case section:
		for _, s := range all {
			each(s)
		}
	case []any:
		for _, s := range all {
			each(s)
		}
	}
	return json.Marshal(services)
}

// verifies reports whether there are keys to verify signatures with. Keys for signing tokens do
// not count.
func verifies(raw json.RawMessage) (bool, error) {
	found := false
	_, err := edit(raw, "keys", func(all section) error {
		for _, k := range all {
			key, _ := k.(section)
			text, _ := key["key"].(string)
			found = found || text != ""
		}
		return nil
	})
	return found, err
}

// signed requires signatures if there are keys. OPA would accept a bundle without one unless
// its source requires it.
func signed(source section, verify bool, name string) error {
	signing, _ := source["signing"].(section)
	if files, _ := signing["exclude_files"].([]any); len(files) > 0 {
		return fmt.Errorf("%s.signing.exclude_files: a bundle that is signed in part is rejected", name)
	}
	if deltas, _ := signing["allow_unsigned_delta_bundles"].(bool); deltas {
		return fmt.Errorf("%s.signing.allow_unsigned_delta_bundles: what changes a signed bundle must be signed, and deltas cannot be", name)
	}
	if signing == nil && verify {
		source["signing"] = section{}
	}
	return nil
}

// secrets are headers that must not be logged.
var secrets = []string{"authorization", "proxy-authorization", "cookie"}

func decisionLogs(s section) error {
	context, _ := s["request_context"].(section)
	http, _ := context["http"].(section)
	headers, _ := http["headers"].([]any)
	for _, h := range headers {
		if name, _ := h.(string); slices.Contains(secrets, strings.ToLower(name)) {
			return fmt.Errorf("decision_logs.request_context.http.headers: %s holds credentials, and logs never do", name)
		}
	}
	reporting, ok := s["reporting"].(section)
	if !ok {
		reporting = section{}
		s["reporting"] = reporting
	}
	missing := func(name string) bool { _, ok := reporting[name]; return !ok }
	if missing("upload_size_limit_bytes") {
		reporting["upload_size_limit_bytes"] = logUpload
	}
	switch {
	case !missing("buffer_type") && reporting["buffer_type"] != "size":
	case !missing("max_decisions_per_second"):
		reporting["buffer_type"] = "event" // OPA bounds either bytes or the rate
	case missing("buffer_size_limit_bytes"):
		reporting["buffer_size_limit_bytes"] = logBuffer
	}
	return nil
}

// ignored are the sections that have no effect here.
func ignored(c *config.Config) []string {
	var names []string
	for name, there := range map[string]bool{
		"default_decision": c.DefaultDecision != nil && *c.DefaultDecision != "/system/main",
		"server":           c.Server != nil, "storage": c.Storage != nil, "caching": len(c.Caching) > 0,
		"metrics_export": len(c.MetricsExport) > 0, "nd_builtin_cache": c.NDBuiltinCache,
	} {
		if there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
