package qrs

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Site is one site in sites.yaml. File names are relative to the directory of sites.yaml.
type Site struct {
	Name string `yaml:"-"`
	// URL is the base URL without /qrs: https://server:4242 for certificates, https://server/prefix
	// for a virtual proxy.
	URL string `yaml:"url"`
	// Cert, Key and CA are the files that the QMC exports: client.pem, client_key.pem,
	// root.pem.
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	CA   string `yaml:"ca"`
	// ServerName is the name in the site's certificate, if it differs from the one in URL.
	ServerName string `yaml:"server_name"`
	// Insecure disables the verification of the server's certificate.
	Insecure bool `yaml:"insecure"`
	// User is DIR\id of the user to act as; the default is INTERNAL\sa_repository.
	User string `yaml:"user"`
	// Header is the name of the header of a virtual proxy in header mode.
	Header string `yaml:"header"`
	// JWTFile and JWTEnv are the file, or the environment variable, that holds the token of a
	// virtual proxy in JWT mode.
	JWTFile string `yaml:"jwt_file"`
	JWTEnv  string `yaml:"jwt_env"`
	// Context is ManagementAccess, which the QMC uses, or AppAccess.
	Context string `yaml:"context"`
	// Timeout is the limit of one call; the limit of lists and audits is five times as long.
	Timeout time.Duration `yaml:"timeout"`
	// Protect are the users, DIR\id, who must never lose the rights on rules in the QMC.
	Protect []string `yaml:"protect"`
	// Defaults is the policy for edits of rules that Qlik ships: refuse, custom or keep.
	Defaults string `yaml:"defaults"`
	// Gates are limits on the effect of every plan for the site, in the form of plan --fail-on.
	Gates []string `yaml:"gates"`
	// Variables are the values of ${NAME} in the rules of the site.
	Variables map[string]string `yaml:"variables"`
	// Names makes pull replace ids in rule files by names, such as ${stream:Finance}.
	Names bool `yaml:"names"`

	dir string
}

// DefaultUser is the user for certificates, unless the site has another one.
const DefaultUser = `INTERNAL\sa_repository`

// The contexts of a call.
const (
	ManagementAccess = "ManagementAccess"
	AppAccess        = "AppAccess"
)

// The policies for rules that Qlik ships.
const (
	RefuseDefaults = "refuse"
	CustomDefaults = "custom"
	KeepDefaults   = "keep"
)

// ReadSites reads sites.yaml:
//
//	sites:
//	  prod:
//	    url: https://qlik.acme.com:4242
//	    cert: client.pem
//	    key: client_key.pem
//	    ca: root.pem
func ReadSites(path string) (map[string]*Site, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no file %s: it names the sites, see docs/live-site.md, or try qlik2rego site demo", path)
	}
	if err != nil {
		return nil, err
	}
	var file struct {
		Sites map[string]*Site `yaml:"sites"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, inOurWords(err))
	}
	if len(file.Sites) == 0 {
		return nil, fmt.Errorf("%s names no site: it begins with sites:, and each site has a name and a url", path)
	}
	for name, s := range file.Sites {
		if s == nil {
			return nil, fmt.Errorf("%s: the site %s has no url", path, name)
		}
		s.Name, s.dir = name, filepath.Dir(path)
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("%s: site %s: %w", path, name, err)
		}
	}
	return file.Sites, nil
}

// unknownKey matches the error of the YAML parser for an unknown key of a site.
var unknownKey = regexp.MustCompile(`line (\d+): field (\S+) not found in type (\S+)`)

// otherKind matches the error of the YAML parser for a value of the wrong kind.
var otherKind = regexp.MustCompile("line (\\d+): cannot unmarshal !!(\\S+)(?: `(.*)`)? into (\\S+)")

// wrongKind rewrites the error for a value of the wrong kind without names of Go types.
func wrongKind(err error) error {
	m := otherKind.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	kinds := map[string]string{"[]string": "a list", "string": "text", "bool": "true or false", "time.Duration": "a duration, such as 60s"}
	value := cmp.Or(m[3], map[string]string{"seq": "a list", "map": "a mapping"}[m[2]], m[2])
	return fmt.Errorf("line %s: %s is not %s", m[1], value, cmp.Or(kinds[m[4]], "a mapping of names to values"))
}

// keys are the keys of a site.
var keys = []string{
	"url", "cert", "key", "ca", "server_name", "insecure", "user", "header", "jwt_file", "jwt_env", "context", "timeout", "protect", "defaults", "gates", "variables", "names",
}

// inOurWords rewrites the error for an unknown key without names of Go types, and with a suggestion.
func inOurWords(err error) error {
	m := unknownKey.FindStringSubmatch(err.Error())
	if m == nil {
		return wrongKind(err)
	}
	if m[3] != "qrs.Site" {
		return fmt.Errorf("line %s: unknown key %q; the only key of the file is sites", m[1], m[2])
	}
	if meant, ok := diag.Suggest(m[2], keys); ok {
		return fmt.Errorf("line %s: unknown key %q; did you mean %s?", m[1], m[2], meant)
	}
	return fmt.Errorf("line %s: unknown key %q; a site has the keys %s", m[1], m[2], strings.Join(keys, ", "))
}

// Pick returns the site with a name; "" selects the only site.
func Pick(sites map[string]*Site, name string) (*Site, error) {
	names := slices.Sorted(maps.Keys(sites))
	if name == "" && len(names) == 1 {
		return sites[names[0]], nil
	}
	if name == "" {
		return nil, fmt.Errorf("there are several sites: choose one with --site (%s)", strings.Join(names, ", "))
	}
	if s, ok := sites[name]; ok {
		return s, nil
	}
	if meant, ok := diag.Suggest(name, names); ok {
		return nil, fmt.Errorf("there is no site %q; did you mean %s?", name, meant)
	}
	return nil, fmt.Errorf("there is no site %q; there are: %s", name, strings.Join(names, ", "))
}

// check returns an error for invalid settings or combinations, and sets the defaults.
func (s *Site) check() error {
	u, err := url.Parse(s.URL)
	switch {
	case s.URL == "":
		return errors.New("url is missing, such as https://qlik.acme.com:4242")
	case err != nil || u.Host == "" || u.Scheme != "https":
		return fmt.Errorf("url %q is not an address that begins with https://", s.URL)
	case u.User != nil:
		return errors.New("url contains a password: secrets come from files or the environment")
	}
	s.URL = strings.TrimRight(s.URL, "/")
	for _, tail := range []string{"/qrs", "/qmc"} {
		s.URL = strings.TrimSuffix(s.URL, tail)
	}
	certificate, jwt := s.Cert != "" || s.Key != "", s.JWTFile != "" || s.JWTEnv != ""
	switch {
	case certificate && (s.Cert == "" || s.Key == ""):
		return errors.New("cert and key belong together: client.pem and client_key.pem as the QMC exports them")
	case count(certificate, jwt, s.Header != "") > 1:
		return errors.New("cert, header and jwt exclude each other: give a site one of them")
	case !certificate && !jwt && s.Header == "":
		return errors.New("no way to connect: set cert and key, or header, or jwt_file or jwt_env")
	case s.JWTFile != "" && s.JWTEnv != "":
		return errors.New("jwt_file and jwt_env are set; one is enough")
	case s.Header != "" && s.User == "":
		return errors.New(`user is missing: the value of the header, such as ACME\svc-rules`)
	}
	if s.User == "" {
		s.User = DefaultUser
	}
	if directory, id, ok := strings.Cut(s.User, `\`); certificate && (!ok || directory == "" || id == "") {
		return fmt.Errorf(`user is DIRECTORY\id, such as INTERNAL\sa_repository, not %q`, s.User)
	}
	if err := oneOf("context", &s.Context, ManagementAccess, AppAccess); err != nil {
		return err
	}
	if err := oneOf("defaults", &s.Defaults, RefuseDefaults, CustomDefaults, KeepDefaults); err != nil {
		return err
	}
	if s.Timeout == 0 {
		s.Timeout = time.Minute
	}
	return nil
}

func oneOf(key string, value *string, allowed ...string) error {
	if *value == "" {
		*value = allowed[0]
	}
	if !slices.Contains(allowed, *value) {
		return fmt.Errorf("%s is %s, not %q", key, strings.Join(allowed, " or "), *value)
	}
	return nil
}

func count(all ...bool) int {
	n := 0
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

// file returns the path of a file named in sites.yaml.
func (s *Site) file(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, name)
}

// token reads the JWT.
func (s *Site) token() (string, error) {
	if s.JWTEnv != "" {
		token := strings.TrimSpace(os.Getenv(s.JWTEnv))
		if token == "" {
			return "", fmt.Errorf("the environment variable %s (jwt_env) is empty: it must contain the token", s.JWTEnv)
		}
		return token, nil
	}
	data, err := os.ReadFile(s.file(s.JWTFile))
	if err != nil {
		return "", fmt.Errorf("jwt_file: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}
