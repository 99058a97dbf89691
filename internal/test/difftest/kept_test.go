package difftest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// kept is a site of the corpus with its decisions: everything that is needed to repeat them, independently
// of the generator.
type kept struct {
	Options keptOptions `json:"options"`
	// Rules and Snapshot are the files as generated.
	Rules    string            `json:"rules"`
	Snapshot map[string]string `json:"snapshot"`
	// Requests are the generated requests.
	Requests []string `json:"requests"`
	// Decisions refer to requests, or combine their parts.
	Decisions []keptDecision `json:"decisions"`
	// Answers are all distinct answers.
	Answers []answer `json:"answers"`
	// Coverage counts the values of the conditions in the requests.
	Coverage sitegen.Coverage `json:"coverage"`
}

type keptOptions struct {
	ListInequality string `json:"list_inequality"`
	Strict         bool   `json:"strict"`
	SkipInvalid    bool   `json:"skip_invalid"`
}

// keptDecision consists of five indexes: those of the requests that provide subject, action, resource and
// context, and that of the answer. If the first four are equal, the request is used as written.
type keptDecision [5]int

func (d keptDecision) whole() bool { return d[0] == d[1] && d[0] == d[2] && d[0] == d[3] }

// parts are the keys of a request for the first four indexes.
var parts = [4]string{"subject", "action", "resource", "context"}

func keep(o options) keptOptions {
	return keptOptions{ListInequality: o.inequality.String(), Strict: o.strict, SkipInvalid: o.skip}
}

func (k keptOptions) options() options {
	o := options{strict: k.Strict, skip: k.SkipInvalid}
	if k.ListInequality == resolve.All.String() {
		o.inequality = resolve.All
	}
	return o
}

// request builds the request of a decision.
func (k *kept) request(d keptDecision) ([]byte, error) {
	if d.whole() {
		return []byte(k.Requests[d[0]]), nil
	}
	whole := map[string]json.RawMessage{}
	for i, part := range parts {
		var from map[string]json.RawMessage
		if err := json.Unmarshal([]byte(k.Requests[d[i]]), &from); err != nil {
			return nil, err
		}
		if value, ok := from[part]; ok {
			whole[part] = value
		}
	}
	return json.Marshal(whole)
}

// sitegenCase returns the case with all requests, in the order of decisions.
func (k *kept) sitegenCase() (sitegen.Case, error) {
	c := sitegen.Case{Rules: []byte(k.Rules), Files: map[string][]byte{}}
	for name, content := range k.Snapshot {
		c.Files[name] = []byte(content)
	}
	for _, d := range k.Decisions {
		request, err := k.request(d)
		if err != nil {
			return c, err
		}
		c.Requests = append(c.Requests, request)
	}
	return c, nil
}

const corpus = "../../../testdata/corpus"

// corpusFiles returns the paths of the sites, in order.
func corpusFiles() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(corpus, "*.json.gz"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no corpus in %s", corpus)
	}
	slices.Sort(files)
	return files, err
}

func readKept(path string) (*kept, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	in, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	k := &kept{}
	return k, json.Unmarshal(content, k)
}

// write writes a site. Equal sites give equal bytes.
func (k *kept) write(path string) error {
	var b bytes.Buffer
	out, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := errors.Join(enc.Encode(k), out.Close()); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
