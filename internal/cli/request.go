package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// Request is an AuthZEN access evaluation request made from flags.
type Request struct {
	Subject  Entity    `json:"subject"`
	Action   Action    `json:"action"`
	Resource Entity    `json:"resource"`
	Context  *Surround `json:"context,omitempty"`
}

// Entity is a subject or a resource.
type Entity struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Properties json.RawMessage `json:"properties,omitempty"`
}

// Action is the action of a request.
type Action struct {
	Name string `json:"name"`
}

// Surround is the context of a request.
type Surround struct {
	RequestContext string              `json:"request_context,omitempty"`
	Environment    map[string][]string `json:"environment,omitempty"`
}

// RequestFlags are the flags that describe one request.
func RequestFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "subject", Usage: `who asks: DIRECTORY\user, or the user's GUID`},
		&cli.StringFlag{Name: "action", Usage: "what for: read, update, publish, …"},
		&cli.StringFlag{Name: "resource", Usage: "on what: `TYPE:ID`, such as App:2b1c…"},
		&cli.StringFlag{Name: "context", Usage: "where from: hub or qmc"},
		&cli.StringSliceFlag{Name: "env", Usage: "a session attribute, `NAME=VALUE`; the same name again adds a value"},
		&cli.StringFlag{Name: "properties", Usage: "a resource that is not on record, `JSON`"},
	}
}

// requestFlags are those without which there is no request.
var requestFlags = []string{"subject", "action", "resource"}

// ReadRequest returns the request that the flags make up.
func ReadRequest(ctx *cli.Context) ([]byte, error) {
	for _, name := range requestFlags {
		if !ctx.IsSet(name) {
			return nil, UsageOf(ctx.Command, "--%s is missing: a request needs --subject, --action and --resource, or give %s", name, otherWays(ctx.Command))
		}
	}
	r := Request{
		Subject: Entity{Type: "user", ID: ctx.String("subject")},
		Action:  Action{Name: ctx.String("action")},
	}
	if err := readResource(ctx, &r.Resource); err != nil {
		return nil, err
	}
	var err error
	if r.Context, err = readSurround(ctx); err != nil {
		return nil, err
	}
	return json.Marshal(r)
}

// readResource reads the flags --resource and --properties.
func readResource(ctx *cli.Context, r *Entity) error {
	// Of C:\x the first colon counts as well: no type has one.
	typeName, id, ok := strings.Cut(ctx.String("resource"), ":")
	if !ok || typeName == "" {
		return UsageOf(ctx.Command, "--resource is TYPE:ID, such as App:2b1c…, not %q", ctx.String("resource"))
	}
	r.Type, r.ID = typeName, id
	if text := ctx.String("properties"); text != "" {
		if _, err := engine.ParseRequest([]byte(text)); err != nil {
			return UsageOf(ctx.Command, "--properties is no JSON: %v", err)
		}
		r.Properties = json.RawMessage(text)
	}
	return nil
}

// readSurround reads the flags --context and --env; nil where neither is given.
func readSurround(ctx *cli.Context) (*Surround, error) {
	s := Surround{RequestContext: ctx.String("context")}
	var err error
	if s.Environment, err = environment(ctx); err != nil {
		return nil, err
	}
	if s.RequestContext == "" && s.Environment == nil {
		return nil, nil
	}
	return &s, nil
}

// otherWays names the flags of a command that give requests as files.
func otherWays(c *cli.Command) string {
	if slices.Contains(flagNames(c.Flags), "requests") {
		return "--input or --requests"
	}
	return "--input"
}

// environment reads the flag --env.
func environment(ctx *cli.Context) (map[string][]string, error) {
	var all map[string][]string
	for _, pair := range ctx.StringSlice("env") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, UsageOf(ctx.Command, "--env is NAME=VALUE, not %q", pair)
		}
		if all == nil {
			all = map[string][]string{}
		}
		all[name] = append(all[name], value)
	}
	return all, nil
}

// Open opens a file to read, or standard input for "-". Its text is UTF-8, in whatever
// encoding it was written.
func (s *Streams) Open(name string) (io.ReadCloser, error) {
	if name == stdio {
		return &decoded{Closer: io.NopCloser(s.In), source: s.In}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, Input(err)
	}
	return &decoded{Closer: f, source: f}, nil
}

// decoded looks for the encoding when it is first read, and not before: it may have to
// wait for somebody who types.
type decoded struct {
	io.Closer
	source io.Reader
	text   *jsonfile.Reader
}

// Read implements io.Reader.
func (d *decoded) Read(p []byte) (int, error) {
	if d.text == nil {
		var err error
		if d.text, err = jsonfile.NewReader(d.source); err != nil {
			return 0, err
		}
	}
	return d.text.Read(p)
}

// ReadInput reads the request of --input.
func (s *Streams) ReadInput(name string) ([]byte, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // read only
	request, err := io.ReadAll(io.LimitReader(f, engine.LineMax+1))
	if err != nil {
		return nil, Input(fmt.Errorf("%s: %w", name, err))
	}
	if len(request) > engine.LineMax {
		return nil, Input(fmt.Errorf("%s: a request has at most %d bytes; for many requests there is --requests", name, engine.LineMax))
	}
	if _, err := engine.ParseRequest(request); err != nil {
		return nil, Input(fmt.Errorf("%s: the request is no JSON: %w", name, err))
	}
	return request, nil
}
