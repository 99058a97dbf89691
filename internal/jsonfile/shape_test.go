package jsonfile

import (
	"fmt"
	"strings"
	"testing"
)

// texts formats values as JSON, separated by bars.
func texts(values []Value) string {
	var all []string
	for _, v := range values {
		all = append(all, string(v.Raw))
	}
	return strings.Join(all, "|")
}

// A list is read in every form that PowerShell writes, completely and as a stream. Items have their offsets in the file.
func TestLists(t *testing.T) {
	for text, want := range map[string]string{
		` [{"a":1}, 2]`: `{"a":1}|2`,
		`[]`:            ``,
		`null`:          ``,
		`{"id":"x"}`:    `{"id":"x"}`,
		"\ufeff{\n\"value\": [1, {\"b\":2}], \"Count\":2}": `1|{"b":2}`,
		`{"Count":1,"Value":{"id":"x"}}`:                   `{"id":"x"}`,
		`{"value":[],"Count":0}`:                           ``,
		`{"value":null,"Count":0}`:                         ``,
		`{"value":"text","definition":{}}`:                 `{"value":"text","definition":{}}`,
		`{"Count":7,"id":"x"}`:                             `{"Count":7,"id":"x"}`,
	} {
		f, failed := New("f", []byte(text))
		if failed != nil {
			t.Fatal(failed)
		}
		v, failed := f.Document()
		if got := texts(v.List()); failed != nil || got != want {
			t.Errorf("%s: whole %s, %v", text, got, failed)
		}
		r, _ := NewReader(strings.NewReader(text))
		var streamed []string
		failed = NewStream(r).Each(func(v Value) bool {
			if string(f.Text[v.Offset:v.End()]) != string(v.Raw) {
				t.Errorf("%s: %s is not at %d", text, v.Raw, v.Offset)
			}
			streamed = append(streamed, string(v.Raw))
			return true
		})
		if got := strings.Join(streamed, "|"); failed != nil || got != want {
			t.Errorf("%s: streamed %s, %v", text, got, failed)
		}
	}
}

// Reading a wrapped list ends at the first error, or when the caller wants no more items.
func TestBrokenWrappers(t *testing.T) {
	for text, want := range map[string]string{
		`{"value":[1,2],"Count":2} x`: "there is text after the end of the JSON document",
		`{"value":[1,2],"Count":`:     "the file ends in the middle of the JSON document",
		`{"value":[1,`:                "the file ends in the middle of the JSON document",
		`{"value":[1],7}`:             "the file is not valid JSON: ",
		`{"Count":1,"value":{"id":1},"extra":[],"more":nul}`: "the file is not valid JSON: ",
		`{"columnNames":["id"],"rows":[]}`:                   "the file is a table (columnNames and rows), not a list",
		"{\"id\":1}\n{\"id\":2}\n":                           "the file contains several JSON documents, one after the other",
	} {
		r, _ := NewReader(strings.NewReader(text))
		if failed := NewStream(r).Each(func(Value) bool { return true }); failed == nil || !strings.HasPrefix(failed.Summary, want) {
			t.Errorf("%s: %v, want %s", text, failed, want)
		}
	}
	n := 0
	r, _ := NewReader(strings.NewReader(`{"value":[1,2,3],"Count":3} x`))
	if failed := NewStream(r).Each(func(Value) bool { n++; return n < 2 }); failed != nil || n != 2 {
		t.Errorf("%v after %d", failed, n)
	}
}

// Files that are not JSON are reported with their kind and a hint to the right file.
func TestForeignFiles(t *testing.T) {
	for text, want := range map[string]string{
		"<!DOCTYPE html>\n<html>":                    "HTML page",
		"\n<HTML><body>":                             "HTML page",
		"<?xml version='1.0'?>":                      "XML",
		"PK\x03\x04":                                 "zip archive",
		"\x1f\x8b\x08":                               "compressed",
		"PGDMP\x01":                                  "dump",
		"--\n-- PostgreSQL database dump\n":          "dump",
		"COPY public.\"Users\" (\"ID\") FROM stdin;": "dump",
		"@{id=1; name=x}":                            "PowerShell",
		"\r\nid       : 1\r\nname : x":               "PowerShell",
		"ID,Name,Rule\n1,a,b\n":                      "CSV",
		"\"id\";\"user name\"\r\n1;2\r\n":            "CSV",
		"id\tname\n":                                 "CSV",
		"rules:\n  - name: x\n":                      "YAML",
		"- name: x\n":                                "YAML",
		"---\nname: x\n":                             "YAML",
	} {
		f, failed := New("f", []byte(text))
		if failed != nil {
			t.Fatal(failed)
		}
		_, failed = f.Document()
		r, _ := NewReader(strings.NewReader(text))
		streamed := NewStream(r).Each(func(Value) bool { return true })
		for _, e := range []*Error{failed, streamed} {
			if e == nil || !strings.Contains(e.Summary, want) || e.Detail == "" || e.Offset != len(text)-len(strings.TrimLeft(text, "\r\n")) {
				t.Errorf("%q: %v, want %s", text, e, want)
			}
		}
	}
	for _, text := range []string{"nonsense", "{x", "[id,name\n", fmt.Sprint(1.5, "x")} {
		if e := foreign([]byte(text)); e != nil {
			t.Errorf("%q: %v", text, e)
		}
	}
}
