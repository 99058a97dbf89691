package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// FlagsFirst reorders the arguments of a command so that flags may follow positional arguments,
// which the flag package does not allow: flags and their values first, then "--" and the rest.
// Arguments after a "--" are never flags. It rejects a flag with a single value that is given
// twice, of which the flag package would use the last.
func FlagsFirst(c *cli.Command, args []string) ([]string, error) {
	takesValue, single := map[string]bool{}, map[string]cli.Flag{}
	for _, f := range c.Flags {
		_, isBool := f.(*cli.BoolFlag)
		_, isSlice := f.(*cli.StringSliceFlag)
		for _, name := range f.Names() {
			takesValue[name] = !isBool
			if !isBool && !isSlice {
				single[name] = f
			}
		}
	}
	given := map[cli.Flag]bool{}
	var front, rest []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' { // "-" is standard input
			rest = append(rest, arg)
			continue
		}
		if arg == "-h" || arg == "--help" {
			return []string{arg}, nil
		}
		front = append(front, arg)
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if f, ok := single[name]; ok && given[f] {
			return nil, UsageOf(c, "%s is given twice, and has one value", dashed(f.Names()[0]))
		} else if ok {
			given[f] = true
		}
		if takesValue[strings.TrimLeft(arg, "-")] {
			if i++; i == len(args) {
				return front, nil // the value is missing, which the flag package reports
			}
			front = append(front, args[i])
		}
	}
	return slices.Concat(front, []string{"--"}, rest), nil
}

// ready configures the commands of an app: the error for wrong flags, no subcommands,
// repeatable flags that keep the spaces in their values, and results in the format of --format.
func (s *Streams) ready(commands ...*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.HideHelpCommand = true
		c.UsageText = strings.TrimSpace("qlik2rego " + c.Name + " " + c.ArgsUsage)
		c.Before = func(ctx *cli.Context) error {
			s.Format = cmp.Or(ctx.String("format"), s.Format)
			return stdinOnce(ctx)
		}
		for _, f := range c.Flags {
			if list, ok := f.(*cli.StringSliceFlag); ok {
				list.KeepSpace = true
			}
		}
		c.OnUsageError = func(ctx *cli.Context, err error, _ bool) error {
			return flagError(ctx.Command, err)
		}
	}
	return commands
}

// stdinOnce rejects a command line that reads standard input twice.
func stdinOnce(ctx *cli.Context) error {
	readers := 0
	for _, name := range append(ctx.Args().Slice(), ctx.String("input"), ctx.String("requests")) {
		if name == stdio {
			readers++
		}
	}
	if readers > 1 {
		return UsageOf(ctx.Command, "standard input, -, is named twice: name a file for one of them")
	}
	return nil
}

// flagError explains a flag that the flag package rejected.
func flagError(c *cli.Command, err error) error {
	return UsageOf(c, "%s", cmp.Or(valueError(c, err), inOurWords(err, flagNames(c.Flags))))
}

// AppFlagError explains a flag before the command that the flag package rejected.
func AppFlagError(err error) error {
	return Usagef("%s before the command\nMore: qlik2rego --help", inOurWords(err, []string{"help"}))
}

func inOurWords(err error, known []string) string {
	text := strings.TrimSpace(err.Error())
	if name, unknown := strings.CutPrefix(text, "flag provided but not defined: -"); unknown {
		return "unknown flag " + dashed(name) + diag.DidYouMean(name, known, dashed)
	}
	if name, missing := strings.CutPrefix(text, "flag needs an argument: -"); missing {
		return "the flag " + dashed(name) + " needs a value"
	}
	return text
}

// invalidValue matches the error of the flag package for a value that is not of the flag's type.
var invalidValue = regexp.MustCompile(`^invalid value (".*") for flag -(\S+): `)

// valueError explains a value that is not of the flag's type, or returns "".
func valueError(c *cli.Command, err error) string {
	m := invalidValue.FindStringSubmatch(err.Error())
	if m == nil {
		return ""
	}
	for _, f := range c.Flags {
		if !slices.Contains(f.Names(), m[2]) {
			continue
		}
		switch f.(type) {
		case *cli.DurationFlag:
			return fmt.Sprintf("%s: %s is not a duration, such as 2s or 5m", dashed(m[2]), m[1])
		case *cli.IntFlag:
			return fmt.Sprintf("%s: %s is not a whole number", dashed(m[2]), m[1])
		}
	}
	return ""
}

// UsageOf returns a usage error that ends with the command's usage line.
func UsageOf(c *cli.Command, format string, args ...any) error {
	args = append(args, c.Name, c.ArgsUsage, c.Name)
	return Usagef(format+"\nusage: qlik2rego %s %s\nMore: qlik2rego %s --help", args...)
}

// UnknownCommand returns the error for an unknown command.
func UnknownCommand(name string, commands []*cli.Command) error {
	var names []string
	for _, c := range commands {
		names = append(names, c.Names()...)
	}
	hint := diag.DidYouMean(name, names, nil)
	if longer := slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, name+" ") }); len(longer) > 0 {
		hint = "; did you mean " + strings.Join(longer, " or ") + "?"
	}
	return Usagef("unknown command %q%s\nMore: qlik2rego --help", name, hint)
}

func flagNames(flags []cli.Flag) []string {
	names := []string{"help"}
	for _, f := range flags {
		names = append(names, f.Names()...)
	}
	return names
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
