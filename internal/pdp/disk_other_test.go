//go:build !linux

package pdp_test

import "testing"

// smallDisk returns the folder of a small disk where there can be one.
func smallDisk(t *testing.T) string {
	t.Helper()
	t.Skip("a small disk can be mounted on Linux alone")
	return ""
}
