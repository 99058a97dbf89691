package watch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// Event is what changed on a site between two rounds.
type Event struct {
	Time time.Time `json:"time"`
	Site string    `json:"site"`
	// Changes are the entities that differ, at most maxChanges, of Count.
	Changes []Change `json:"changes"`
	Count   int      `json:"count"`
	// Effect is access, where somebody gains or loses something, none, or unknown, for a reason.
	Effect string            `json:"effect"`
	Reason string            `json:"reason,omitempty"`
	Gain   difference.Counts `json:"gain"`
	Loss   difference.Counts `json:"loss"`
	// Groups say who gains and loses what because of what.
	Groups []difference.Group `json:"groups"`
	// Drift are the rules that are not as their files say, by name.
	Drift []string `json:"drift"`
	// Full says that this round has read everything.
	Full bool `json:"full"`
}

// Change is an entity that differs.
type Change struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
	// What is created, changed or deleted.
	What string `json:"what"`
	By   string `json:"by,omitempty"`
	At   string `json:"at,omitempty"`
}

// The effects of an event.
const (
	Access   = "access"
	NoEffect = "none"
	Unknown  = "unknown"
)

// maxChanges is how many entities an event names.
const maxChanges = 1000

// Webhook posts events as JSON.
type Webhook struct {
	URL    string
	Client *http.Client
}

// Send posts an event.
func (h *Webhook) Send(ctx context.Context, e *Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.Client.Do(req)
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // nothing more is read
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode >= 300 {
		return fmt.Errorf("webhook: %s answers %s", h.URL, resp.Status)
	}
	return nil
}
