package ruleset

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
)

// Read reads the rules of files and directories. In a directory it reads all *.json files in
// ascending order, and then the *.qrule files in it and below it. An id that two rules share,
// in any files, is an error of both.
func Read(paths ...string) ([]Rule, diag.List) { return ReadWith(nil, paths...) }

// ReadWith is Read, where the path "-" is an export that is read from stdin, unless stdin is
// nil. Findings name it <stdin>.
func ReadWith(stdin io.Reader, paths ...string) ([]Rule, diag.List) {
	var all []*entry
	var list diag.List
	export := func(name string, data []byte, err error) {
		if err != nil {
			list = append(list, unreadable(name, err))
			return
		}
		d := newDecoder(name, data)
		d.document()
		all = append(all, d.rules...)
		list = append(list, d.found...)
	}
	for _, path := range paths {
		if path == "-" && stdin != nil {
			data, err := io.ReadAll(stdin)
			export("<stdin>", data, err)
			continue
		}
		files, problem := expand(path)
		list = append(list, problem...)
		for _, file := range files {
			data, err := os.ReadFile(file)
			export(file, data, err)
		}
	}
	rules, doubles := unique(all)
	return rules, append(list, doubles...)
}

// Files returns the files that Read reads for a path, as far as they exist.
func Files(path string) []string {
	files, _ := expand(path)
	return files
}

// expand returns the files for a path.
func expand(path string) ([]string, diag.List) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	if err == nil {
		files, err = filesBelow(path)
	}
	if err != nil {
		return nil, diag.List{unreadable(path, err)}
	}
	if len(files) == 0 {
		return nil, diag.List{{
			Code: codeNoFile, Severity: diag.Error,
			Summary: fmt.Sprintf("the folder %s contains no files *.json or *%s", path, qrule.Extension),
			Detail: "Rules are read from the files *.json of a folder, and from the files *.qrule in it and in the folders below it.\n" +
				"If no rules are meant, a file with [] says so.",
		}}
	}
	return files, nil
}

// filesBelow returns the rule files of a directory: exports in the directory itself, and .qrule
// files at any depth. Directories whose names begin with a dot are skipped, and so are the
// files that pull writes next to the rules.
func filesBelow(root string) ([]string, error) {
	var exports, single []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir() && (name == "." || !strings.HasPrefix(e.Name(), ".")):
			return err
		case e.IsDir():
			return fs.SkipDir
		case strings.EqualFold(path.Ext(name), qrule.Extension):
			single = append(single, filepath.Join(root, filepath.FromSlash(name)))
		case path.Dir(name) == "." && strings.EqualFold(path.Ext(name), ".json") && !isCompanion(name):
			exports = append(exports, filepath.Join(root, name))
		}
		return nil
	})
	return append(exports, single...), err
}

// isCompanion reports whether a file accompanies rules without being an export: the manifest of
// pull, and the lock files of sites.
func isCompanion(name string) bool {
	return name == "manifest.json" || strings.HasPrefix(name, "site.lock.")
}

func unreadable(path string, err error) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: codeUnreadable, Severity: diag.Error,
		Summary: fmt.Sprintf("cannot read %s: %s", path, reason(err)),
		Detail:  "Check that it exists and may be read.",
	}
	if errors.Is(err, fs.ErrNotExist) {
		d.Summary = fmt.Sprintf("there is no file or folder %s", path)
		d.Detail = "Check the path."
	}
	return d
}

// reason returns the system's error message without the path, which the diagnostic has already.
func reason(err error) string {
	if path := new(fs.PathError); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// unique returns the rules without an error. If rules share an id, all of them are errors,
// because it is unknown which of them Qlik has.
func unique(all []*entry) ([]Rule, diag.List) {
	var list diag.List
	first := map[string]*entry{}
	for _, r := range all {
		key := schema.Fold(r.ID)
		before, double := first[key]
		if !double {
			first[key] = r
			continue
		}
		if !before.broken {
			list = append(list, before.twice(r))
		}
		before.broken, r.broken = true, true
		list = append(list, r.twice(before))
	}
	var rules []Rule
	for _, r := range all {
		if !r.broken {
			rules = append(rules, r.Rule)
		}
	}
	return rules, list
}

func (r *entry) twice(before *entry) diag.Diagnostic {
	text, where := r.file.Excerpt(r.start, r.end)
	beforeText, beforeWhere := before.file.Excerpt(before.start, before.end)
	d := diag.Diagnostic{
		Code: codeDuplicate, Severity: diag.Error, Rule: r.identity(), Text: text, Subject: where,
		Summary: fmt.Sprintf("two rules have the id %q", r.ID),
		Detail:  "Ids ignore case. Remove one of the rules, or give it another id.",
		Related: []diag.Related{{Message: fmt.Sprintf("the rule %q has it too", before.Name), Text: beforeText, Range: beforeWhere}},
	}
	if r.Derived && before.Derived {
		d.Summary = fmt.Sprintf("the rule %q is defined twice", r.Name)
		d.Detail = "Name, filter and condition are the same, and neither has an id. Leave one out, or give each an id."
	}
	return d
}
