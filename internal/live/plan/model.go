package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// The operations of a change.
const (
	Create = "create"
	Update = "update"
	Delete = "delete"
)

// Change is one write.
type Change struct {
	Op string `json:"op"`
	// ID is the id on the site or, for a rule to be created, an id within the plan.
	ID   string `json:"id"`
	Name string `json:"name"`
	// File is the rule's file relative to the directory, "" for a rollback.
	File string `json:"file,omitempty"`
	// Before and After are nil if there is no rule.
	Before *Fields `json:"before,omitempty"`
	After  *Fields `json:"after,omitempty"`
	// Condition is the difference of the conditions, nil if there is none or one of the two
	// does not parse.
	Condition *difference.ConditionDiff `json:"condition,omitempty"`
	// Alias is the id that the rule had before it was deleted.
	Alias string `json:"alias,omitempty"`
	// Named are the strings as written in the file, nil if they contain no names of entities.
	Named *Named `json:"named,omitempty"`

	// rule is the rule as in its file, nil for a plan that was read from a file.
	rule *ruleset.Rule
}

// Named are the strings of a rule with names instead of ids.
type Named struct {
	Filter    string `json:"filter"`
	Condition string `json:"condition"`
}

// Drift is a difference that the plan does not change.
type Drift struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	// What is changed, created or deleted (on the site), or kept (deleted here, and kept on the
	// site without --prune).
	What string `json:"what"`
	By   string `json:"by,omitempty"`
	At   string `json:"at,omitempty"`
}

// Conflict is a rule that was changed on both sides.
type Conflict struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	File string `json:"file,omitempty"`
	Why  string `json:"why"`
	// Ours and Theirs are nil if the rule was deleted.
	Ours   *Fields `json:"ours,omitempty"`
	Theirs *Fields `json:"theirs,omitempty"`
	By     string  `json:"by,omitempty"`
	At     string  `json:"at,omitempty"`
}

// Plan is the changes from a site's rules to those of a directory.
type Plan struct {
	Version int       `json:"version"`
	Site    string    `json:"site"`
	URL     string    `json:"url"`
	Build   string    `json:"build"`
	Created time.Time `json:"created"`
	// Dir is the directory of the rules, "" for a rollback.
	Dir string `json:"dir,omitempty"`
	// Lock is the lock file of a site that the directory was not pulled from, and Matched are the
	// files of equal rules, by their ids on the site.
	Lock    string            `json:"lock,omitempty"`
	Matched map[string]string `json:"matched,omitempty"`
	// Changes are the writes, in order.
	Changes   []Change   `json:"changes"`
	Drift     []Drift    `json:"drift"`
	Conflicts []Conflict `json:"conflicts"`
	// Problems are changes that the site would reject or that the policy forbids.
	Problems []string `json:"problems"`
	// Guard lists the writes that would lock users out, with the reason.
	Guard []string `json:"guard"`
	// Gates are the gates that were decided.
	Gates []Gate `json:"gates"`
	// Lints are the findings that differ, nil if lints are disabled.
	Lints *Lints `json:"lints,omitempty"`
	// Assertions are the results of the assertions, before and after.
	Assertions []Assertion `json:"assertions"`
	// Effect is the report of gained and lost rights, as diff writes it.
	Effect json.RawMessage `json:"effect,omitempty"`
	// Rules are the digests of all rules on the site. If they differ, the plan is stale.
	Rules map[string]string `json:"rules"`
	// CreateTags are tags to be created first.
	CreateTags []string `json:"create_tags"`
	// Digest is the digest of the other fields.
	Digest string `json:"digest"`

	report *difference.Report
	// same are the rules whose files are equal to the site's, by the id on the site. Findings about
	// them name their files.
	same map[string]ruleset.Rule
}

// Gate is a limit that was decided.
type Gate struct {
	Gate string `json:"gate"`
	// Cells is the number that was counted: cells or, for other gates, the things that Says names.
	Cells int64 `json:"cells"`
	Hit   bool  `json:"hit"`
	// Says describes what was counted, and the limit.
	Says string `json:"says"`
}

// Report returns the effect as compared, nil for a plan that was read from a file.
func (p *Plan) Report() *difference.Report { return p.report }

// Empty reports whether there is nothing to write.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 }

// Blocked reports whether the plan cannot be applied.
func (p *Plan) Blocked() bool {
	return len(p.Conflicts) > 0 || len(p.Problems) > 0 || len(p.Guard) > 0 || p.gated()
}

func (p *Plan) gated() bool {
	return slices.ContainsFunc(p.Gates, func(g Gate) bool { return g.Hit })
}

const planVersion = 1

// Encode returns the content of a plan's file, with its digest.
func (p *Plan) Encode() ([]byte, error) {
	sum, err := p.digest()
	if err != nil {
		return nil, err
	}
	p.Digest = sum
	data, err := json.MarshalIndent(p, "", "  ")
	return append(data, '\n'), err
}

func (p *Plan) digest() (string, error) {
	copied := *p
	copied.Digest = ""
	if copied.Effect != nil {
		var b bytes.Buffer
		if err := json.Compact(&b, copied.Effect); err != nil {
			return "", err
		}
		copied.Effect = b.Bytes()
	}
	data, err := json.Marshal(copied)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Read reads the file of a plan and checks its digest.
func Read(path string) (*Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil || p.Version == 0 {
		return nil, fmt.Errorf("%s is not a plan: write one with qlik2rego plan DIR -o FILE", path)
	}
	if p.Version != planVersion {
		return nil, fmt.Errorf("%s has the version %d; this qlik2rego knows %d", path, p.Version, planVersion)
	}
	if sum, err := p.digest(); err != nil || sum != p.Digest {
		return nil, fmt.Errorf("%s was changed after it was planned: its digest does not match; plan again", path)
	}
	return &p, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
