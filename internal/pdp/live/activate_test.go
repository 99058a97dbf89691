package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestAbandonedActivationsAreBounded abandons the maximum number of activations, none of which ends: no
// other one begins until one of them ends.
func TestAbandonedActivationsAreBounded(t *testing.T) {
	h := New("p", nil)
	h.Limit(time.Nanosecond)
	released := make(chan struct{})
	endless := func(context.Context) (*Policy, error) {
		<-released
		return nil, errors.New("released")
	}
	for range abandonedMax() {
		if _, err := h.timed(t.Context(), endless); !errors.Is(err, ErrSlow) {
			t.Fatal(err)
		}
	}
	begun := false
	sound := func(context.Context) (*Policy, error) {
		begun = true
		return &Policy{}, nil
	}
	h.Limit(time.Hour)
	if _, err := h.timed(t.Context(), sound); !errors.Is(err, ErrSlow) || !strings.Contains(err.Error(), "restart the decision point") || begun {
		t.Errorf("begun: %t, %v", begun, err)
	}
	if got := h.Abandoned(); got != int(abandonedMax()) {
		t.Errorf("%d are counted", got)
	}
	close(released)
	for h.Abandoned() > 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := h.timed(t.Context(), sound); err != nil {
		t.Error(err)
	}
}
