package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// ConfigName is the name of the configuration file.
const ConfigName = ".qlik2rego.yaml"

// Config is the configuration of lints:
//
//	lint:
//	  Q0454: {level: off}
//	  Q0474: {max: 40}
//	ignore:
//	  files: [old/*.json]
//	  rules: [Z_ROOT, 95487e5d-…]
type Config struct {
	Lint   map[diag.Code]Setting `yaml:"lint"`
	Ignore Ignore                `yaml:"ignore"`
}

// Setting configures one lint.
type Setting struct {
	// Level is error, warning, info, off or "" for the default.
	Level string `yaml:"level"`
	// Max replaces the default of the option max.
	Max *int `yaml:"max"`
}

// Ignore lists what is not linted. Errors that prevent a rule from compiling are always
// reported.
type Ignore struct {
	// Files are patterns of path.Match, relative to the working directory.
	Files []string `yaml:"files"`
	// Rules are names or ids, ignoring case.
	Rules []string `yaml:"rules"`
}

var levels = map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "info": diag.Info, "off": 0, "": 0}

// ParseConfig parses a configuration. Unknown keys, codes and levels are errors. Sections of
// other commands are ignored.
func ParseConfig(text []byte) (*Config, error) {
	var document struct {
		Config `yaml:",inline"`
		Others map[string]yaml.Node `yaml:",inline"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("invalid configuration: %w", err)
	}
	config := &document.Config
	for _, code := range slices.Sorted(maps.Keys(config.Lint)) {
		if err := config.Lint[code].check(code); err != nil {
			return nil, err
		}
	}
	for _, pattern := range config.Ignore.Files {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("ignore.files: %q is not a valid pattern", pattern)
		}
	}
	return config, nil
}

func (s Setting) check(code diag.Code) error {
	l := Find(code)
	if l == nil {
		var codes []string
		for _, l := range All() {
			codes = append(codes, string(l.Code))
		}
		hint := ""
		if near, ok := diag.Suggest(string(code), codes); ok {
			hint = fmt.Sprintf("; did you mean %s?", near)
		}
		return fmt.Errorf("lint: there is no lint %s%s; qlik2rego check --list-rules lists them", code, hint)
	}
	if _, ok := levels[s.Level]; !ok {
		return fmt.Errorf("lint.%s.level: %q is not a level; use error, warning, info or off", code, s.Level)
	}
	switch {
	case s.Max != nil && l.Max == 0:
		return fmt.Errorf("lint.%s.max: this lint has no option max", code)
	case s.Max != nil && *s.Max < 0:
		return fmt.Errorf("lint.%s.max: %d is negative", code, *s.Max)
	}
	return nil
}

func (c *Config) off(l *Lint) bool { return c.Lint[l.Code].Level == "off" }

func (c *Config) max(l *Lint) int {
	if m := c.Lint[l.Code].Max; m != nil {
		return *m
	}
	return l.Max
}

// MaxOf returns the value of the option max of a lint, 0 for a lint without it.
func (c *Config) MaxOf(l *Lint) int { return c.max(l) }

// LevelOf returns the level of a lint as written in the configuration.
func (c *Config) LevelOf(l *Lint) string {
	if level := c.Lint[l.Code].Level; level != "" {
		return level
	}
	return l.Level.String()
}

// level returns the level of a finding with its own severity.
func (c *Config) level(l *Lint, own diag.Severity) diag.Severity {
	if s := levels[c.Lint[l.Code].Level]; s != 0 {
		return s
	}
	return own
}

// ignores reports whether the configuration names the finding's rule or file.
func (c *Config) ignores(d diag.Diagnostic) bool {
	for _, name := range c.Ignore.Rules {
		if d.Rule != (diag.Rule{}) && (strings.EqualFold(name, d.Rule.Name) || schema.Fold(name) == schema.Fold(d.Rule.ID)) {
			return true
		}
	}
	if d.Text == nil || d.Text.File == "" {
		return false
	}
	file := filepath.ToSlash(filepath.Clean(d.Text.File))
	return slices.ContainsFunc(c.Ignore.Files, func(pattern string) bool {
		ok, _ := path.Match(pattern, file) // the pattern was validated when it was read
		return ok
	})
}
