package pdp

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// body reads the body of a request, which is one JSON object.
func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := checkContentType(r.Header.Values("Content-Type")); err != nil {
		return nil, err
	}
	limit := s.cfg.Limits.Body
	if r.ContentLength > limit {
		return nil, errTooLarge(limit)
	}
	var body io.Reader = r.Body
	if r.ContentLength < 0 { // of any length
		body = http.MaxBytesReader(w, r.Body, limit)
	}
	size := r.ContentLength
	switch encoding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ",")); encoding {
	case "", "identity":
	case "gzip":
		zip, err := gzip.NewReader(body)
		if err != nil {
			return nil, bodyError(err, limit, "the body is not gzip, which its encoding says")
		}
		body, size = io.LimitReader(zip, limit+1), -1
	default:
		return nil, refuse(http.StatusBadRequest, "Accept-Encoding", "gzip", "the content encoding %.40q is neither gzip nor identity", encoding)
	}
	text, err := readAll(body, size)
	switch {
	case err != nil:
		return nil, bodyError(err, limit, "the body cannot be read")
	case int64(len(text)) > limit:
		return nil, errTooLarge(limit)
	case len(text) == 0:
		return nil, bad("the body is empty")
	}
	return text, nil
}

// readAll is io.ReadAll for a text whose size is known, or negative. What is not there
// yet takes little memory.
func readAll(from io.Reader, size int64) ([]byte, error) {
	if size < 0 || size > 16<<10 {
		return io.ReadAll(from)
	}
	text := make([]byte, size)
	n, err := io.ReadFull(from, text)
	return text[:n], err
}

func errTooLarge(limit int64) error { return bad("the body is larger than %d bytes", limit) }

func bodyError(err error, limit int64, message string) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errTooLarge(limit)
	}
	return bad("%s", message)
}

// checkContentType accepts a single application/json with any parameters.
func checkContentType(values []string) error {
	if len(values) == 1 {
		mediaType, _, _ := strings.Cut(values[0], ";")
		if strings.EqualFold(strings.TrimSpace(mediaType), "application/json") {
			return nil
		}
	}
	return bad("the content type is not application/json")
}

// parse is the only parser of requests.
func (s *Server) parse(text []byte) (ast.Object, error) {
	v, err := engine.ParseNested(text, s.cfg.Limits.Depth)
	if err != nil {
		return nil, bad("the body is not valid JSON: %s", err)
	}
	o, ok := v.(ast.Object)
	if !ok {
		return nil, bad("the body must be an object, not %s", kind(v))
	}
	return o, nil
}

// kind names the type of a JSON value.
func kind(v ast.Value) string {
	switch v.(type) {
	case ast.Null:
		return "null"
	case ast.Boolean:
		return "a boolean"
	case ast.Number:
		return "a number"
	case ast.String:
		return "text"
	case *ast.Array:
		return "an array"
	}
	return "an object"
}
