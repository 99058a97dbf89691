package pdp

import (
	"fmt"
	"log/slog"
)

// ParseLevel returns the level with the given name: debug, info, warn or error.
func ParseLevel(name string) (slog.Level, error) {
	switch name {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("the level %q is not debug, info, warn or error", name)
}
