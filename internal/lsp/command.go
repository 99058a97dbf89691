package lsp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	explaintext "github.com/qlik2rego/qlik2rego/internal/audit/explain/text"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// explainCommand explains a decision about the site by the rules as they are in the editor. Its
// argument is an AuthZEN access evaluation request. The result has the fields text and
// explanation.
const explainCommand = "qlik2rego.server.explain"

type executeParams struct {
	Command   string            `json:"command"`
	Arguments []json.RawMessage `json:"arguments"`
}

type explained struct {
	Text        string               `json:"text"`
	Explanation *explain.Explanation `json:"explanation"`
}

// executeCommand runs a command of the server.
func (s *server) executeCommand(p executeParams) (any, error) {
	switch {
	case p.Command != explainCommand:
		return nil, fmt.Errorf("the server does not know the command %s; it has %s", p.Command, explainCommand)
	case len(p.Arguments) != 1:
		return nil, fmt.Errorf("%s takes one argument, an AuthZEN access evaluation request", explainCommand)
	case s.site == nil || s.site.dir == "":
		return nil, fmt.Errorf("there is no snapshot of the site: %s explains decisions about one", explainCommand)
	}
	w := workspace.OfRules(s.allRules(), workspace.Source{
		Snapshot: s.site.dir, Options: compiler.Options{Schema: schema.Default(), SkipInvalid: true},
	})
	if w.Policy == nil {
		return nil, errors.New("the rules have errors, which stand beside them")
	}
	x, err := w.Explainer(explain.Options{})
	if err != nil {
		return nil, err
	}
	told, err := x.Explain(p.Arguments[0])
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := explaintext.Render(&b, told, explaintext.Options{Columns: 100}); err != nil {
		return nil, err
	}
	return explained{b.String(), told}, nil
}
