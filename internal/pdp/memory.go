package pdp

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strconv"
	"strings"
)

// spare is the number of bytes of garbage that a decision point allows before a collection.
// Decisions only allocate short-lived memory; with a small policy the collector would otherwise
// take a quarter of the time.
const spare = 48 << 20

// percent is the setting of the collector (GOGC) for a heap with the given number of live
// bytes: spare for a small one, and 100 % for a large one. The memory of requests counts too: a
// factor based on the policy alone would let a flood of bodies grow to ten times their size.
func percent(live uint64) int { return max(100, int(100*spare/(live+1))) }

// TuneCollector adjusts the collector to the size of the live heap after every collection,
// until the context ends. GOGC in the environment disables it; GOMEMLIMIT always applies.
func TuneCollector(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	t := &tuner{ctx: ctx, live: []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	t.tune()
	t.watch()
}

// tuner runs after each collection, which finalizes the sentinel.
type tuner struct {
	ctx     context.Context
	live    []runtimemetrics.Sample
	percent int
}

// sentinel is collected in each cycle.
type sentinel struct{ t *tuner }

func (t *tuner) watch() {
	if t.ctx.Err() == nil {
		runtime.SetFinalizer(&sentinel{t}, func(s *sentinel) {
			s.t.tune()
			s.t.watch()
		})
	}
}

// tune changes the setting only if it differs by an eighth, because a change stops the world.
func (t *tuner) tune() {
	runtimemetrics.Read(t.live)
	now := percent(t.live[0].Value.Uint64())
	if d := now - t.percent; t.percent == 0 || d > t.percent/8 || -d > t.percent/8 {
		t.percent = now
		debug.SetGCPercent(now)
	}
}

// Collect runs a garbage collection: an activation leaves much garbage.
func Collect() { runtime.GC() }

// LimitMemory sets the memory limit of the process to nine tenths of the control group's limit,
// and returns it; 0 if there is no limit or GOMEMLIMIT is set. The collector then works harder
// before the kernel kills the process.
func LimitMemory() int64 {
	if os.Getenv("GOMEMLIMIT") != "" {
		return 0
	}
	allowed := groupLimit(os.ReadFile)
	if allowed == 0 {
		return 0
	}
	limit := allowed / 10 * 9
	debug.SetMemoryLimit(limit)
	return limit
}

// groupLimit returns the memory limit of the process's control group in bytes: the smallest on
// the path to the root, 0 for no limit.
func groupLimit(read func(string) ([]byte, error)) int64 {
	const root = "/sys/fs/cgroup"
	membership, err := read("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	var least int64
	note := func(file string) {
		text, err := read(file)
		if err != nil {
			return
		}
		// "max" and the largest number of pages mean no limit.
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 && n < 1<<60 && (least == 0 || n < least) {
			least = n
		}
	}
	for line := range strings.Lines(string(membership)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		dir, file := root, "memory.max"
		if parts[1] != "" {
			if !strings.Contains(","+parts[1]+",", ",memory,") {
				continue
			}
			dir, file = root+"/memory", "memory.limit_in_bytes"
		}
		// Inside a container the group may appear as the root.
		for group := parts[2]; ; group = group[:strings.LastIndexByte(group, '/')] {
			note(dir + strings.TrimSuffix(group, "/") + "/" + file)
			if strings.Trim(group, "/") == "" {
				break
			}
		}
		note(dir + "/" + file)
	}
	return least
}
