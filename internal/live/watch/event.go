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

// Event is a set of changes on a site between two rounds.
type Event struct {
	Time time.Time `json:"time"`
	Site string    `json:"site"`
	// Changes are the entities that differ: the first maxChanges of Count.
	Changes []Change `json:"changes"`
	Count   int      `json:"count"`
	// Effect is access if a user gains or loses access, none, or unknown with a Reason.
	Effect string            `json:"effect"`
	Reason string            `json:"reason,omitempty"`
	Gain   difference.Counts `json:"gain"`
	Loss   difference.Counts `json:"loss"`
	// Groups are the gains and losses, with their causes.
	Groups []difference.Group `json:"groups"`
	// Drift are the names of the rules that differ from their files.
	Drift []string `json:"drift"`
	// Full reports whether this round has read everything.
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

// maxChanges is the maximum number of entities in an event.
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
	defer func() { _ = resp.Body.Close() }() // the body is not read
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	if resp.StatusCode >= 300 {
		return fmt.Errorf("webhook: %s answers %s", h.URL, resp.Status)
	}
	return nil
}
