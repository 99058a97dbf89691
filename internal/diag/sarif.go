package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
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
	for _, d := range list {
		index := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == d.Code })
		run.Results = append(run.Results, d.sarif(index))
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
	return result
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
