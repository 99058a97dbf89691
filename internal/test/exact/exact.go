// Package exact decides whether tests run their long, exact comparisons. go test ./...
// runs a sample of each, so that it ends within minutes; .ci/run sets QLIK2REGO_EXACT and
// runs all of them.
package exact

import (
	"os"
	"testing"
)

// Hint tells users how to run a skipped test.
const Hint = "set QLIK2REGO_EXACT=1 to run it, as .ci/run does"

// Enabled reports whether long, exact comparisons run.
func Enabled() bool { return Requested() && !testing.Short() }

// Requested reports whether QLIK2REGO_EXACT is set. Unlike Enabled it can be called before the flags are parsed.
func Requested() bool { return os.Getenv("QLIK2REGO_EXACT") != "" }

// Skip skips a long test unless exact comparisons are enabled.
func Skip(t testing.TB) {
	t.Helper()
	if !Enabled() {
		t.Skip("a long, exact comparison: " + Hint)
	}
}
