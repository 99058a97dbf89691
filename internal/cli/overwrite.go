package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

// stdio is the name of a file that is standard input or standard output.
const stdio = "-"

// distinctOutputs returns an error if outputs would overwrite each other or an input of the command.
// Call it before any work. It ignores "".
func distinctOutputs(ctx *cli.Context, outputs ...string) error {
	outputs = slices.DeleteFunc(outputs, func(name string) bool { return name == "" })
	for i, name := range outputs {
		if !slices.ContainsFunc(outputs[:i], func(before string) bool { return sameFile(before, name) }) {
			continue
		}
		if name == stdio {
			return UsageOf(ctx.Command, "two results would go to standard output: name a file for one of them")
		}
		return UsageOf(ctx.Command, "%s is named twice: each output needs its own file", name)
	}
	for _, input := range inputFiles(ctx) {
		for _, name := range outputs {
			if sameFile(name, input) {
				return UsageOf(ctx.Command, "%s would be written over the input %s: name another file", name, input)
			}
		}
	}
	return nil
}

// sameFile reports whether two names refer to the same regular file, which need not exist yet.
func sameFile(a, b string) bool {
	if a == stdio || b == stdio {
		return a == b
	}
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	first, err := os.Stat(a)
	if err != nil || !first.Mode().IsRegular() {
		return false // a device such as /dev/null is not replaced
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// inputFiles returns the files that the command reads, including those in directories: RULES, and
// the values of the flags with TakesFile.
func inputFiles(ctx *cli.Context) []string {
	named := ctx.Args().Slice()
	for _, flag := range ctx.Command.Flags {
		switch f := flag.(type) {
		case *cli.StringFlag:
			if f.TakesFile && !(f.Name == "baseline" && ctx.Bool("update-baseline")) {
				named = append(named, ctx.String(f.Name))
			}
		case *cli.StringSliceFlag:
			if f.TakesFile {
				named = append(named, ctx.StringSlice(f.Name)...)
			}
		}
	}
	var files []string
	for _, name := range named {
		entries, err := os.ReadDir(name)
		if err != nil {
			files = append(files, name)
			continue
		}
		for _, e := range entries {
			if strings.EqualFold(filepath.Ext(e.Name()), ".json") {
				files = append(files, filepath.Join(name, e.Name()))
			}
		}
		files = append(files, ruleset.Files(name)...)
	}
	return slices.DeleteFunc(files, func(name string) bool { return name == "" || name == stdio })
}
