package cli

import (
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/lsp"
)

func lspCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "lsp",
		Usage:     "serve an editor: the language server for rules, on standard input and output",
		ArgsUsage: "[flags]",
		Description: `An editor starts this command and speaks the Language Server Protocol with it. It serves
.qrule files and rule exports: diagnostics while typing, completion with the values on
record, hovers, fixes, formatting, references and renaming of custom properties, and above
each condition how many users and resources the rule reaches.

The site is the folder "site" of the workspace, or the one that the editor sends as
the initialization option "snapshot". Nothing is sent anywhere else.

docs/editors.md has the settings for VS Code, Neovim and Helix.

EXAMPLES:
   qlik2rego lsp`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "stdio", Usage: "standard input and output, which is the default; editors may pass it"},
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

// Close closes what can be closed, so that a read that waits ends.
func (s stdStream) Close() error {
	if c, ok := s.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
