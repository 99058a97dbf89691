package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// The exit codes of docs/formats.md, section 5.
const (
	ExitDone     = 0
	ExitNo       = 1 // the answer is no: denied, tests failed, findings
	ExitUsage    = 2 // wrong usage of the command line
	ExitInput    = 3 // input with errors
	ExitInternal = 4 // a bug in qlik2rego
)

// Exit is an error with an exit code.
type Exit struct {
	Code int
	// Err is nil if the command has already reported the problem.
	Err error
	// Diagnostics are the findings that caused an ExitInput.
	Diagnostics diag.List
}

// Error implements error.
func (e *Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap implements errors.Unwrap.
func (e *Exit) Unwrap() error { return e.Err }

// No returns the error for a negative answer. The command has already explained the answer.
func No() error { return &Exit{Code: ExitNo} }

// Usagef returns an error about the use of the command line.
func Usagef(format string, args ...any) error {
	return &Exit{Code: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// Input returns an error about a file that cannot be read or written, or nil for nil.
func Input(err error) error {
	if err == nil {
		return nil
	}
	return &Exit{Code: ExitInput, Err: err}
}

// Code returns the exit code of an error. An error without a code is a bug in qlik2rego, except
// for a cancellation by the user.
func Code(err error) int {
	var exit *Exit
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, context.Canceled):
		return 130 // what shells report after Ctrl-C
	case errors.As(err, &exit) && exit.Code != ExitInternal:
		return exit.Code
	case environmentFault(err) != "":
		return ExitInput
	}
	return ExitInternal
}

// winsockInUse is the Windows error for an address in use, WSAEADDRINUSE. On Windows it is not equal
// to syscall.EADDRINUSE.
const winsockInUse = syscall.Errno(10048)

const addressInUse = "another program uses this address: choose another one"

// environmentFault describes a fault in the environment of the program and what to do about it, such
// as a full disk or a missing permission. It returns "" for every other error.
func environmentFault(err error) string {
	for _, fault := range []struct {
		is   error
		text string
	}{
		{syscall.ENOSPC, "the disk is full: free some space, or write to another disk"},
		{syscall.EDQUOT, "your disk quota is used up: free some space, or write to another disk"},
		{syscall.EROFS, "the file system is read-only: write somewhere else"},
		{fs.ErrPermission, "run as a user with this permission, or write to another folder"},
		{syscall.EADDRINUSE, addressInUse},
		{winsockInUse, addressInUse},
		{syscall.EIO, "the device failed (input/output error)"},
	} {
		if errors.Is(err, fault.is) {
			return fault.text
		}
	}
	return ""
}

// interruptible runs work that ignores the context, and returns when the context ends. The work may
// then still run, so that the caller must end the process.
func interruptible(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() { done <- err }()
		defer Recover(io.Discard, false, &err)
		err = work()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// endGrace is the time that a command has to end by itself after an interrupt.
const endGrace = time.Second

// endsSoon makes commands end soon after an interrupt, even if they are blocked on a file. It then
// removes their temporary files. Do not use it for commands that change a live site.
func (s *Streams) endsSoon(commands ...*cli.Command) []*cli.Command {
	for _, c := range commands {
		act := c.Action
		c.Action = func(ctx *cli.Context) error {
			// The command may replace the context of ctx and writes what s stages.
			base, staged := ctx.Context, s.outputs().staging
			done := make(chan error, 1)
			go func() {
				var err error
				defer func() { done <- err }()
				defer Recover(s.Err, os.Getenv("QLIK2REGO_DEBUG") != "", &err)
				err = act(ctx)
			}()
			select {
			case err := <-done:
				return err
			case <-base.Done():
			}
			select {
			case err := <-done:
				return err
			case <-time.After(endGrace):
				staged.removeAll()
				return context.Cause(base)
			}
		}
	}
	return commands
}

// Report writes an error for the user, with --format json to standard output as well, and returns
// the exit code.
func (s *Streams) Report(err error) int {
	code := Code(err)
	var exit *Exit
	errors.As(err, &exit)
	said := exit != nil && exit.Err == nil
	if err == nil || said {
		return code
	}
	text := err.Error()
	switch {
	case errors.Is(err, context.Canceled):
		text = "interrupted"
		fmt.Fprintln(s.Err, "qlik2rego: interrupted")
	case code == ExitInternal:
		fmt.Fprintf(s.Err, "qlik2rego: internal error: %s\n%s\n", printableLines(text), reportUs)
	default:
		if fault := environmentFault(err); fault != "" {
			text += ": " + fault
		}
		fmt.Fprintf(s.Err, "qlik2rego: %s\n", printableLines(text))
	}
	if s.Format == render.JSON && code != ExitUsage {
		var list diag.List
		if exit != nil {
			list = exit.Diagnostics
		}
		s.writeFailure(code, text, list)
	}
	return code
}

const reportUs = "This is a bug in qlik2rego, not a fault of your input. Please report it, with the command and the message,\n" +
	"at https://github.com/qlik2rego/qlik2rego/issues. QLIK2REGO_DEBUG=1 shows where it happened."

// failure is the JSON on standard output if a command has no result.
type failure struct {
	Error       string    `json:"error"`
	Exit        int       `json:"exit"`
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

func (s *Streams) writeFailure(code int, text string, list diag.List) {
	_ = render.AsJSON[failure]{}.Render(s.Out, failure{Error: text, Exit: code, Diagnostics: list})
}

// Recover turns a panic into an internal error. Defer it with the address of the function's error
// result.
func Recover(stderr io.Writer, showStack bool, err *error) {
	if r := recover(); r != nil {
		*err = &Exit{Code: ExitInternal, Err: fmt.Errorf("panic: %v", r)}
		if showStack {
			_, _ = stderr.Write(debug.Stack())
		}
	}
}
