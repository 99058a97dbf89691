package render_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

type report struct {
	Rules int `json:"rules"`
}

func words(word string) render.Renderer[report] {
	return render.Func[report](func(w io.Writer, r report) error {
		_, err := fmt.Fprintf(w, "%s %d", word, r.Rules)
		return err
	})
}

func TestAFormatIsWrittenByItsRenderer(t *testing.T) {
	count := render.Func[int](func(w io.Writer, n int) error {
		_, err := fmt.Fprint(w, n)
		return err
	})
	formats := render.Results(words("text")).
		With(render.Markdown, words("markdown")).
		With(render.JUnit, render.Via(func(r report) int { return r.Rules }, count))
	if got, want := formats.Names(), []string{render.Text, render.JSON, render.Markdown, render.JUnit}; !slices.Equal(got, want) {
		t.Errorf("the formats are %q, want %q", got, want)
	}
	for name, want := range map[string]string{
		render.Text: "text 3", render.Markdown: "markdown 3", render.JUnit: "3", render.JSON: "{\n  \"rules\": 3\n}\n",
	} {
		var b strings.Builder
		if err := formats.Render(name, &b, report{3}); err != nil || b.String() != want {
			t.Errorf("%s: %q and the error %v, want %q", name, b.String(), err, want)
		}
	}
}

// A format that is given a second time keeps its place, and the table that it was taken from
// keeps its renderer.
func TestWithReplaces(t *testing.T) {
	formats := render.Results(words("text"))
	other := formats.With(render.Text, words("other"))
	for _, tt := range []struct {
		formats render.Formats[report]
		want    string
	}{{formats, "text 1"}, {other, "other 1"}} {
		var b strings.Builder
		if err := tt.formats.Render(render.Text, &b, report{1}); err != nil || b.String() != tt.want {
			t.Errorf("%q and the error %v, want %q", b.String(), err, tt.want)
		}
		if got := strings.Join(tt.formats.Names(), " "); got != "text json" {
			t.Errorf("the formats are %s", got)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	err := render.Results(words("text")).Render(render.SARIF, io.Discard, report{})
	if err == nil || err.Error() != `"sarif" is not a format of this result: use text or json` {
		t.Errorf("the error is %v", err)
	}
}

func TestErrorsOfTheWriterAreReturned(t *testing.T) {
	full := errors.New("full")
	for _, name := range []string{render.Text, render.JSON} {
		if err := render.Results(words("text")).Render(name, broken{full}, report{}); !errors.Is(err, full) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }
