package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// RequestFlags are the flags that describe one request.
func RequestFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "subject", Usage: `the user of the request: DIRECTORY\user, the id, or the name`},
		&cli.StringSliceFlag{Name: "subject-property", Usage: "describe a user that is not in the snapshot, `NAME=VALUE`: group=Sales, roles=RootAdmin, @Region=EMEA; repeatable"},
		&cli.StringFlag{Name: "action", Usage: "the action: read, update, publish, …"},
		&cli.StringFlag{Name: "resource", Usage: "the resource, `TYPE:ID` or TYPE:NAME, such as App:2b1c… or 'App:Sales overview', or a section, such as QmcSection_App"},
		&cli.StringFlag{Name: "context", Usage: "the context of the request: hub, qmc, or none for a request without a context"},
		&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute, `NAME=VALUE`; repeatable, the same name adds a value"},
		&cli.StringFlag{Name: "properties", Usage: "describe a resource that is not in the snapshot, `JSON`"},
	}
}

// ReadRequest returns the request made from the flags, with names as they were written.
func ReadRequest(ctx *cli.Context) (*authzen.Request, error) {
	// Without a resource, a licence request is explained for all access groups.
	everyGroup := categoryOf(ctx) == ruleset.License && ctx.Command.Name == "explain" && !ctx.IsSet("resource")
	for _, part := range authzen.Parts {
		if !ctx.IsSet(string(part)) && !(everyGroup && part == authzen.ResourcePart) {
			return nil, UsageOf(ctx.Command, "--%s is missing: a request needs --subject, --action and --resource, or give %s", part, otherWays(ctx.Command))
		}
	}
	r := &authzen.Request{}
	if err := readSubject(ctx, &r.Subject); err != nil {
		return nil, err
	}
	action, err := parseAction(ctx.Command, ctx.String("action"))
	if err != nil {
		return nil, err
	}
	r.Action.Name = action.Name()
	if !everyGroup {
		if err := readResource(ctx, &r.Resource); err != nil {
			return nil, err
		}
	}
	r.Context, err = readSurround(ctx)
	return r, err
}

// readSubject reads the flags --subject and --subject-property.
func readSubject(ctx *cli.Context, r *authzen.Entity) error {
	r.Type, r.ID = "user", ctx.String("subject")
	described := struct {
		Name       string              `json:"name,omitempty"`
		Roles      []string            `json:"roles,omitempty"`
		Custom     map[string][]string `json:"custom,omitempty"`
		Attributes map[string][]string `json:"attributes,omitempty"`
	}{Custom: map[string][]string{}, Attributes: map[string][]string{}}
	for _, pair := range ctx.StringSlice("subject-property") {
		name, value, ok := strings.Cut(pair, "=")
		custom, isCustom := strings.CutPrefix(name, "@")
		switch {
		case !ok || name == "" || isCustom && custom == "":
			return UsageOf(ctx.Command, "--subject-property is NAME=VALUE, such as group=Sales or @Region=EMEA, not %q", pair)
		case isCustom:
			described.Custom[custom] = append(described.Custom[custom], value)
		case schema.Fold(name) == "roles":
			described.Roles = append(described.Roles, value)
		case schema.Fold(name) == "name":
			described.Name = value
		default:
			described.Attributes[name] = append(described.Attributes[name], value)
		}
	}
	if !ctx.IsSet("subject-property") {
		return nil
	}
	var err error
	r.Properties, err = json.Marshal(described)
	return err
}

// readResource reads the flags --resource and --properties.
func readResource(ctx *cli.Context, r *authzen.Entity) error {
	// Types contain no colon, so the first colon is the separator, even in C:\x.
	typeName, id, ok := strings.Cut(ctx.String("resource"), ":")
	if sitedata.IsSection(ctx.String("resource")) && !ok {
		typeName, id, ok = "TransientObject", typeName, true
	}
	if !ok || typeName == "" {
		return UsageOf(ctx.Command, "--resource is TYPE:ID or TYPE:NAME, such as App:2b1c… or 'App:Sales overview', not %q", ctx.String("resource"))
	}
	r.Type, r.ID = typeName, id
	if text := ctx.String("properties"); text != "" {
		if _, err := engine.ParseRequest([]byte(text)); err != nil {
			return UsageOf(ctx.Command, "--properties is not valid JSON: %v", err)
		}
		r.Properties = json.RawMessage(text)
	}
	return nil
}

// readSurround reads the flags --context and --env; it returns nil if neither is set.
func readSurround(ctx *cli.Context) (*authzen.Context, error) {
	s := authzen.Context{RequestContext: ctx.String("context")}
	contexts := []string{"hub", "qmc", "none"}
	switch {
	case ctx.IsSet("context") && !slices.Contains(contexts, s.RequestContext):
		return nil, UsageOf(ctx.Command, "--context is hub, qmc or none, not %q%s", s.RequestContext, diag.DidYouMean(s.RequestContext, contexts, nil))
	case s.RequestContext == "none":
		s.RequestContext = ""
	}
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

// Open opens a file for reading, or standard input for "-", and converts its encoding to UTF-8.
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

// decoded detects the encoding at the first Read and not earlier, since standard input may block.
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
		return nil, Input(fmt.Errorf("%s: a request has at most %d bytes; use --requests for many requests", name, engine.LineMax))
	}
	if _, err := engine.ParseRequest(request); err != nil {
		return nil, Input(fmt.Errorf("%s: the request is not valid JSON: %w", name, err))
	}
	return request, nil
}
