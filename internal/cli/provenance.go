package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// provenance collects facts about the input of a page. It contains no current time, so that the same
// input gives the same page.
type provenance []shell.Fact

func (p *provenance) add(name, value string) {
	if value != "" {
		*p = append(*p, shell.Fact{Name: name, Value: value})
	}
}

// file adds a file or directory with its digest and the time of its newest file.
func (p *provenance) file(name, path string) {
	if path == "" || path == stdio {
		return
	}
	if digest, newest, ok := digestOf(path); ok {
		p.add(name, fmt.Sprintf("%s, SHA-256 %s, last written %s", path, digest, newest.UTC().Format("2006-01-02 15:04 UTC")))
		return
	}
	p.add(name, path)
}

// rules adds the number of rules and the time of the last change.
func (p *provenance) rules(name string, rules []ruleset.Rule) {
	var last, by, which string
	for _, r := range rules {
		if when, user := page.LastChange(r); when > last {
			last, by, which = when, user, r.Name
		}
	}
	text := render.Count(len(rules), "rule")
	if last != "" {
		text += fmt.Sprintf("; last change %s (%s", last, which)
		if by != "" {
			text += ", by " + by
		}
		text += ")"
	}
	p.add(name, text)
}

// flags adds the options that were set among flags.
func (p *provenance) flags(ctx *cli.Context, flags ...[]cli.Flag) {
	p.add("Options", strings.Join(commandLine(ctx, slices.Concat(flags...)), " "))
}

// version adds the version of the program.
func (p *provenance) version() {
	v := version()
	text := "qlik2rego " + v.Version
	if v.Commit != "" {
		text += ", commit " + v.Commit
	}
	p.add("Version", text)
}

// digestOf returns a digest of a file, or of all files of a directory with their names, and the
// modification time of the newest one.
func digestOf(path string) (digest string, newest time.Time, ok bool) {
	sum := sha256.New()
	single := false
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
		if single = name == path; !single {
			inside, err := filepath.Rel(path, name)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(sum, "%q %d\n", filepath.ToSlash(inside), info.Size())
		}
		return copyFile(sum, name)
	})
	if err != nil || newest.IsZero() {
		return "", time.Time{}, false
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], newest, true
}

func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
