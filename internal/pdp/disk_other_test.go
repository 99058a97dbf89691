//go:build !linux

package pdp_test

import "testing"

// smallDisk returns the directory of a small disk; it skips the test on this system.
func smallDisk(t *testing.T) string {
	t.Helper()
	t.Skip("a small disk can be mounted on Linux alone")
	return ""
}
