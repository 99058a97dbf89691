package apply

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live/plan"
)

// The states of a write.
const (
	Begun  = "begun"
	Done   = "done"
	Failed = "failed"
)

// Entry is a line of the journal.
type Entry struct {
	Time time.Time `json:"time"`
	Run  string    `json:"run"`
	Site string    `json:"site"`
	// Plan is the digest of the plan, and Actor is the user who ran it, from the environment of
	// a CI job.
	Plan  string `json:"plan"`
	Actor string `json:"actor,omitempty"`
	// Write counts from 1; 0 is the run as a whole.
	Write  int    `json:"write"`
	Op     string `json:"op,omitempty"`
	ID     string `json:"id,omitempty"`
	Name   string `json:"name,omitempty"`
	Status string `json:"status"`
	// NewID is the id of a created rule.
	NewID string `json:"new_id,omitempty"`
	Error string `json:"error,omitempty"`
}

// journal is a file of entries. Each is synced to disk when add returns.
type journal struct {
	path  string
	file  *os.File
	entry Entry
	now   func() time.Time
}

func openJournal(path string, p *plan.Plan, run string, now func() time.Time) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{path: path, file: f, now: now, entry: Entry{Run: run, Site: p.Site, Plan: p.Digest, Actor: actor()}}, nil
}

// actor returns the user who runs the command, if a CI system provides it.
func actor() string {
	for _, name := range []string{"GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_REQUESTEDFOR"} {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

func (j *journal) add(write int, c *plan.Change, status, newID string, failure error) error {
	e := j.entry
	e.Time, e.Write, e.Status, e.NewID = j.now().UTC(), write, status, newID
	if c != nil {
		e.Op, e.ID, e.Name = c.Op, c.ID, c.Name
	}
	if failure != nil {
		e.Error = failure.Error()
	}
	data, err := json.Marshal(e)
	if err == nil {
		_, err = j.file.Write(append(data, '\n'))
	}
	return errors.Join(err, j.file.Sync())
}

func (j *journal) close() { _ = j.file.Close() } // every entry has been synced

// ReadJournal reads the entries of a journal. It ignores an incomplete last line.
func ReadJournal(path string) ([]Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	var entries []Entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		entries = append(entries, e)
	}
	if lines.Err() == nil && len(entries) == 0 {
		return nil, fmt.Errorf("%s is not a journal of apply", path)
	}
	return entries, lines.Err()
}
