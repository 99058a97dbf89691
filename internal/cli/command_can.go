package cli

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func canCommand(streams *Streams) *cli.Command {
	about := []cli.Flag{
		&cli.StringFlag{Name: "task", Usage: "what the user wants to do: publish, replace, duplicate, import, reload, start-reload, start-sync, export-data, manage-stream"},
		&cli.StringFlag{Name: "app", Usage: "the app, an id or a name"},
		&cli.StringFlag{Name: "stream", Usage: "the stream, an id or a name"},
		&cli.StringFlag{Name: "reload-task", Usage: "the reload task, an id or a name"},
		&cli.StringFlag{Name: "sync-task", Usage: "the user sync task, an id or a name"},
		&cli.StringFlag{Name: "directory", Usage: "the user directory, an id or a name"},
	}
	request := slices.DeleteFunc(RequestFlags(), func(f cli.Flag) bool {
		return slices.Contains([]string{"action", "resource", "properties"}, f.Names()[0])
	})
	return &cli.Command{
		Name:      "can",
		Usage:     "decide whether a user can do a task that needs several rights",
		ArgsUsage: "(-b BUNDLE | RULES… --snapshot FOLDER) --task TASK --subject S [--app A] [--stream S] [flags]",
		Description: `Some tasks need several rights. For example, publishing an app needs
rights on the app and on the stream. The command decides all rights of the task, shows
the rules that grant them, and marks missing rights. The exit code is 0 if the user can
do the task, otherwise 1.

Task           takes
publish        read, publish on the app; read, publish on the stream; read on objects
replace        read, update, publish on the app; read, publish on the stream;
               read, update on all objects
duplicate      read, duplicate on the app; read on objects
import         create, update on a new app; create on a data connection, if it is new
reload         read, update on the app
start-reload   read on the reload task; update on its app
start-sync     read on the user sync task; update on the user directory
export-data    read, exportdata on the app; read on objects
manage-stream  read, update on the stream

EXAMPLES:
   qlik2rego can systemrule.json --snapshot site/ --task publish --subject 'ACME\anna' --app 'Sales overview' --stream Sales
   qlik2rego can systemrule.json --snapshot site/ --task import --subject 'ACME\anna' --context qmc`,
		Flags: slices.Concat(CompileFlags(), []cli.Flag{BundleFlag()}, about, request, []cli.Flag{EngineFlag(), formatFlag(streams.canFormats())}),
		Action: func(ctx *cli.Context) error {
			useEngine(ctx)
			return streams.Can(ctx)
		},
	}
}
