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

// kept is a site of the corpus with decisions about it: all that it takes to ask
// again, whatever becomes of the generator.
type kept struct {
	Options keptOptions `json:"options"`
	// Rules and Snapshot are the files as written, whatever their form.
	Rules    string            `json:"rules"`
	Snapshot map[string]string `json:"snapshot"`
	// Requests are the requests that the generator made.
	Requests []string `json:"requests"`
	// Decisions are made of requests and their parts.
	Decisions []keptDecision `json:"decisions"`
	// Answers are all different answers.
	Answers []answer `json:"answers"`
	// Coverage says what the requests do to the conditions.
	Coverage sitegen.Coverage `json:"coverage"`
}

type keptOptions struct {
	ListInequality string `json:"list_inequality"`
	Strict         bool   `json:"strict"`
	SkipInvalid    bool   `json:"skip_invalid"`
}

// keptDecision is five numbers: the requests that subject, action, resource and
// context are of, and the answer. Where the first four are one, the request is
// that one as it is written.
type keptDecision [5]int

func (d keptDecision) whole() bool { return d[0] == d[1] && d[0] == d[2] && d[0] == d[3] }

// parts are the keys of a request that the first four numbers stand for.
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

// request puts a decision's request together.
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

// write writes the same bytes for the same site.
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
