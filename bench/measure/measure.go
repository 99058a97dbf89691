package measure

import (
	"slices"
	"time"
)

// Entry is what takes turns: a pass decides all requests of a cell once and
// returns how many they are.
type Entry struct {
	Pass func() (int, error)
}

// Options say how long to measure.
type Options struct {
	Rounds int
	// Turn is how long a turn takes at least.
	Turn time.Duration
	// Patience is how long all turns of one entry may take together: an entry
	// that is slower takes fewer turns, but three at least.
	Patience time.Duration
}

// Times are an entry's nanoseconds a decision, by round. A round in which it
// took no turn is missing at the end.
type Times []float64

// Run lets the entries take turns and returns the times of each. In every round
// another entry begins.
func Run(entries []Entry, o Options) ([]Times, error) {
	times := make([]Times, len(entries))
	passes, rounds := make([]int, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		// The first pass warms up, the second tells how many make a turn.
		if _, err := e.Pass(); err != nil {
			return nil, err
		}
		start := now()
		if _, err := e.Pass(); err != nil {
			return nil, err
		}
		took := max(now()-start, time.Microsecond)
		passes[i] = int(o.Turn/took) + 1
		turn := took * time.Duration(passes[i])
		rounds[i] = min(o.Rounds, max(3, int(o.Patience/turn)))
	}
	for round := range o.Rounds {
		for k := range entries {
			i := (k + round) % len(entries)
			if round >= rounds[i] {
				continue
			}
			// The caches of the processor are those of the turn before.
			if _, err := entries[i].Pass(); err != nil {
				return nil, err
			}
			decisions := 0
			start := now()
			for range passes[i] {
				n, err := entries[i].Pass()
				if err != nil {
					return nil, err
				}
				decisions += n
			}
			times[i] = append(times[i], float64(now()-start)/float64(decisions))
		}
	}
	return times, nil
}

// Spread is a median with its quartiles.
type Spread struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Spread returns the median of the times, in nanoseconds.
func (t Times) Spread() Spread { return spread(t) }

// To returns the ratio of the times to others, taken round by round.
func (t Times) To(other Times) Spread {
	ratios := make([]float64, min(len(t), len(other)))
	for i := range ratios {
		ratios[i] = t[i] / other[i]
	}
	return spread(ratios)
}

func spread(values []float64) Spread {
	sorted := slices.Sorted(slices.Values(values))
	return Spread{quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75)}
}

// quantile interpolates between the values next to it.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}
