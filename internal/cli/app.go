package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"
)

// Main runs the program and returns the exit code. An interrupt cancels the context of the
// command; a second one ends the process at once.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return run(ctx, Standard(), os.Args[1:])
}

// run runs one command line and returns the exit code.
func run(ctx context.Context, streams *Streams, args []string) int {
	app := newApp(streams)
	return streams.Report(runApp(ctx, streams, app, args))
}

func runApp(ctx context.Context, streams *Streams, app *cli.App, args []string) (err error) {
	defer Recover(streams.Err, os.Getenv("QLIK2REGO_DEBUG") != "", &err)
	args = otherWords(args)
	if completing(args) {
		if values := valuesNext(app, args); values != nil {
			_, err := fmt.Fprintln(streams.Out, strings.Join(values, "\n"))
			return err
		}
	} else if len(args) > 0 {
		if c := app.Command(args[0]); c != nil {
			rest, err := FlagsFirst(c, args[1:])
			if err != nil {
				return err
			}
			args = append(args[:1:1], rest...)
		}
	}
	return app.RunContext(ctx, append([]string{app.Name}, args...))
}

// otherWords returns the command line that is meant by arguments that are common in other
// programs: help, help COMMAND, --version.
func otherWords(args []string) []string {
	switch {
	case len(args) == 0:
	case args[0] == "--version" || args[0] == "-v":
		return append([]string{"version"}, args[1:]...)
	case args[0] == "help" && len(args) == 2 && isCode(args[1]):
		return []string{pageCommandName, args[1]}
	case args[0] == "help":
		return otherWords(append(args[1:len(args):len(args)], "--help"))
	case args[0] == "site" && len(args) > 1 && !strings.HasPrefix(args[1], "-"):
		return append([]string{"site " + args[1]}, args[2:]...)
	}
	return args
}

func newApp(streams *Streams) *cli.App {
	app := &cli.App{
		Name:                      "qlik2rego",
		Usage:                     "compile the security rules of a Qlik Sense site to Rego, and evaluate them",
		Description:               appHelp,
		Writer:                    streams.Out,
		ErrWriter:                 streams.Err,
		HideVersion:               true,
		EnableBashCompletion:      true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              func(_ *cli.Context, err error, _ bool) error { return AppFlagError(err) },
	}
	app.Commands = streams.ready(slices.Concat(streams.endsSoon(
		checkCommand(streams),
		compileCommand(streams),
		convertCommand(streams),
		deltaCommand(streams),
		evalCommand(streams),
		explainCommand(streams),
		fmtCommand(streams),
		testCommand(streams),
		assumptionsCommand(streams),
		auditCommand(streams),
		canCommand(streams),
		diffCommand(streams),
		proveCommand(streams),
		escalateCommand(streams),
		searchCommand(streams),
		filterCommand(streams),
		testgenCommand(streams),
	), []*cli.Command{
		lspCommand(streams),
		studioCommand(streams),
		serveCommand(streams),
		pullCommand(streams),
		verifyCommand(streams),
		watchCommand(streams),
		planCommand(streams),
		applyCommand(streams),
		rollbackCommand(streams),
		siteDemoCommand(streams),
		siteCheckCommand(streams),
		completionCommand(streams),
		manCommand(streams),
		versionCommand(streams),
		pageCommand(streams),
	})...)
	app.Action = func(c *cli.Context) error {
		if !c.Args().Present() {
			app.Writer = streams.Err
			_ = cli.ShowAppHelp(c)
			return Usagef("no command: see above")
		}
		return UnknownCommand(c.Args().First(), app.Commands)
	}
	return app
}

const appHelp = `qlik2rego reads a rule export and a snapshot of a site. It writes
readable Rego and an OPA bundle, and makes decisions. Stock opa runs the bundle.

Exit codes: 0 success, 1 the answer is no (denied, tests failed, findings), 2 wrong
usage, 3 errors in the input or an output that cannot be written, 4 a bug in qlik2rego,
130 interrupted.

qlik2rego help COMMAND shows the flags of a command, with examples. qlik2rego help CODE
shows the page of a finding, such as Q0410.

EXAMPLES:
   qlik2rego check systemrule.json
   qlik2rego compile systemrule.json --snapshot site/ -o bundle.tar.gz
   qlik2rego eval -b bundle.tar.gz --subject 'ACME\anna' --action read --resource App:2b1c…`
