package cli

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Streams are a command's input and outputs: results go to Out, everything
// else to Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Format is the format of results, as --format says.
	Format string
	// OutTerminal and ErrTerminal say whether a person looks at them.
	OutTerminal, ErrTerminal bool
	// Color allows colours where a person looks.
	Color bool
	// Quiet leaves out all that is not an error from standard error.
	Quiet bool
	// Columns is the width of the terminal that a person looks at, or 0.
	Columns int
	// staging is what the outputs of the command have staged.
	staging *staging
}

// Standard returns the streams of the process. NO_COLOR and TERM=dumb are
// respected.
func Standard() *Streams {
	_, noColor := os.LookupEnv("NO_COLOR")
	columns, _, _ := term.GetSize(int(os.Stdout.Fd())) // 0 where it is no terminal
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

// paint wraps text in an ANSI colour for standard output if a person looks.
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
