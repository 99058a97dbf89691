package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// DeltaReport is the result of delta in JSON.
type DeltaReport struct {
	Path string `json:"path"`
	// Changes is the number of entities and accounts that differ.
	Changes int `json:"changes"`
	// Base and Revision are the revisions before and after.
	Base     string `json:"base"`
	Revision string `json:"revision"`
}

// WriteDelta writes what turns the site data of one bundle into those of
// another, whole or not at all.
func (s *Streams) WriteDelta(ctx context.Context, from, to, path string) error {
	var out Outputs
	defer out.Discard()
	report := DeltaReport{Path: path}
	err := out.File(path, func(w io.Writer, _ string) error {
		c, err := bundles.WriteDelta(ctx, w, from, to)
		report.Changes, report.Base, report.Revision = c.Operations, c.Base, c.Revision
		return Input(err)
	})
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		return err
	}
	if s.Format == JSON {
		return s.WriteJSON(report)
	}
	_, err = fmt.Fprintf(s.Out, "wrote %s (%s, from revision %.12s to %.12s)\n", tabular.Printable(path), Count(report.Changes, "change"), report.Base, report.Revision)
	return err
}
