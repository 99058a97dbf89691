package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/qrule"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/rulefiles"
)

func convertCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "convert",
		Usage:     "convert a rule export to .qrule files for Git, and back",
		ArgsUsage: "IN OUT [flags]",
		Description: `IN is a rule export, a .qrule file, a folder of them, or - for standard input. OUT says
what is written:

   FOLDER       one file for each rule in FOLDER/rules, and FOLDER/site.lock.json with the
                fields that only the site uses. Rules of an earlier run are replaced.
   FILE.json    a rule export; - writes it to standard output
   FILE.qrule   one rule

The conversion loses nothing. An export that is converted to files and back has the same
value in every field. A rule keeps its text, even if its condition has errors.

EXAMPLES:
   qlik2rego convert systemrule.json repo/
   qlik2rego convert repo/ systemrule.json
   qlik2rego convert repo/rules/security/owner.qrule -`,
		Flags: []cli.Flag{formatFlag(streams.convertFormats())},
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() != 2 {
				return UsageOf(ctx.Command, "convert takes two arguments, what to read and what to write, not %d", ctx.NArg())
			}
			return streams.convert(ctx, ctx.Args().Get(0), ctx.Args().Get(1))
		},
	}
}

// ConvertReport is the result of convert in JSON.
type ConvertReport struct {
	Written     []Written `json:"written"`
	Rules       int       `json:"rules"`
	Diagnostics diag.List `json:"diagnostics"`
}

func (s *Streams) convert(ctx *cli.Context, in, to string) error {
	if err := convertToTree(ctx, in, to, reportTo(ctx)); err != nil {
		return err
	}
	rules, found := ruleset.ReadWith(s.In, in)
	if found.HasErrors() {
		return s.Broken(found)
	}
	out := s.outputs()
	defer out.Discard()
	kind, err := stageRules(&out, rules, in, to)
	if err != nil {
		return err
	}
	if err := s.Diagnose(found); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	return s.convertFormats().Render(s.Format, s.Out, ConvertReport{
		Written: []Written{{Kind: kind, Path: to}}, Rules: len(rules), Diagnostics: append(diag.List{}, found...),
	})
}

// convertFormats are the formats of convert.
func (s *Streams) convertFormats() render.Formats[ConvertReport] {
	return render.Results(render.Func[ConvertReport](func(_ io.Writer, r ConvertReport) error {
		return s.wrote(r.Written[0].Path, r.Written[0].Kind+" of "+render.Count(r.Rules, "rule"))
	}))
}

// convertToTree rejects an output that is also the input, except for a directory of rule files,
// which are replaced by themselves.
func convertToTree(ctx *cli.Context, in, to, report string) error {
	if to == stdio && report == stdio {
		return UsageOf(ctx.Command, "two results would go to standard output: name a file for one of them")
	}
	for _, name := range append(ruleset.Files(in), in) {
		if to != stdio && sameFile(to, name) {
			return UsageOf(ctx.Command, "%s would be written over the input %s: name another file", to, name)
		}
	}
	return nil
}

// stageRules prepares the output with a given name and returns its kind.
func stageRules(out *Outputs, rules []ruleset.Rule, in, to string) (kind string, err error) {
	switch ext := strings.ToLower(filepath.Ext(to)); {
	case to == stdio, ext == ".json":
		root := rootOf(in)
		lock, err := rulefiles.ReadLock(root)
		if err != nil {
			return "", Input(err)
		}
		return "export", out.File(to, writing(lock.Export(root, rules)))
	case ext == qrule.Extension:
		if len(rules) != 1 {
			return "", Input(fmt.Errorf("%s is a file for one rule, but %s contains %s: name a folder", to, in, render.Count(len(rules), "rule")))
		}
		return "file", out.File(to, writing(rules[0].Format()))
	}
	return "folder", stageTree(out, rules, to)
}

func writing(content []byte) func(io.Writer, string) error {
	return func(w io.Writer, _ string) error {
		_, err := w.Write(content)
		return err
	}
}

// rootOf returns the directory of an input, or the nearest parent with a lock file.
func rootOf(in string) string {
	start, err := filepath.Abs(in)
	if err != nil {
		return filepath.Dir(in)
	}
	if info, err := os.Stat(start); err != nil || !info.IsDir() {
		start = filepath.Dir(start)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, rulefiles.LockName)); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return start
		}
	}
}

// stageTree prepares the rule files in a directory, which need not exist.
func stageTree(out *Outputs, rules []ruleset.Rule, dir string) error {
	info, statErr := os.Stat(dir)
	fresh := errors.Is(statErr, fs.ErrNotExist)
	if statErr == nil && !info.IsDir() {
		return Input(fmt.Errorf("%s is a file: name a folder, or a file *.json or *%s", dir, qrule.Extension))
	}
	previous, err := rulefiles.ReadLock(dir)
	if err != nil {
		return Input(err)
	}
	arranged, lock := rulefiles.Arrange(rules, previous)
	var files []bundles.File
	for _, f := range arranged {
		name := f.Path
		if !fresh {
			name = strings.TrimPrefix(name, rulefiles.Dir+"/")
		}
		files = append(files, bundles.File{Path: name, Content: f.Content})
	}
	if fresh {
		return out.directory(dir, append(files, bundles.File{Path: rulefiles.LockName, Content: lock.Encode()}))
	}
	place := filepath.Join(dir, rulefiles.Dir)
	if err := onlyRules(place); err != nil {
		return Input(err)
	}
	if err := out.directory(place, files); err != nil {
		return err
	}
	return out.File(filepath.Join(dir, rulefiles.LockName), writing(lock.Encode()))
}

// onlyRules returns an error if a directory contains files that are not rules, and so must not
// be replaced.
func onlyRules(dir string) error {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.EqualFold(filepath.Ext(path), qrule.Extension) {
			err = fmt.Errorf("%s is not a %s file, and the whole folder %s is replaced: move the file away, or name another folder",
				path, qrule.Extension, dir)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
