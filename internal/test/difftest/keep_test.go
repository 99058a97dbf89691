package difftest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// The size of the corpus: the number of sites, and of generated and recombined requests for each.
const (
	corpusSites     = 80
	corpusDecisions = 1300
	// corpusSeed is far from the seeds of tests, which begin at 1.
	corpusSeed = 1_000_000
)

var corpusSize = sitegen.Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 25, Requests: 200}

// updateCorpus generates the corpus again. It records only answers on which the engines agree.
func updateCorpus(t *testing.T) {
	old, _ := filepath.Glob(filepath.Join(corpus, "*.json.gz")) // the pattern is well formed
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("sites", func(t *testing.T) {
		for i := range corpusSites {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				o := eachOption(i)
				c := generated(corpusSeed+uint64(i), corpusSize, o)
				k, err := newKept(t.Context(), c, o, rand.New(rand.NewPCG(corpusSeed, uint64(i))))
				if err != nil {
					t.Fatal(err)
				}
				if err := k.write(filepath.Join(corpus, fmt.Sprintf("site-%02d.json.gz", i))); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
	writeReadme(t)
}

// newKept decides all requests of a case and then requests made of their parts.
func newKept(ctx context.Context, c sitegen.Case, o options, r *rand.Rand) (*kept, error) {
	k := &kept{Options: keep(o), Rules: string(c.Rules), Snapshot: map[string]string{}, Coverage: c.Coverage}
	for name, content := range c.Files {
		k.Snapshot[name] = string(content)
	}
	var sound []int // the requests that can be split into parts
	for i, request := range c.Requests {
		k.Requests = append(k.Requests, string(request))
		k.Decisions = append(k.Decisions, keptDecision{i, i, i, i})
		if _, isObject := decode(request).(map[string]any); isObject {
			sound = append(sound, i)
		}
	}
	for len(k.Decisions) < corpusDecisions {
		d := keptDecision{}
		for part := range parts {
			d[part] = sound[r.IntN(len(sound))]
		}
		k.Decisions = append(k.Decisions, d)
	}
	return k, k.answer(ctx, o)
}

// answer fills in the answers.
func (k *kept) answer(ctx context.Context, o options) error {
	c, err := k.sitegenCase()
	if err != nil {
		return err
	}
	numbers := map[string]int{}
	i := 0
	f, request := check(ctx, c, o, open, func(a answer) {
		number, known := numbers[a.String()]
		if !known {
			number = len(k.Answers)
			numbers[a.String()] = number
			k.Answers = append(k.Answers, a)
		}
		k.Decisions[i][4] = number
		i++
	})
	if f.kind != "" {
		return errors.New(tell(c, request, o, open, f, *shrinkTries))
	}
	return nil
}
