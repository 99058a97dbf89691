package jsonfile

import (
	"bytes"
	"regexp"
)

// foreignForm is a kind of file that users pass instead of JSON by mistake.
type foreignForm struct {
	begins          *regexp.Regexp
	summary, detail string
}

const (
	exportAgain = "Export JSON through the repository's API: GET /qrs/systemrule/full for rules, GET /qrs/<type>/full for entities; or let qlik2rego pull do it."
	dumped      = "the file is a dump of the repository's database, not JSON"
)

// foreignForms are tried in order.
var foreignForms = []foreignForm{
	{regexp.MustCompile(`^(?i:<!doctype html|<html)`), "the file is an HTML page, not JSON",
		"It is probably the site's log-in page: the request had neither certificate nor session. Export with a certificate, or let qlik2rego pull do it."},
	{regexp.MustCompile(`^<`), "the file is XML, not JSON", exportAgain},
	{regexp.MustCompile(`^PK[\x03\x05\x07]`), "the file is a zip archive or a workbook, not JSON", "Unpack it. " + exportAgain},
	{regexp.MustCompile(`^\x1f`), "the file is compressed, not JSON", "Name a bundle with -b, and unpack any other archive."},
	{regexp.MustCompile(`^PGDMP|^--\s*\n-- PostgreSQL|^(?i:copy|insert into|create table) `), dumped, exportAgain},
	{regexp.MustCompile(`^@\{|^[A-Za-z]+ +: `), "the file is what PowerShell prints, not JSON",
		"Write it with ConvertTo-Json -Depth 10 before Out-File."},
	{regexp.MustCompile(`^"?[A-Za-z_][\w ]*"?(?:[,;\t]"?[A-Za-z_][\w. ]*"?)+\r?\n`), "the file is CSV, not JSON", exportAgain},
	{regexp.MustCompile(`^(?:---\s|-\s+\w|[A-Za-z_][\w.-]*:(?:\s|$))`), "the file is YAML, not JSON", exportAgain},
}

// foreign returns an error that names the kind of a file that is not JSON, by its beginning; nil if
// the kind is unknown.
func foreign(head []byte) *Error {
	text := bytes.TrimLeft(head, " \t\r\n")
	for _, f := range foreignForms {
		if f.begins.Match(text) {
			return &Error{Kind: NoJSON, Offset: len(head) - len(text), Summary: f.summary, Detail: f.detail}
		}
	}
	return nil
}
