package listen

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestFollowedFilesStandStill has a file that is being written, one that was deleted, and one that
// appears again: only complete content is used.
func TestFollowedFilesStandStill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ahead := time.Now().Add(time.Hour) // so that the file never counts as old
		if err := os.Chtimes(path, ahead, ahead); err != nil {
			t.Fatal(err)
		}
	}
	var reports []error
	write("one")
	f, err := follow(path, func(_ string, err error) { reports = append(reports, err) }, func() (string, error) {
		text, err := os.ReadFile(path)
		return string(text), err
	})
	if err != nil {
		t.Fatal(err)
	}
	looks := func(want string, reported int) {
		t.Helper()
		if f.look(); f.loaded != want || len(reports) != reported {
			t.Errorf("%q counts, want %q; %d reports, want %d", f.loaded, want, len(reports), reported)
		}
	}
	looks("one", 0)
	write("")
	looks("one", 0)
	write("half")
	looks("one", 0)
	write("the whole")
	looks("one", 0)
	looks("the whole", 1)
	looks("the whole", 1)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	looks("the whole", 2)
	looks("the whole", 2) // reported once
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	looks("the whole", 2)
	looks("the whole", 3)
	if reports[0] != nil || reports[1] == nil || reports[2] != nil {
		t.Errorf("%v", reports)
	}
	// A file that was not written for a while is read at the first look.
	write("aged")
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	looks("aged", 4)
}
