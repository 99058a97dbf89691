package render

import (
	"encoding/json"
	"io"
)

// The names of formats.
const (
	Text     = "text" // for people, at a terminal
	JSON     = "json"
	Markdown = "markdown" // for people, in a comment on a pull request
	SARIF    = "sarif"
	GitHub   = "github" // the log of a GitHub workflow
	GitLab   = "gitlab" // a Code Quality report
	JUnit    = "junit"
	DOT      = "dot"
	SVG      = "svg"
	Table    = "table" // rows for people
	CSV      = "csv"
	NDJSON   = "ndjson"
	Parquet  = "parquet"
)

// Renderer writes results of a type in one format.
type Renderer[T any] interface {
	// Render writes a result. It returns the error of the writer, or an error if the format cannot
	// represent the result.
	Render(w io.Writer, result T) error
}

// Func is a function that implements Renderer.
type Func[T any] func(w io.Writer, result T) error

// Render implements Renderer.
func (f Func[T]) Render(w io.Writer, result T) error { return f(w, result) }

// Via returns a renderer of a result that renders only a part of it.
func Via[T, U any](part func(T) U, r Renderer[U]) Renderer[T] {
	return Func[T](func(w io.Writer, result T) error { return r.Render(w, part(result)) })
}

// AsJSON renders results as indented JSON.
type AsJSON[T any] struct{}

// Render implements Renderer.
func (AsJSON[T]) Render(w io.Writer, result T) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(result)
}
