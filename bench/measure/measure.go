package measure

import (
	"slices"
	"time"
)

// Entry is a contender to measure. Pass decides all requests of a cell once and returns their number.
type Entry struct {
	Pass func() (int, error)
}

// Options are the options of a measurement.
type Options struct {
	Rounds int
	// Turn is the minimum duration of a turn.
	Turn time.Duration
	// Patience is the time limit of all turns of one entry: a slower entry takes fewer turns, but at
	// least three.
	Patience time.Duration
}

// Times are an entry's nanoseconds per decision, by round. Rounds without a turn are missing at the end.
type Times []float64

// Run lets the entries take turns and returns the times of each. Every round begins with another entry.
func Run(entries []Entry, o Options) ([]Times, error) {
	times := make([]Times, len(entries))
	passes, rounds := make([]int, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		// The first pass warms up; the second determines the number of passes per turn.
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
			// An uncounted pass, because the processor's caches contain the data of the previous entry.
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

// To returns the ratio of the times to others, computed round by round.
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

// quantile interpolates between the neighbouring values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}
