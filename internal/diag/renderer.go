package diag

import "io"

// Renderer writes diagnostics for one kind of reader: Terminal, SARIF, GitHub, GitLab,
// JUnit or Markdown.
// For programs they marshal themselves.
type Renderer interface {
	// Render writes the list in its order. It returns the writer's error.
	Render(w io.Writer, list List) error
}
