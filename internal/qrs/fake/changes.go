package fake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// changesSince answers the changes since a date, deletions included.
func (c *call) changesSince() {
	since, err := time.Parse(time.RFC3339, c.r.URL.Query().Get("since"))
	if err != nil {
		c.fail(http.StatusBadRequest, "Missing parameter value(s): since")
		return
	}
	types := strings.Split(strings.ToLower(c.r.URL.Query().Get("types")), ",")
	list := []any{}
	c.Store.mu.RLock()
	defer c.Store.mu.RUnlock()
	for _, ch := range c.Store.changes {
		if ch.at.Before(since) || types[0] != "" && !contains(types, strings.ToLower(ch.typ)) {
			continue
		}
		var fields any
		if ch.object != nil {
			fields = ch.object
		}
		list = append(list, object{"changetype": ch.kind, "id": ch.id, "type": ch.typ, "changedate": ch.at.Format(dateForm), "object": fields})
	}
	c.answer(http.StatusOK, list)
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if strings.TrimSpace(item) == s {
			return true
		}
	}
	return false
}

// subscription is a client's subscription to notifications.
type subscription struct {
	typ      string
	kind     int // 0 for all
	callback string
}

var changeNames = map[string]int{"": 0, "add": 1, "update": 2, "delete": 3}

// subscribe adds or removes a subscription.
func (c *call) subscribe() {
	q := c.r.URL.Query()
	if c.r.Method == http.MethodDelete {
		c.Server.mu.Lock()
		defer c.Server.mu.Unlock()
		if _, known := c.subscriptions[q.Get("handle")]; !known {
			c.fail(http.StatusNotFound, "no such handle")
			return
		}
		delete(c.subscriptions, q.Get("handle"))
		c.w.WriteHeader(http.StatusNoContent)
		return
	}
	if c.r.Method != http.MethodPost {
		c.fail(http.StatusMethodNotAllowed, "Method not allowed")
		return
	}
	data, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<16))
	var callback string
	if err != nil || json.Unmarshal(data, &callback) != nil || q.Get("name") == "" {
		c.fail(http.StatusBadRequest, "Missing parameter value(s)")
		return
	}
	kind, named := changeNames[strings.ToLower(q.Get("changetype"))]
	if n, err := strconv.Atoi(q.Get("changetype")); err == nil {
		kind, named = n, true
	}
	if !named {
		c.fail(http.StatusBadRequest, "Missing parameter value(s): changetype")
		return
	}
	c.Server.mu.Lock()
	defer c.Server.mu.Unlock()
	handle := stableID("notification", callback, q.Encode(), strconv.FormatInt(c.calls.Load(), 10))
	c.subscriptions[handle] = subscription{q.Get("name"), kind, callback}
	c.answer(http.StatusCreated, object{"value": handle})
}

// Subscriptions is the number of subscriptions.
func (s *Server) Subscriptions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.subscriptions)
}

// Restart removes all subscriptions and sessions, as a restart of the service does.
func (s *Server) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.subscriptions)
	clear(s.sessions)
}

// notify posts a change to its subscribers, without waiting for them.
func (s *Server) notify(ch change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subscriptions {
		if !strings.EqualFold(strings.ReplaceAll(sub.typ, "/", "."), ch.typ) || sub.kind != 0 && sub.kind != ch.kind {
			continue
		}
		body := encode([]object{{
			"changeType": ch.kind, "objectType": ch.typ, "objectID": ch.id, "changedProperties": []string{}, "engineID": noID, "engineType": "",
			"originatorNodeID": noID, "originatorHostName": HostName, "originatorContextID": noID, "createdDate": ch.at.Format(dateForm),
			"modifiedDate": ch.at.Format(dateForm), "schemaPath": "ExternalChangeInfo",
		}})
		go func() {
			client := &http.Client{Timeout: time.Minute}
			resp, err := client.Post(sub.callback, "application/json", bytes.NewReader(body))
			if err == nil {
				_ = resp.Body.Close() // failures are ignored
			}
		}()
	}
}
