package difftest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// tell shrinks a case that fails, for a request or without one, and describes the failure: the remaining
// rules, site and request, both answers, the explanation of the independent evaluator, and the Rego behind
// the engine's answer.
func tell(c sitegen.Case, request []byte, o options, open opener, f failure, tries int) string {
	if tries == 0 {
		return fmt.Sprintf("%s\nfor the request %s", f, request)
	}
	c, f = shrink(c, o, open, f, tries)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", f)
	section(&b, "rules", pretty(c.Rules))
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		section(&b, name, pretty(c.Files[name]))
	}
	s, _ := open(context.Background(), c, o)
	if s == nil {
		return b.String()
	}
	defer s.close()
	for _, request := range c.Requests {
		section(&b, "request", pretty(request))
		section(&b, "the reference", s.reference.Explain(request))
	}
	for _, m := range s.policy.Modules {
		section(&b, m.Path, m.Source)
	}
	return b.String()
}

func section(b *strings.Builder, title, text string) {
	fmt.Fprintf(b, "-- %s --\n%s\n", title, strings.TrimRight(text, "\n"))
}

func pretty(content []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, content, "", "  ") != nil {
		return string(content)
	}
	return b.String()
}
