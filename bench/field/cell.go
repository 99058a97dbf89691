package field

import (
	"context"
	"fmt"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bench/peer/closure"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// Cell is a group of requests: by type, context and outcome.
type Cell struct {
	// Type is App, App.Object or ReloadTask; Origin is hub or qmc.
	Type, Origin string
	Granted      bool
}

// Outcome returns the outcome of the cell as shown in tables.
func (c Cell) Outcome() string {
	if c.Granted {
		return "grant"
	}
	return "denial"
}

// read is the action of all requests.
var read, _ = ruleset.ParseAction("read")

// Cells returns the cells of types and origins.
func Cells(types, origins []string) []Cell {
	var list []Cell
	for _, origin := range origins {
		for _, t := range types {
			list = append(list, Cell{t, origin, true}, Cell{t, origin, false})
		}
	}
	return list
}

// candidates is the number of requests of a type from which those of a cell are chosen.
const candidates = 6000

// choose finds requests for every cell. A cell that has (nearly) none under these rules stays empty.
func (b *Built) choose(ctx context.Context, world *mix.World, cells []Cell, each int) error {
	b.Cells = map[Cell][]int{}
	type kind struct{ typeName, origin string }
	asked := map[kind][]mix.Request{}
	var wanted []model.Stage
	for _, c := range cells {
		k := kind{c.Type, c.Origin}
		if asked[k] == nil {
			asked[k] = world.Requests(c.Type, candidates)
			wanted = append(wanted, b.Case.Program.StageOf(schema.Fold(c.Type), read))
		}
	}
	var err error
	if b.Case.Stages, b.Case.Order, err = b.Case.Program.Stages(wanted); err != nil {
		return err
	}
	scout := *b.Case
	scout.Queries = make([]*model.Query, 1)
	decide, err := closure.Contender.Prepare(ctx, &scout)
	if err != nil {
		return err
	}
	for _, c := range cells {
		for i, r := range asked[kind{c.Type, c.Origin}] {
			r.Origin = c.Origin
			if b.Ground.Export != "" {
				r.Environment = []string{"", "Developer", "Contributor", "", "", "Admin", "", "Customers"}[i%8]
			}
			q, err := b.query(r)
			if err != nil {
				return err
			}
			scout.Queries[0] = q
			if allowed, err := decide(0); err != nil || allowed != c.Granted {
				if err != nil {
					return err
				}
				continue
			}
			b.Cells[c] = append(b.Cells[c], len(b.Case.Queries))
			b.Case.Queries, b.Case.Requests = append(b.Case.Queries, q), append(b.Case.Requests, r.JSON())
			if len(b.Cells[c]) == each {
				break
			}
		}
		if len(b.Cells[c]) < each/8 {
			delete(b.Cells, c)
		}
	}
	return nil
}

func (b *Built) query(r mix.Request) (*model.Query, error) {
	typ := schema.Fold(r.Type)
	q := &model.Query{
		Subject: b.Case.Site.User(r.Account()), Resource: b.Case.Site.Entity(typ, schema.Fold(r.ID)),
		Stage: b.Case.Program.StageOf(typ, read), From: ruleset.Hub, Environment: map[string][]string{},
	}
	if r.Origin == "qmc" {
		q.From = ruleset.QMC
	}
	if r.Environment != "" {
		q.Environment["group"], q.Environment["=group"] = []string{schema.Fold(r.Environment)}, []string{r.Environment}
	}
	if q.Subject == nil || q.Resource == nil {
		return nil, fmt.Errorf("the site lacks the user or the resource of %s", r.JSON())
	}
	return q, nil
}

// Agree checks that a contender decides every request of the case correctly. It returns an error for the
// first one that it does not.
func (b *Built) Agree(contender string, decide model.Decide) error {
	for cell, requests := range b.Cells {
		for _, i := range requests {
			allowed, err := decide(i)
			if err != nil {
				return fmt.Errorf("%s, %s rules: %w on %s", contender, b.Ground, err, b.Case.Requests[i])
			}
			if allowed != cell.Granted {
				return fmt.Errorf("%s, %s rules: disagrees with closures, who say %t to %s", contender, b.Ground, cell.Granted, b.Case.Requests[i])
			}
		}
	}
	return nil
}

// AgreeReference compares some requests of each cell with the independent evaluator. It returns their
// number; 0 if the site is too large for the evaluator.
func (b *Built) AgreeReference(each int) (int, error) {
	if b.reference == nil {
		return 0, nil
	}
	n := 0
	for cell, requests := range b.Cells {
		for _, i := range requests[:min(each, len(requests))] {
			d := b.reference.Decide(b.Case.Requests[i])
			if d.Err != nil || d.Allow != cell.Granted {
				return n, fmt.Errorf("%s rules: the reference says %t (%s) to %s", b.Ground, d.Allow, d.Reason, b.Case.Requests[i])
			}
			n++
		}
	}
	b.reference = nil // it contains the whole site
	return n, nil
}
