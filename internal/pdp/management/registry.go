package management

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/open-policy-agent/opa/v1/config"
	"github.com/open-policy-agent/opa/v1/util"
)

// registries checks that there is a writable directory for downloads from OCI registries. OPA
// stores them below the persistence directory, or in a temporary directory, and panics if it
// cannot.
func registries(c *config.Config) error {
	if !pulls(c) {
		return nil
	}
	dir := ""
	if c.PersistenceDirectory != nil {
		dir = filepath.Join(*c.PersistenceDirectory, "oci")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return noRoom(err)
		}
	}
	try, err := os.MkdirTemp(dir, "try-*")
	if err != nil {
		return noRoom(err)
	}
	return os.Remove(try)
}

func noRoom(err error) error {
	return fmt.Errorf("services: the registry's bundles are kept on disk first, in persistence_directory or TMPDIR, which cannot be written: %w", err)
}

// pulls reports whether a service is a registry.
func pulls(c *config.Config) bool {
	var services any
	if util.Unmarshal(c.Services, &services) != nil {
		return false // OPA reports the error
	}
	is := func(service any) bool {
		s, _ := service.(section)
		typ, _ := s["type"].(string)
		return strings.EqualFold(typ, "oci")
	}
	switch all := services.(type) {
	case section:
		for _, s := range all {
			if is(s) {
				return true
			}
		}
	case []any:
		for _, s := range all {
			if is(s) {
				return true
			}
		}
	}
	return false
}
