package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// markerName is the file that marks a directory written by --rego-dir. It lists the written files,
// so that files of others are detected.
const markerName = ".qlik2rego"

const markerHead = "# Written by qlik2rego compile --rego-dir, which replaces the whole folder.\n"

func markerOf(files []bundles.File) bundles.File {
	var text strings.Builder
	text.WriteString(markerHead)
	for _, f := range files {
		text.WriteString(f.Path + "\n")
	}
	return bundles.File{Path: markerName, Content: []byte(text.String())}
}

// replaceable returns an error if a directory must not be replaced.
func replaceable(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	}
	if here, err := os.Getwd(); err == nil {
		if within, err := filepath.Rel(dir, here); err == nil && filepath.IsLocal(within) {
			return fmt.Errorf("%s is the working folder, which cannot be replaced: name a folder in it", dir)
		}
	}
	ours := map[string]bool{markerName: true}
	marker, err := os.ReadFile(filepath.Join(dir, markerName))
	if err == nil {
		for line := range strings.Lines(string(marker)) {
			ours[strings.TrimSpace(line)] = true
		}
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil && !ours[filepath.ToSlash(name)] {
			err = fmt.Errorf("%s contains %s, which qlik2rego has not written: name an empty folder, or move the file away", dir, filepath.ToSlash(name))
		}
		return err
	})
}
