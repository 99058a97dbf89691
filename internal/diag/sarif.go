package diag

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// SARIF renders diagnostics as a log of the Static Analysis Results Interchange Format 2.1.0
// with one run. It only describes codes that occur.
type SARIF struct {
	// Version is the version of the tool, or "".
	Version string
	// Command is the command that ran, such as "check", or "". Code scanners use it to separate
	// the results of different commands.
	Command string
	// Root is the directory that paths of files are relative to, or "" for unchanged paths.
	// Files outside it have absolute URIs.
	Root string
	// Help returns the page of a code in Markdown, "" if there is none. It may be nil.
	Help func(Code) string
	// Tags returns the tags of a code, such as "security". It may be nil.
	Tags func(Code) []string
}

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool            `json:"tool"`
	Automation *sarifAutomation     `json:"automationDetails,omitempty"`
	Bases      map[string]sarifBase `json:"originalUriBaseIds,omitempty"`
	ColumnKind string               `json:"columnKind"`
	Results    []sarifResult        `json:"results"`
}

type sarifAutomation struct {
	ID string `json:"id"`
}

// sarifBase has no URI, so that the log does not depend on the location of the files.
type sarifBase struct {
	Description sarifText `json:"description"`
}

// sarifRoot is the name of the directory that paths are relative to.
const sarifRoot = "%SRCROOT%"

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
	FullDescription      *sarifText         `json:"fullDescription,omitempty"`
	HelpURI              string             `json:"helpUri"`
	Help                 *sarifMarkdown     `json:"help,omitempty"`
	DefaultConfiguration sarifConfiguration `json:"defaultConfiguration"`
	Properties           *sarifTags         `json:"properties,omitempty"`
}

type sarifMarkdown struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
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
	URI  string `json:"uri"`
	Base string `json:"uriBaseId,omitempty"`
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

// Render implements render.Renderer.
func (s SARIF) Render(w io.Writer, list List) error {
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "qlik2rego", Version: s.Version, InformationURI: repository, Rules: s.rules(list),
		}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	if s.Command != "" {
		run.Automation = &sarifAutomation{"qlik2rego/" + s.Command + "/"}
	}
	if s.Root != "" {
		run.Bases = map[string]sarifBase{sarifRoot: {sarifText{"the root of the repository, or the directory that the command ran in"}}}
	}
	prints := newFingerprints()
	for _, d := range list {
		index := slices.IndexFunc(run.Tool.Driver.Rules, func(r sarifRule) bool { return r.ID == d.Code })
		result := s.result(d, index)
		result.PartialFingerprints = map[string]string{"qlik2rego/v1": prints.next(d)}
		run.Results = append(run.Results, result)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// rules describes the codes that occur in a list, ordered by code.
func (s SARIF) rules(list List) []sarifRule {
	rules := []sarifRule{}
	for _, info := range Codes() {
		if slices.ContainsFunc(list, func(d Diagnostic) bool { return d.Code == info.Code }) {
			rules = append(rules, s.rule(info))
		}
	}
	return rules
}

func (s SARIF) rule(info CodeInfo) sarifRule {
	rule := sarifRule{
		ID: info.Code, ShortDescription: sarifText{info.Title}, HelpURI: info.Code.URL(),
		DefaultConfiguration: sarifConfiguration{sarifLevel(info.Severity)},
	}
	if s.Help != nil {
		if page := s.Help(info.Code); page != "" {
			rule.Help = &sarifMarkdown{page, page}
			rule.FullDescription = firstParagraph(page)
		}
	}
	if s.Tags != nil {
		if tags := s.Tags(info.Code); len(tags) > 0 {
			rule.Properties = &sarifTags{tags}
		}
	}
	return rule
}

// firstParagraph returns the first paragraph below the title of a Markdown page, or nil.
func firstParagraph(page string) *sarifText {
	for part := range strings.SplitSeq(page, "\n\n") {
		if part = strings.TrimSpace(part); part != "" && !strings.HasPrefix(part, "#") {
			return &sarifText{strings.Join(strings.Fields(part), " ")}
		}
	}
	return nil
}

func sarifLevel(s Severity) string {
	if s == Info {
		return "note"
	}
	return s.String()
}

func (s SARIF) result(d Diagnostic, ruleIndex int) sarifResult {
	result := sarifResult{RuleID: d.Code, RuleIndex: ruleIndex, Level: sarifLevel(d.Severity), Message: sarifText{d.message()}}
	location := sarifLocation{PhysicalLocation: s.place(d.Text, d.Subject)}
	if d.Rule != (Rule{}) {
		location.LogicalLocations = []sarifLogical{{Name: d.Rule.Name, FullyQualifiedName: d.Rule.ID}}
	}
	if location.PhysicalLocation != nil || location.LogicalLocations != nil {
		result.Locations = []sarifLocation{location}
	}
	for _, r := range d.Related {
		if at := s.place(r.Text, r.Range); at != nil {
			result.RelatedLocations = append(result.RelatedLocations, sarifLocation{PhysicalLocation: at, Message: &sarifText{r.Message}})
		}
	}
	if d.Fix != nil {
		result.Fixes = s.fixes(d)
	}
	return result
}

// fixes returns the fix of a diagnostic as an edit of the file, none if it has no position in a
// file.
func (s SARIF) fixes(d Diagnostic) []sarifFix {
	text := d.Fix.Of(d)
	at := s.place(text, d.Fix.Range)
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

func (s SARIF) place(text *Text, where Range) *sarifPhysical {
	if text == nil || text.File == "" {
		return nil
	}
	uri, relative := fileURI(s.Root, text.File)
	place := &sarifPhysical{ArtifactLocation: sarifArtifact{URI: uri}}
	if relative && s.Root != "" {
		place.ArtifactLocation.Base = sarifRoot
	}
	if text.Locate != nil {
		start, end := text.Locate(where.Start), text.Locate(where.End)
		place.Region = &sarifRegion{StartLine: start.Line, StartColumn: start.Column, EndLine: end.Line, EndColumn: end.Column}
	}
	return place
}
