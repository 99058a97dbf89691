package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// SARIF renders diagnostics as a log of the Static Analysis Results Interchange Format
// 2.1.0 with one run. Only codes that occur are described.
type SARIF struct {
	// Version is the version of the tool, or "".
	Version string
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID                   Code               `json:"id"`
	ShortDescription     sarifText          `json:"shortDescription"`
	HelpURI              string             `json:"helpUri"`
	DefaultConfiguration sarifConfiguration `json:"defaultConfiguration"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID           Code            `json:"ruleId"`
	RuleIndex        int             `json:"ruleIndex"`
	Level            string          `json:"level"`
	Message          sarifText       `json:"message"`
	Locations        []sarifLocation `json:"locations,omitempty"`
	RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	// PartialFingerprints identify a result when the rule moves in its file.
	PartialFingerprints map[string]string `json:"partialFingerprints"`
	Fixes               []sarifFix        `json:"fixes,omitempty"`
}

type sarifFix struct {
	Description     sarifText     `json:"description"`
	ArtifactChanges []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	ArtifactLocation sarifArtifact      `json:"artifactLocation"`
	Replacements     []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	DeletedRegion   *sarifRegion `json:"deletedRegion"`
	InsertedContent sarifText    `json:"insertedContent"`
}

type sarifLocation struct {
	PhysicalLocation *sarifPhysical `json:"physicalLocation,omitempty"`
	LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
	Message          *sarifText     `json:"message,omitempty"`
}

type sarifPhysical struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifLogical struct {
	Name               string `json:"name,omitempty"`
	FullyQualifiedName string `json:"fullyQualifiedName,omitempty"`
}

// Render implements Renderer.
func (s SARIF) Render(w io.Writer, list List) error {
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "qlik2rego", Version: s.Version, InformationURI: repository, Rules: sarifRules(list),
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	seen := map[string]int{}
	for _, d := range list {
		index := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == d.Code })
		result := d.sarif(index)
		print := d.Fingerprint()
		seen[print]++
		result.PartialFingerprints = map[string]string{"qlik2rego/v1": fmt.Sprintf("%s:%d", print, seen[print])}
		run.Results = append(run.Results, result)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// sarifRules describes the codes that occur in a list, ordered by code.
func sarifRules(list List) []sarifRule {
	rules := []sarifRule{}
	for _, info := range Codes() {
		if slices.ContainsFunc(list, func(d Diagnostic) bool { return d.Code == info.Code }) {
			rules = append(rules, sarifRule{
				ID: info.Code, ShortDescription: sarifText{info.Title}, HelpURI: info.Code.URL(),
				DefaultConfiguration: sarifConfiguration{sarifLevel(info.Severity)},
			})
		}
	}
	return rules
}

func sarifLevel(s Severity) string {
	if s == Info {
		return "note"
	}
	return s.String()
}

func (d Diagnostic) sarif(ruleIndex int) sarifResult {
	result := sarifResult{RuleID: d.Code, RuleIndex: ruleIndex, Level: sarifLevel(d.Severity), Message: sarifText{d.message()}}
	location := sarifLocation{PhysicalLocation: sarifPlace(d.Text, d.Subject)}
	if d.Rule != (Rule{}) {
		location.LogicalLocations = []sarifLogical{{Name: d.Rule.Name, FullyQualifiedName: d.Rule.ID}}
	}
	if location.PhysicalLocation != nil || location.LogicalLocations != nil {
		result.Locations = []sarifLocation{location}
	}
	for _, r := range d.Related {
		if at := sarifPlace(r.Text, r.Range); at != nil {
			result.RelatedLocations = append(result.RelatedLocations, sarifLocation{PhysicalLocation: at, Message: &sarifText{r.Message}})
		}
	}
	if d.Fix != nil {
		result.Fixes = d.sarifFixes()
	}
	return result
}

// sarifFixes returns the fix as an edit of the file, none if there is no place in one.
func (d Diagnostic) sarifFixes() []sarifFix {
	text := d.Fix.Of(d)
	at := sarifPlace(text, d.Fix.Range)
	if at == nil || at.Region == nil {
		return nil
	}
	inserted := d.Fix.Replacement
	if text.Encode != nil {
		inserted = text.Encode(inserted)
	}
	return []sarifFix{{
		Description: sarifText{d.Fix.Message},
		ArtifactChanges: []sarifChange{{
			ArtifactLocation: at.ArtifactLocation,
			Replacements:     []sarifReplacement{{DeletedRegion: at.Region, InsertedContent: sarifText{inserted}}},
		}},
	}}
}

// Fingerprint identifies a diagnostic by its code, its rule and the part of the rule that
// it is about, ignoring space. It stays the same when the rule moves in its file.
func (d Diagnostic) Fingerprint() string {
	part := ""
	if d.Text != nil {
		part = d.Text.Label
		if start, end := d.Subject.Start, d.Subject.End; start <= end && end <= len(d.Text.Content) {
			part += " " + strings.Join(strings.Fields(d.Text.Content[start:end]), " ")
		}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{string(d.Code), d.Rule.ID, part}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func sarifPlace(text *Text, where Range) *sarifPhysical {
	if text == nil || text.File == "" {
		return nil
	}
	uri := url.URL{Path: filepath.ToSlash(text.File)}
	place := &sarifPhysical{ArtifactLocation: sarifArtifact{uri.String()}}
	if text.Locate != nil {
		start, end := text.Locate(where.Start), text.Locate(where.End)
		place.Region = &sarifRegion{StartLine: start.Line, StartColumn: start.Column, EndLine: end.Line, EndColumn: end.Column}
	}
	return place
}
