package fake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
)

// dateForm is the repository service's date format.
const dateForm = "2006-01-02T15:04:05.000Z"

const noID = "00000000-0000-0000-0000-000000000000"

// Store holds the entities of a site. It is safe for concurrent use.
type Store struct {
	mu          sync.RWMutex
	collections map[string]*collection
	changes     []change
	now         func() time.Time
	last        time.Time
	made        int
	// version counts the changes; the cached evaluator is that of one version.
	version    int
	evaluation *evaluation
	reading    evaluate.Options
	// notify is called with every change, while the lock is held.
	notify func(change)
}

// change is one entry of the list of changes.
type change struct {
	kind   int // 1 added, 2 updated, 3 deleted
	typ    string
	id     string
	at     time.Time
	object object
}

// Load reads a site: a snapshot directory, and rules that replace its systemrule.json unless
// they are nil. It adds the fields that rules always have in the repository.
func Load(site fs.FS, rules []byte, now func() time.Time) (*Store, error) {
	s := &Store{collections: map[string]*collection{}, now: now}
	for _, name := range []string{
		"systemrule", "user", "stream", "app", "app/object", "app/content", "app/datasegment", "app/internal", "reloadtask", "externalprogramtask",
		"usersynctask", "dataconnection", "contentlibrary", "extension", "sharedcontent", "staticcontentreference", "custompropertydefinition", "tag",
		"userdirectory", "odaglink", "odaglinkusage", "odagrequest", "analyticconnection", "virtualproxyconfig", "proxyservice", "engineservice",
		"schedulerservice", "repositoryservice", "printingservice", "servernodeconfiguration", "license/professionalaccessgroup", "license/analyzeraccessgroup",
		"license/useraccessgroup",
	} {
		s.collection(name)
	}
	files, err := fs.Glob(site, "*.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := fs.ReadFile(site, file)
		if err != nil {
			return nil, err
		}
		name := strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(file, path.Ext(file))), ".", "/")
		if name == "systemrule" && rules != nil {
			continue
		}
		if err := s.load(name, data); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if rules != nil {
		if err := s.load("systemrule", rules); err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
	}
	return s, nil
}

func (s *Store) collection(name string) *collection {
	c := s.collections[name]
	if c == nil {
		c = &collection{path: name, typ: typeOf(name)}
		s.collections[name] = c
	}
	return c
}

// typeOf returns the schemaPath of a collection.
func typeOf(name string) string {
	key := strings.ReplaceAll(name, "/", ".")
	if t, ok := schema.Default().Type(key); ok {
		return t.Name
	}
	if known, ok := otherTypes[name]; ok {
		return known
	}
	return strings.ToUpper(key[:1]) + key[1:]
}

var otherTypes = map[string]string{
	"custompropertydefinition":        "CustomPropertyDefinition",
	"userdirectory":                   "UserDirectory",
	"license/professionalaccessgroup": "License.ProfessionalAccessGroup",
	"license/analyzeraccessgroup":     "License.AnalyzerAccessGroup",
	"license/useraccessgroup":         "License.UserAccessGroup",
}

func (s *Store) load(name string, data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var list []object
	if err := dec.Decode(&list); err != nil {
		return err
	}
	c := s.collection(name)
	for _, fields := range list {
		e := newEntity(s.complete(c, fields))
		if _, known := c.find(e.id); known != nil {
			return fmt.Errorf("the id %s is there twice", e.id)
		}
		c.items = append(c.items, e)
	}
	return nil
}

var neverWritten = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Format(dateForm)

// complete adds the fields that every entity has in the repository.
func (s *Store) complete(c *collection, fields object) object {
	defaults := object{
		"createdDate": neverWritten, "modifiedDate": neverWritten, "modifiedByUserName": `INTERNAL\sa_repository`,
		"privileges": nil, "schemaPath": c.typ,
	}
	if c.path == "systemrule" {
		maps.Copy(defaults, object{
			"category": "Security", "subcategory": "", "type": "Custom", "comment": "", "disabled": false, "ruleContext": json.Number("0"),
			"seedId": noID, "version": json.Number("0"), "tags": []any{}, "impactSecurityAccess": false,
		})
	}
	if id, _ := fields["id"].(string); id == "" {
		name, _ := fields["name"].(string)
		defaults["id"] = stableID(c.path, name, string(encode(fields)))
	}
	return with(defaults, fields)
}

// stableID derives an id from strings.
func stableID(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], "4" + h[13:16], "8" + h[17:20], h[20:32]}, "-")
}

// stamp returns the date of a change: the clock's time, but later than all earlier ones.
func (s *Store) stamp() time.Time {
	at := s.now().UTC().Truncate(time.Millisecond)
	if !at.After(s.last) {
		at = s.last.Add(time.Millisecond)
	}
	s.last = at
	return at
}

// said is an error in the words of the repository service.
type said string

func (s said) Error() string { return string(s) }

const (
	errNotFound = said("The resource was not found.")
	errConflict = said("The entity has been modified by another process; its modifiedDate is not the newest")
)

// Create adds an entity on behalf of a user, and returns it with the fields that the server
// sets.
func (s *Store) Create(name string, fields map[string]any, by string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create(name, fields, by)
}

func (s *Store) create(name string, fields object, by string) (object, error) {
	c := s.collections[name]
	if c == nil {
		return nil, errNotFound
	}
	at := s.stamp()
	s.made++
	set := object{
		"createdDate": at.Format(dateForm), "modifiedDate": at.Format(dateForm), "modifiedByUserName": by,
		"id": stableID(name, "created", at.Format(dateForm), fmt.Sprint(s.made)),
	}
	if name == "systemrule" {
		set["seedId"], set["version"] = noID, json.Number("0")
	}
	e := newEntity(s.complete(c, with(fields, set)))
	c.items = append(c.items, e)
	s.changed(change{1, c.typ, e.id, at, e.fields})
	return e.fields, nil
}

// Update replaces the entity with an id on behalf of a user. A modifiedDate that is missing or
// out of date is a conflict.
func (s *Store) Update(name, id string, fields map[string]any, by string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.update(name, id, fields, by, Options{})
}

func (s *Store) update(name, id string, fields object, by string, o Options) (object, error) {
	c := s.collections[name]
	if c == nil {
		return nil, errNotFound
	}
	i, old := c.find(id)
	if old == nil {
		return nil, errNotFound
	}
	if fields["modifiedDate"] != old.fields["modifiedDate"] {
		return nil, errConflict
	}
	at := s.stamp()
	set := object{"id": old.id, "createdDate": old.fields["createdDate"], "modifiedDate": at.Format(dateForm), "modifiedByUserName": by}
	if name == "systemrule" {
		set["seedId"] = old.fields["seedId"]
		set["version"] = json.Number(fmt.Sprint(intOf(old.fields["version"]) + 1))
		if !o.KeepType && old.fields["type"] == "Default" {
			set["type"] = "Custom"
		}
	}
	e := newEntity(s.complete(c, with(fields, set)))
	c.items = slices.Clone(c.items)
	c.items[i] = e
	s.changed(change{2, c.typ, e.id, at, e.fields})
	return e.fields, nil
}

// Edit changes fields of an entity on behalf of a user of the console, without a check for
// conflicts.
func (s *Store) Edit(name, id, by string, changes map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	if c == nil {
		return errNotFound
	}
	_, old := c.find(id)
	if old == nil {
		return errNotFound
	}
	_, err := s.update(name, id, with(old.fields, changes), by, Options{KeepType: true})
	return err
}

// Delete removes an entity.
func (s *Store) Delete(name, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	if c == nil {
		return errNotFound
	}
	i, old := c.find(id)
	if old == nil {
		return errNotFound
	}
	c.items = slices.Delete(slices.Clone(c.items), i, i+1)
	s.changed(change{3, c.typ, old.id, s.stamp(), nil})
	return nil
}

func (s *Store) changed(c change) {
	s.version++
	s.changes = append(s.changes, c)
	if s.notify != nil {
		s.notify(c)
	}
}

// List returns the entities of a collection, such as systemrule.
func (s *Store) List(name string) []map[string]any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []object
	for _, e := range s.collection(name).items {
		all = append(all, maps.Clone(e.fields))
	}
	return all
}

// Synthesize replaces a collection by one that is generated when it is listed.
func (s *Store) Synthesize(name string, y *Synthetic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collection(name).synthetic = y
}

func intOf(v any) int64 {
	switch v := v.(type) {
	case json.Number:
		n, _ := v.Int64()
		return n
	case float64:
		return int64(v)
	}
	return 0
}

// Shuffle changes the order in which entities are listed.
func (s *Store) Shuffle(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // an order, not a secret
	for _, name := range slices.Sorted(maps.Keys(s.collections)) {
		c := s.collections[name]
		c.items = slices.Clone(c.items)
		random.Shuffle(len(c.items), func(i, j int) { c.items[i], c.items[j] = c.items[j], c.items[i] })
	}
}
