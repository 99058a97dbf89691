package pdp

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// appender is an answer with its own encoder. Most answers are evaluations, and encoding them
// by reflection takes as long as a decision.
type appender interface {
	appendJSON(to []byte) ([]byte, error)
}

// evaluationAnswer is the answer to an access evaluation request: the decision, and a context
// with our extensions.
type evaluationAnswer struct {
	decision  bool
	terse     bool // there is no context
	reason    string
	grantedBy []engine.GrantingRule
	revision  string
	// err is set for an item of a batch that could not be evaluated.
	err *refusal
}

func (a evaluationAnswer) appendJSON(to []byte) ([]byte, error) {
	w := jsonWriter{text: append(to, `{"decision":`...)}
	w.text = strconv.AppendBool(w.text, a.decision)
	if !a.terse {
		w.raw(`,"context":{`)
		w.context(a)
		w.raw(`}`)
	}
	w.raw(`}`)
	return w.text, w.err
}

func (w *jsonWriter) context(a evaluationAnswer) {
	w.member("reason", a.reason)
	if a.grantedBy != nil {
		w.name("granted_by")
		w.raw(`[`)
		for i, rule := range a.grantedBy {
			if i > 0 {
				w.raw(`,`)
			}
			w.raw(`{"id":`)
			w.string(rule.ID)
			if rule.Name != "" {
				w.raw(`,"name":`)
				w.string(rule.Name)
			}
			w.raw(`}`)
		}
		w.raw(`]`)
	}
	w.member("revision", a.revision)
	if a.err != nil {
		w.name("error")
		w.raw(`{"status":`)
		w.text = strconv.AppendInt(w.text, int64(a.err.Status), 10)
		w.raw(`,"message":`)
		w.string(a.err.Message)
		w.raw(`}`)
	}
}

// evaluationsAnswer is the answer to an access evaluations request.
type evaluationsAnswer struct{ evaluations []evaluationAnswer }

// answerSize is the number of bytes of most answers.
const answerSize = 192

func (a evaluationsAnswer) appendJSON(to []byte) (text []byte, err error) {
	text = append(slices.Grow(to, answerSize*(len(a.evaluations)+1)), `{"evaluations":[`...)
	for i, one := range a.evaluations {
		if i > 0 {
			text = append(text, ',')
		}
		if text, err = one.appendJSON(text); err != nil {
			return nil, err
		}
	}
	return append(text, `]}`...), nil
}

// jsonWriter appends the members of an object.
type jsonWriter struct {
	text []byte
	err  error
}

func (w *jsonWriter) raw(text string) { w.text = append(w.text, text...) }

// string appends text as a JSON string. Invalid UTF-8 is an error.
func (w *jsonWriter) string(text string) {
	var err error
	if w.text, err = jsontext.AppendQuote(w.text, text); err != nil {
		w.err = err
	}
}

// name appends the name of a member.
func (w *jsonWriter) name(name string) {
	if w.text[len(w.text)-1] != '{' {
		w.raw(`,`)
	}
	w.raw(`"`)
	w.raw(name)
	w.raw(`":`)
}

// member appends a member, unless it is empty.
func (w *jsonWriter) member(name, text string) {
	if text != "" {
		w.name(name)
		w.string(text)
	}
}
