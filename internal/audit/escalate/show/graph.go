package show

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/escalate"
)

// everything is the node of personas that can write rules.
const everything = "every right"

// edge leads from a persona, through a right, to what it reaches.
type edge struct {
	from, to, label string
	doubtful        bool
}

// edges returns the steps of all personas: one edge per step, to what it does.
func edges(r *escalate.Report) []edge {
	var list []edge
	for _, p := range r.Personas {
		for _, s := range p.Steps {
			to := s.Does
			if s.Change != nil {
				to += " of " + s.Type
			}
			if s.Type == "SystemRule" {
				to = everything
			}
			label := s.Action + " on " + s.Type
			if len(s.By) > 0 {
				label += " by " + s.By[0].Name
			}
			list = append(list, edge{p.Persona, to, label, s.Reading != ""})
		}
	}
	return list
}

// DOT renders a report as a graph for Graphviz.
type DOT struct{}

// Render writes the graph.
func (DOT) Render(w io.Writer, r *escalate.Report) error {
	var b strings.Builder
	b.WriteString("digraph escalation {\n  rankdir=LR;\n  node [shape=box];\n")
	for _, e := range edges(r) {
		style := ""
		if e.doubtful {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s];\n", quote(e.from), quote(e.to), quote(e.label), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// quote quotes text for DOT, which only escapes quotes and backslashes.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ").Replace(text) + `"`
}

// SVG renders a report as an image: personas on the left, what they reach on the right.
type SVG struct{}

// The dimensions of the image, in pixels.
const (
	rowHeight  = 46
	boxHeight  = 28
	leftWidth  = 260
	rightWidth = 420
	gap        = 380
	margin     = 20
)

// Render writes the image.
func (SVG) Render(w io.Writer, r *escalate.Report) error {
	var left, right []string
	list := edges(r)
	for _, e := range list {
		if !slices.Contains(left, e.from) {
			left = append(left, e.from)
		}
		if !slices.Contains(right, e.to) {
			right = append(right, e.to)
		}
	}
	rows := max(len(left), len(right), 1)
	width, height := 2*margin+leftWidth+gap+rightWidth, 2*margin+rows*rowHeight
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	b.WriteString(`<title>What users can reach by changing what their rights let them change</title>` + "\n")
	b.WriteString(`<rect width="100%" height="100%" fill="white"/>` + "\n")
	middle := func(names []string, name string) int {
		return margin + slices.Index(names, name)*rowHeight + boxHeight/2
	}
	for i, e := range list {
		x1, y1, x2, y2 := margin+leftWidth, middle(left, e.from), margin+leftWidth+gap, middle(right, e.to)
		dash := ""
		if e.doubtful {
			dash = ` stroke-dasharray="5 4"`
		}
		fmt.Fprintf(&b, `<path d="M%d %d C%d %d %d %d %d %d" fill="none" stroke="#555"%s><title>%s</title></path>`+"\n", x1, y1, x1+gap/2, y1, x2-gap/2, y2, x2, y2, dash, escape(e.label))
		at := 0.18 + 0.12*float64(i%3)
		fmt.Fprintf(&b, `<text x="%s" y="%s" fill="#555" font-size="10">%s</text>`+"\n", number(float64(x1)+at*gap/2), number(float64(y1)+at*at*float64(y2-y1)-4), escape(short(e.label, 44)))
	}
	box := func(x, y, width int, text, fill string) {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="%s" stroke="#333"/><text x="%d" y="%d">%s<title>%s</title></text>`+"\n",
			x, y-boxHeight/2, width, boxHeight, fill, x+8, y+4, escape(short(text, width/7)), escape(text))
	}
	for _, name := range left {
		box(margin, middle(left, name), leftWidth, name, "#eef4fb")
	}
	for _, name := range right {
		fill := "#fff6df"
		if name == everything {
			fill = "#fbe0e0"
		}
		box(margin+leftWidth+gap, middle(right, name), rightWidth, name, fill)
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder never fails
	return b.String()
}

func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
