package diag

import "encoding/json"

// jsonDiagnostic is a diagnostic for programs. Fields are added, never changed.
type jsonDiagnostic struct {
	Code     Code        `json:"code"`
	Severity string      `json:"severity"`
	Summary  string      `json:"summary"`
	Detail   string      `json:"detail,omitempty"`
	Rule     *jsonRule   `json:"rule,omitempty"`
	File     string      `json:"file,omitempty"`
	Line     int         `json:"line,omitempty"`   // in the file, from 1
	Column   int         `json:"column,omitempty"` // in the file, in code points from 1
	Text     string      `json:"text,omitempty"`   // the text that offset and range refer to, such as "condition"
	Offset   *int        `json:"offset,omitempty"` // in the text, in bytes from 0
	Range    *jsonRange  `json:"range,omitempty"`
	Related  []jsonPlace `json:"related,omitempty"`
	Fix      *jsonFix    `json:"fix,omitempty"`
	Doc      string      `json:"doc"`
}

type jsonRule struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type jsonRange struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

type jsonPlace struct {
	Message string    `json:"message"`
	File    string    `json:"file,omitempty"`
	Line    int       `json:"line,omitempty"`
	Column  int       `json:"column,omitempty"`
	Text    string    `json:"text,omitempty"`
	Range   jsonRange `json:"range"`
}

type jsonFix struct {
	Message     string    `json:"message"`
	Range       jsonRange `json:"range"`
	Replacement string    `json:"replacement"`
	Text        string    `json:"text,omitempty"` // the text that range refers to, if it is not the diagnostic's own text
	Safe        bool      `json:"safe,omitempty"` // check --fix applies it
}

// MarshalJSON implements json.Marshaler with the fields of jsonDiagnostic, in its order.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	out := jsonDiagnostic{
		Code: d.Code, Severity: d.Severity.String(), Summary: d.Summary, Detail: d.Detail, Doc: d.Code.Page(),
	}
	if d.Rule != (Rule{}) {
		out.Rule = &jsonRule{ID: d.Rule.ID, Name: d.Rule.Name}
	}
	if d.Text != nil {
		place := placeOf("", d.Text, d.Subject)
		out.File, out.Line, out.Column, out.Text = place.File, place.Line, place.Column, place.Text
		out.Offset, out.Range = &d.Subject.Start, &place.Range
	}
	for _, r := range d.Related {
		out.Related = append(out.Related, placeOf(r.Message, r.Text, r.Range))
	}
	if d.Fix != nil {
		out.Fix = &jsonFix{Message: d.Fix.Message, Range: jsonRange(d.Fix.Range), Replacement: d.Fix.Replacement, Safe: d.Fix.Safe}
		if d.Fix.Text != nil {
			out.Fix.Text = d.Fix.Text.Label
		}
	}
	return json.Marshal(out)
}

func placeOf(message string, text *Text, where Range) jsonPlace {
	place := jsonPlace{Message: message, Range: jsonRange(where)}
	if text == nil {
		return place
	}
	place.File, place.Text = text.File, text.Label
	if text.Locate != nil {
		at := text.Locate(where.Start)
		place.Line, place.Column = at.Line, at.Column
	}
	return place
}
