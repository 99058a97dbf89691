package pdp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // of the properties
)

// TestTurnsOfOneCaller checks that a caller gets every slot if callers are not known, and half of them
// if they are.
func TestTurnsOfOneCaller(t *testing.T) {
	for name, c := range map[string]struct {
		slots int
		known bool
		want  int
	}{
		"not known": {4, false, 4}, "known": {4, true, 2}, "one slot": {1, true, 1}, "two": {2, true, 1}, "three": {3, true, 2},
	} {
		turns := newTurns(c.slots, time.Millisecond, c.known)
		got := 0
		for turns.take(t.Context(), "a") == nil {
			got++
		}
		if got != c.want {
			t.Errorf("%s: %d of %d slots, want %d", name, got, c.slots, c.want)
		}
		if err := turns.take(t.Context(), "b"); c.known && c.slots > 1 && err != nil {
			t.Errorf("%s: another caller finds none", name)
		}
	}
}

// TestTurnsGoToTheCallerWithFewest gives a free slot to the caller that holds none, although another one
// has waited longer.
func TestTurnsGoToTheCallerWithFewest(t *testing.T) {
	turns := newTurns(2, time.Minute, true)
	for _, caller := range []string{"a", "b"} {
		if err := turns.take(t.Context(), caller); err != nil {
			t.Fatal(err)
		}
	}
	order := make(chan string, 3)
	waiting := 0
	wait := func(caller string) {
		go func() {
			if turns.take(t.Context(), caller) == nil {
				order <- caller
			}
		}()
		waiting++
		for turns.inQueue() < waiting {
			time.Sleep(time.Millisecond)
		}
	}
	wait("a")
	wait("a")
	wait("c")
	turns.leave("b")
	if got := <-order; got != "c" {
		t.Errorf("the slot went to %s, which holds one", got)
	}
	turns.leave("a")
	if got := <-order; got != "a" {
		t.Errorf("the next went to %s", got)
	}
	turns.leave("c") // "a" holds one slot and only one is free, so it is reserved
	select {
	case got := <-order:
		t.Errorf("%s took the reserve", got)
	default:
	}
	turns.leave("a")
	if got := <-order; got != "a" {
		t.Errorf("the last went to %s", got)
	}
}

// TestTurnsKeepCount checks the counts while callers come, wait, give up and leave in any order.
func TestTurnsKeepCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.IntRange(1, 5).Draw(t, "slots")
		turns := newTurns(slots, time.Millisecond, rapid.Bool().Draw(t, "known"))
		var all sync.WaitGroup
		for i := range rapid.IntRange(1, 30).Draw(t, "requests") {
			caller := fmt.Sprint(i % 3)
			gone := rapid.Bool().Draw(t, "gone")
			all.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if gone {
					cancel()
				}
				if !turns.enter(caller, 20) {
					return
				}
				defer turns.exit(caller)
				if err := turns.take(ctx, caller); err != nil {
					if !errors.Is(err, errFull) && !errors.Is(err, context.Canceled) {
						panic(err)
					}
					return
				}
				if n := turns.deciding(); n > slots {
					panic(fmt.Sprintf("%d of %d slots", n, slots))
				}
				turns.leave(caller)
			})
		}
		all.Wait()
		if turns.deciding() != 0 || turns.inQueue() != 0 || len(turns.callers) != 0 || turns.free != slots {
			t.Errorf("%d deciding, %d in the queue, %d callers, %d of %d slots free", turns.deciding(), turns.inQueue(), len(turns.callers), turns.free, slots)
		}
	})
}
