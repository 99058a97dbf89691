package cli

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Streams are the input and outputs of a command: results go to Out, everything else to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Format is the value of --format.
	Format string
	// OutTerminal and ErrTerminal report whether the outputs are terminals.
	OutTerminal, ErrTerminal bool
	// Color allows colours on terminals.
	Color bool
	// Quiet writes only errors to standard error.
	Quiet bool
	// Columns is the width of the terminal, or 0.
	Columns int
	// staging tracks the temporary files of the command.
	staging *staging
}

// Standard returns the streams of the process. It respects NO_COLOR and TERM=dumb.
func Standard() *Streams {
	_, noColor := os.LookupEnv("NO_COLOR")
	columns, _, _ := term.GetSize(int(os.Stdout.Fd())) // 0 if it is not a terminal
	return &Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Format:      render.Text,
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		Color:       !noColor && os.Getenv("TERM") != "dumb",
		Columns:     columns,
		staging:     &staging{},
	}
}

// paint wraps text in an ANSI colour if standard output is a terminal that allows colours.
func (s *Streams) paint(color, text string) string {
	if !s.Color || !s.OutTerminal {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

const (
	green = "32"
	red   = "31"
	faint = "2"
	bold  = "1"
)
