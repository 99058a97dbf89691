package difftest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

// census counts what the corpus covers, by table and row.
type census struct {
	sites, decisions, rules, both, grants int
	bytes                                 int64
	tables                                map[string]map[string]int
}

func (c *census) count(table, row string, n int) {
	if c.tables[table] == nil {
		c.tables[table] = map[string]int{}
	}
	c.tables[table][row] += n
}

// The tables, in the order of the README.
const (
	byReason    = "Decisions by reason"
	byOption    = "Decisions by option"
	byAction    = "Decisions by action"
	byContext   = "Decisions by request context"
	byType      = "Decisions by type of the resource"
	bySubject   = "Decisions by what the request describes"
	byOperator  = "Comparisons by operator"
	byFunction  = "Calls by function"
	byLogic     = "Logic"
	byDepth     = "Paths by number of dots"
	byRuleTable = "Rules by kind"
	byFilter    = "Filter items by form"
)

var tables = []string{byReason, byOption, byAction, byContext, byType, bySubject, byOperator, byFunction, byLogic, byDepth, byRuleTable, byFilter}

func takeCensus() (*census, error) {
	files, err := corpusFiles()
	if err != nil {
		return nil, err
	}
	c := &census{tables: map[string]map[string]int{}}
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		c.bytes += info.Size()
		k, err := readKept(path)
		if err != nil {
			return nil, err
		}
		c.site(k)
	}
	return c, nil
}

func (c *census) site(k *kept) {
	c.sites++
	c.grants += k.Coverage.Rules
	c.both += k.Coverage.Both
	n := len(k.Decisions)
	c.decisions += n
	c.count(byOption, "list-inequality "+k.Options.ListInequality, n)
	c.count(byOption, fmt.Sprintf("strict %t", k.Options.Strict), n)
	c.count(byOption, fmt.Sprintf("skip-invalid %t", k.Options.SkipInvalid), n)
	rows := make([]requestRows, len(k.Requests))
	for i, request := range k.Requests {
		rows[i] = rowsOf(request)
	}
	for _, d := range k.Decisions {
		c.count(byReason, k.Answers[d[4]].Reason, 1)
		c.count(byAction, rows[d[1]].action, 1)
		c.count(byType, rows[d[2]].kind, 1)
		c.count(byContext, rows[d[3]].from, 1)
		for row, described := range map[string]bool{
			"the subject": rows[d[0]].subject, "the resource": rows[d[2]].resource, "the environment": rows[d[3]].environment,
		} {
			if described {
				c.count(bySubject, row, 1)
			}
		}
	}
	rules, _ := ruleset.Decode("rules.json", []byte(k.Rules))
	for _, r := range rules {
		c.rule(r)
	}
}

// requestRows are the rows of the tables in which a request is counted.
type requestRows struct {
	action, kind, from             string
	subject, resource, environment bool
}

func rowsOf(request string) requestRows {
	var r struct {
		Subject, Resource struct{ Type, Properties any }
		Action            struct{ Name any }
		Context           struct {
			From        any `json:"request_context"`
			Environment any
		}
	}
	if json.Unmarshal([]byte(request), &r) != nil {
		return requestRows{action: "(malformed)", kind: "(malformed)", from: "(malformed)"}
	}
	rows := requestRows{action: "(none or unknown)", kind: typeName(r.Resource.Type), from: "(none or unknown)"}
	if name, _ := r.Action.Name.(string); name != "" {
		if a, known := ruleset.ParseAction(name); known {
			rows.action = a.Name()
		}
	}
	if from, _ := r.Context.From.(string); from == "hub" || from == "qmc" {
		rows.from = from
	}
	some := func(v any) bool {
		o, _ := v.(map[string]any)
		return len(o) > 0
	}
	rows.subject, rows.resource, rows.environment = some(r.Subject.Properties), some(r.Resource.Properties), some(r.Context.Environment)
	return rows
}

func typeName(v any) string {
	name, isText := v.(string)
	t, known := schema.Default().Type(name)
	switch {
	case known:
		return t.Name
	case isText:
		return "(outside the schema)"
	default:
		return "(malformed)"
	}
}

func (c *census) rule(r ruleset.Rule) {
	c.rules++
	c.count(byRuleTable, r.Category.String(), 1)
	c.count(byRuleTable, "context "+r.Context.String(), 1)
	if r.Disabled {
		c.count(byRuleTable, "disabled", 1)
	}
	if strings.HasPrefix(r.Name, brokenName) {
		c.count(byRuleTable, "with an error", 1)
		return
	}
	filter, _ := ruleset.ParseFilter(r.Filter, diag.Rule{})
	for _, item := range filter.Items {
		c.count(byFilter, form(item), 1)
	}
	tree, _ := condition.Parse(r.Condition, diag.Rule{})
	condition.Walk(tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Or:
			c.count(byLogic, "or", 1)
		case *condition.And:
			c.count(byLogic, "and", 1)
		case *condition.Not:
			c.count(byLogic, "!", 1)
		case *condition.Bool:
			c.count(byLogic, "true or false", 1)
		case *condition.Comparison:
			c.count(byOperator, "`"+n.Op.String()+"`", 1)
			for _, side := range []condition.Operand{n.Left, n.Right} {
				if p, ok := side.(*condition.Path); ok {
					c.count(byDepth, fmt.Sprint(len(p.Segments)), 1)
				}
			}
		case *condition.Call:
			c.count(byFunction, n.Kind().String(), 1)
			c.count(byDepth, fmt.Sprint(len(n.Path.Segments)), 1)
		}
		return true
	})
}

// form returns the form of an item of a filter.
func form(item ruleset.FilterItem) string {
	kind, id, whole := strings.Cut(item.Text, "_")
	switch {
	case item.Text == "":
		return "`*`"
	case item.Prefix && !whole:
		return "`App*`"
	case item.Prefix && id == "":
		return "`App_*`"
	case item.Prefix:
		return "`App_<beginning of an id>*`"
	case whole && strings.HasSuffix(kind, "section"):
		return "`QmcSection_App`"
	case whole:
		return "`App_<id>`"
	}
	return "`App` (hits nothing)"
}

// String returns the README of the corpus.
func (c *census) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# The decision corpus

%d decisions about %d sites with %d rules, and the answers that the reference evaluator and the compiled policy
agreed on when it was made: allow, reason, granted_by and actions of each. Every engine is held to these answers, so
that neither a change that both readings share (the parser, the schema, the export reader) nor a new version of OPA
changes a decision unseen. Of the %d rules that were made up one by one and can grant, the conditions of %d were both
true and false; the others come in families of like rules, as probes that show what was read of a description, or broken.

Each file is one site as gzipped JSON (%.1f MB together; `+"`zcat site-00.json.gz`"+`): options, rules, snapshot, requests as
generated, and decisions, which are numbers: the requests that subject, action, resource and context are taken from, and
the answer. Nothing is generated when it is replayed, so a change of the generator does not matter.

| command | does |
| --- | --- |
| `+"`go test ./internal/test/difftest -run Corpus`"+` | replays a sample, and less of it by the stock opa command |
| `+"`go test ./internal/test/difftest -run Corpus -corpus=1`"+` | replays all |
| `+"`go test ./internal/test/difftest -run 'TestCorpus$' -update -timeout 0`"+` | makes it anew, and this page |

An update is a decision: the difference of this page shows what it covers, and the reason for new answers belongs in
the message of the commit.
`, c.decisions, c.sites, c.rules, c.grants, c.both, float64(c.bytes)/1e6)
	for _, table := range tables {
		fmt.Fprintf(&b, "\n## %s\n\n| | |\n| --- | ---: |\n", table)
		for _, row := range slices.Sorted(maps.Keys(c.tables[table])) {
			fmt.Fprintf(&b, "| %s | %d |\n", row, c.tables[table][row])
		}
	}
	return b.String()
}

var readme = filepath.Join(corpus, "README.md")

func writeReadme(t *testing.T) {
	c, err := takeCensus()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(readme, []byte(c.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCorpusIsLarge checks that the corpus is large enough, and that its README is up to date.
func TestCorpusIsLarge(t *testing.T) {
	if *update {
		t.Skip("the corpus is being made")
	}
	exact.Skip(t)
	t.Parallel()
	c, err := takeCensus()
	if err != nil {
		t.Fatal(err)
	}
	if c.decisions < 100_000 {
		t.Errorf("%d decisions; want 100,000", c.decisions)
	}
	if c.both*10 < c.grants*9 {
		t.Errorf("of %d conditions only %d were both true and false", c.grants, c.both)
	}
	for table, rows := range map[string]int{byReason: 5, byOption: 6, byAction: 14, byContext: 3, byType: 30, byOperator: 6, byFunction: 4, byFilter: 7} {
		if len(c.tables[table]) < rows {
			t.Errorf("%s: only %v", table, c.tables[table])
		}
	}
	if *recount {
		writeReadme(t)
	}
	content, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != c.String() {
		t.Errorf("%s is not what the corpus is; make it anew with -update", readme)
	}
}
