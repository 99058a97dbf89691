package difftest

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var (
	corpusShare = flag.Int("corpus", 16, "of how many sites of the corpus one is replayed; 1 for all")
	update      = flag.Bool("update", false, "make the corpus anew and write what it covers into its README")
	reanswer    = flag.Bool("reanswer", false, "ask the requests of the corpus anew, write the answers and log which have changed")
	recount     = flag.Bool("recount", false, "write the README of the corpus anew")
)

// TestCorpus repeats decisions of the corpus: the independent evaluator and the embedded OPA must give the
// recorded answers.
func TestCorpus(t *testing.T) {
	t.Parallel()
	if *update {
		updateCorpus(t)
		return
	}
	if *reanswer {
		reanswerCorpus(t)
		return
	}
	replay(t, *corpusShare, open)
}

// reanswerCorpus keeps sites, rules and requests, and records the current answers. It logs every changed
// answer, with the values of the conditions.
func reanswerCorpus(t *testing.T) {
	files, err := corpusFiles()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("sites", func(t *testing.T) {
		for _, path := range files {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				k, err := readKept(path)
				if err != nil {
					t.Fatal(err)
				}
				before, decisions := k.Answers, slices.Clone(k.Decisions)
				if k.Answers = nil; k.answer(t.Context(), k.Options.options()) != nil {
					t.Fatal(k.answer(t.Context(), k.Options.options()))
				}
				changed := 0
				for i, d := range k.Decisions {
					if was, is := before[decisions[i][4]], k.Answers[d[4]]; !was.equal(is) {
						changed++
						request, _ := k.request(d) // valid, since it has been decided before
						t.Logf("%s\nwas %v\nis  %v", request, was, is)
					}
				}
				if t.Logf("%d of %d answers have changed", changed, len(k.Decisions)); changed == 0 {
					return
				}
				if err := k.write(path); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// TestCorpusUnderStockOPA repeats some of them with the stock command.
func TestCorpusUnderStockOPA(t *testing.T) {
	needStock(t)
	t.Parallel()
	if *update {
		t.Skip("the corpus is being made")
	}
	replay(t, *corpusShare**stockShare, openStock)
}

func replay(t *testing.T, share int, open opener) {
	files, err := corpusFiles()
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case testing.Short():
		share *= 100
	case !exact.Enabled():
		share *= 10
	}
	for i := 0; i < len(files); i += share {
		t.Run(filepath.Base(files[i]), func(t *testing.T) {
			t.Parallel()
			k, err := readKept(files[i])
			if err != nil {
				t.Fatal(err)
			}
			skipAfterFailures(t)
			if problem := k.replay(t.Context(), open); problem != "" {
				failures.Add(1)
				t.Fatal(problem)
			}
		})
	}
}

// replay returns a description of the first decision that has changed.
func (k *kept) replay(ctx context.Context, open opener) string {
	c, err := k.sitegenCase()
	if err != nil {
		return err.Error()
	}
	o := k.Options.options()
	s, f := open(ctx, c, o)
	if f.kind != "" {
		return f.String()
	}
	defer s.close()
	for i, request := range c.Requests {
		now, f := s.compare(ctx, request)
		if f.kind != "" {
			return tell(sitegen.Case{Rules: c.Rules, Files: c.Files, Requests: [][]byte{request}}, request, o, open, f, *shrinkTries)
		}
		if before := k.Answers[k.Decisions[i][4]]; !now.equal(before) {
			return fmt.Sprintf("%s, request %s\nthe corpus: %v\nall now:    %v\n%s", o, request, before, now, s.reference.Explain(request))
		}
	}
	return ""
}
