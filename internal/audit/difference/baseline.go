package difference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Baseline is a list of accepted differences: what they are, and exactly which cells.
type Baseline struct {
	Version int     `json:"version"`
	Entries []Entry `json:"accepted"`
}

// Entry accepts the cells of one kind, type and action with the same causes, as long as they
// are exactly these.
type Entry struct {
	Kind   string   `json:"kind"`
	Action string   `json:"action"`
	Type   string   `json:"type"`
	Causes []string `json:"causes"`
	Cells  int64    `json:"cells"`
	// Fingerprint is Part.Fingerprint.
	Fingerprint string `json:"fingerprint"`
}

const baselineVersion = 2

// ReadBaseline parses a baseline.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	b := &Baseline{}
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("not a valid baseline: %w", err)
	}
	if b.Version != baselineVersion {
		return nil, fmt.Errorf("the baseline has version %d, and this program reads version %d: rewrite it with --update-baseline", b.Version, baselineVersion)
	}
	return b, nil
}

// Write writes a baseline.
func (b *Baseline) Write(w io.Writer) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(b); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

// Baseline returns the baseline that accepts all of the report's differences.
func (r *Report) Baseline() *Baseline {
	b := &Baseline{Version: baselineVersion, Entries: []Entry{}}
	for _, g := range r.Groups {
		for _, p := range g.Parts {
			b.Entries = append(b.Entries, g.entry(p))
		}
	}
	return b
}

func (g *Group) entry(p Part) Entry {
	e := Entry{Kind: g.Kind, Action: p.Action, Type: p.Type, Cells: p.Cells, Fingerprint: p.Fingerprint}
	for _, c := range g.Causes {
		e.Causes = append(e.Causes, c.String())
	}
	return e
}

func (e Entry) key() string {
	return strings.Join(append([]string{e.Kind, e.Action, e.Type, e.Fingerprint, fmt.Sprint(e.Cells)}, e.Causes...), "\x00")
}

// Accept marks the differences that a baseline accepts, which no longer count, and lists the
// entries that match none: the difference has disappeared, or is not the one that was accepted.
// Call it before Judge.
func (r *Report) Accept(b *Baseline) {
	open := map[string]bool{}
	for _, e := range b.Entries {
		open[e.key()] = true
	}
	met := map[string]bool{}
	for i := range r.Groups {
		g := &r.Groups[i]
		for j := range g.Parts {
			if key := g.entry(g.Parts[j]).key(); open[key] {
				met[key] = true
				g.Parts[j].Accepted = true
			}
		}
	}
	for _, e := range b.Entries {
		if !met[e.key()] {
			r.Stale = append(r.Stale, e)
		}
	}
	r.count()
}

// String describes a cause in one line, by ids and strings and without positions.
func (c Cause) String() string {
	text := fmt.Sprintf("%s rule %s", c.By, c.Rule.ID)
	if c.Edit != nil {
		text += fmt.Sprintf(", %s: %q to %q", c.Edit.Aspect, c.Edit.Before, c.Edit.After)
	}
	return text
}
