package cli

import (
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/lsp"
)

func lspCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "lsp",
		Usage:     "run the language server for editors on standard input and output",
		ArgsUsage: "[flags]",
		Description: `Editors start this command and use the Language Server Protocol. It
supports .qrule files and rule exports. It has diagnostics while you type, completion
with values of the snapshot, hovers, fixes, formatting, references and renaming of
custom properties. Above each condition it shows how many users and resources the rule
reaches.

The snapshot is the folder "site" of the workspace, or the folder in the initialization
option "snapshot". The server makes no network requests.

docs/editors.md has the settings for VS Code, Neovim and Helix.

EXAMPLES:
   qlik2rego lsp`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "stdio", Usage: "use standard input and output (the default; some editors pass this flag)"},
		},
		Action: func(ctx *cli.Context) error {
			if ctx.NArg() > 0 {
				return UsageOf(ctx.Command, "lsp takes no arguments")
			}
			return lsp.Serve(ctx.Context, stdStream{streams.In, streams.Out}, lsp.Options{Version: version().Version, Log: streams.Err})
		},
	}
}

// stdStream joins standard input and output to a connection.
type stdStream struct {
	io.Reader
	io.Writer
}

// Close closes what can be closed, so that a blocked read ends.
func (s stdStream) Close() error {
	if c, ok := s.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
