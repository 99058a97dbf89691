package apply

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// Backup is a file with the rules of a site before a plan was applied.
type Backup struct {
	Version int       `json:"version"`
	Site    string    `json:"site"`
	URL     string    `json:"url"`
	Time    time.Time `json:"time"`
	// Digest is the digest of the other fields.
	Digest string            `json:"digest"`
	Rules  []json.RawMessage `json:"rules"`
	Tags   map[string]string `json:"tags"`
	// Groups are the licence access groups by collection.
	Groups map[string][]json.RawMessage `json:"groups"`
}

const backupVersion = 1

// groups are the collections that licence rules refer to.
var groups = []string{"license/professionalaccessgroup", "license/analyzeraccessgroup", "license/useraccessgroup"}

func (b *Backup) digest() (string, error) {
	data, err := json.Marshal([]any{b.Version, b.Site, b.URL, b.Rules, b.Tags, b.Groups})
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), err
}

// writeBackup writes a backup, which is synced to disk when it returns.
func writeBackup(ctx context.Context, client *qrs.Client, state *plan.State, path string, now time.Time) error {
	b := &Backup{
		Version: backupVersion, Site: client.Site().Name, URL: client.Site().URL, Time: now, Rules: state.Raw, Tags: state.Tags,
		Groups: map[string][]json.RawMessage{},
	}
	for _, name := range groups {
		list := []json.RawMessage{}
		err := client.List(ctx, name, "", func(entity []byte) error {
			list = append(list, append(json.RawMessage{}, entity...))
			return nil
		})
		if err != nil && !qrs.IsNotFound(err) && !qrs.IsForbidden(err) {
			return err
		}
		b.Groups[name] = list
	}
	var err error
	if b.Digest, err = b.digest(); err != nil {
		return err
	}
	data, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// noBackup explains why a backup cannot be read, and names the last one in the same directory.
func noBackup(path string, err error) error {
	dir := path
	if info, statErr := os.Stat(path); statErr != nil || !info.IsDir() {
		dir = filepath.Dir(path)
	}
	if all, globErr := filepath.Glob(filepath.Join(dir, "[0-9]*Z.json")); globErr == nil && len(all) > 0 {
		return fmt.Errorf("%w; the last backup is %s", err, slices.Max(all))
	}
	return err
}

// ReadBackup reads the rules of a backup.
func ReadBackup(path string) (*Backup, []ruleset.Rule, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, noBackup(path, err)
	}
	var b Backup
	if err := json.Unmarshal(data, &b); err != nil || b.Version == 0 {
		return nil, nil, fmt.Errorf("%s is not a backup of apply", path)
	}
	if sum, err := b.digest(); err != nil || sum != b.Digest || b.Version != backupVersion {
		return nil, nil, fmt.Errorf("%s was changed after it was written: its digest does not match", path)
	}
	list, err := json.Marshal(b.Rules)
	if err != nil {
		return nil, nil, err
	}
	rules, found := ruleset.Decode(path, list)
	if found.HasErrors() {
		return nil, nil, &plan.BrokenError{Findings: found}
	}
	return &b, rules, nil
}
