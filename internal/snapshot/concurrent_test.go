package snapshot_test

import (
	"sync"
	"testing"
	"testing/fstest"

	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// TestConcurrentReads reads a snapshot in several goroutines. The name of the file does not say that it has users, so
// that a read learns it. The race detector checks that this is safe.
func TestConcurrentReads(t *testing.T) {
	s, found := snapshot.OpenFS(fstest.MapFS{
		"everything.json": {Data: []byte(`[{"schemaPath": "User", "id": "u1", "userId": "anna", "userDirectory": "ACME", "name": "Anna"},
			{"schemaPath": "Stream", "id": "s1", "name": "Sales", "owner": {"id": "u1"}}]`)},
		"stream.json": {Data: []byte(`[{"schemaPath": "User", "id": "u2", "userId": "ben", "userDirectory": "ACME", "name": "Ben"},
			{"id": "s2", "name": "Law", "owner": {"id": "u2"}}]`)},
	}, nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			site, found := s.Load(nil)
			if found.HasErrors() || len(site.Users) != 2 {
				t.Errorf("%d users: %v", len(site.Users), found)
			}
		})
	}
	all.Wait()
}
