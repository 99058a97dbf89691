package measure

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// Ratios are computed round by round, so that a slow moment that affects both does not change them.
func TestRatios(t *testing.T) {
	base := Times{10, 100, 20, 40}
	own := Times{20, 200, 40, 80}
	if got := own.To(base); got != (Spread{2, 2, 2}) {
		t.Errorf("ratio %+v, want 2 in every round", got)
	}
	if got := (Times{5, 1, 4, 2, 3}).Spread(); got != (Spread{3, 2, 4}) {
		t.Errorf("spread %+v, want the median 3 between 2 and 4", got)
	}
	if got := (Times{1, 2}).To(Times{1}); got != (Spread{1, 1, 1}) {
		t.Errorf("ratio %+v: a round that one side lacks counts", got)
	}
}

// Every entry takes a turn in each round, each begins one, and slow entries take fewer turns.
func TestTurns(t *testing.T) {
	var order []int
	entries := make([]Entry, 3)
	for i := range entries {
		entries[i].Pass = func() (int, error) {
			order = append(order, i)
			return 1, nil
		}
	}
	if _, err := Run(entries, Options{Rounds: 3, Patience: time.Hour}); err != nil {
		t.Fatal(err)
	}
	// Two passes of each at the beginning, and one before each turn.
	want := []int{0, 0, 1, 1, 2, 2 /**/, 0, 0, 1, 1, 2, 2 /**/, 1, 1, 2, 2, 0, 0 /**/, 2, 2, 0, 0, 1, 1}
	if !slices.Equal(order, want) {
		t.Errorf("turns %v, want %v", order, want)
	}
	times, err := Run(entries, Options{Rounds: 9})
	if err != nil || len(times[0]) != 3 {
		t.Errorf("without patience %d rounds, %v; want 3", len(times[0]), err)
	}
}

func TestFailure(t *testing.T) {
	broken := errors.New("broken")
	for after := range 4 {
		left := after
		pass := func() (int, error) {
			if left--; left < 0 {
				return 0, broken
			}
			return 1, nil
		}
		if _, err := Run([]Entry{{pass}}, Options{Rounds: 3, Patience: time.Hour}); !errors.Is(err, broken) {
			t.Errorf("a failure at pass %d gives %v", after, err)
		}
	}
}
