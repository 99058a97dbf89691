package matrix

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Matrix is who may do what on which resources, and by which rules, for one session: all pairs
// of subjects and resources of the question, by equivalence class.
type Matrix struct {
	Model *partition.Model
	// Types are the types of the question, in its order.
	Types []*Type
	// Asked is the number of pairs that the policy was queried about.
	Asked int64
	// judge decides about resources that do not exist.
	judge *judge
}

// Type is the part of a matrix for the resources of one type.
type Type struct {
	*partition.Resources
	// Rules are the relevant rules of the type; a rule that only others ask about has no
	// Actions and is in no row.
	Rules []Rule
	// Sets are sets of classes of resources, without duplicates.
	Sets []Set
	// Rows are the rights of subjects, by class of subjects.
	Rows []Row
}

// Rule is a rule that can grant: all of Actions, a mask, or nothing.
type Rule struct {
	ID      string
	Actions uint32
}

// Row is the rights of the subjects of one class on the resources of a type. Exceptional pairs
// are only in Exceptional; Grants applies to all others.
type Row struct {
	Grants      []Grant
	Exceptional []ExceptionalPairs
}

// Grant says that a rule grants on all resources of a set of classes.
type Grant struct {
	// Rule is an index into Rules, Set into Sets.
	Rule, Set int32
}

// ExceptionalPairs is resources of one class on which a subject that meets an identity test has
// the same rights by the same rules, and these rules.
type ExceptionalPairs struct {
	Subject, Class int32
	// Resources are ascending.
	Resources []int32
	// Rules are indices into Rules, ascending.
	Rules []int32
}

// Compute decides all pairs of subjects and resources of a question with the policy of a
// bundle, on all cores. It queries the policy about as few pairs as needed to know the result
// of every rule for each combination of its own tests, and builds the matrix from these.
func Compute(ctx context.Context, b *bundles.Bundle, q partition.Question, progress snapshot.Progress) (*Matrix, error) {
	p, err := Prepare(ctx, b)
	if err != nil {
		return nil, err
	}
	return p.Compute(ctx, q, progress)
}

// Compute is the function Compute for a compiled policy.
func (p *Prepared) Compute(ctx context.Context, q partition.Question, progress snapshot.Progress) (*Matrix, error) {
	q.Columns = p.Columns
	m, err := partition.Build(ctx, p.data, q)
	if err != nil {
		return nil, err
	}
	j, err := newJudge(p.query, q.Session)
	if err != nil {
		return nil, err
	}
	types := map[string]*typed{}
	for _, typ := range m.Order {
		types[typ] = newTyped(m, m.Resources[typ])
	}
	count := len(m.Subjects.Classes)
	rows := make([]map[string]*Row, count)
	progress.Start("auditing", int64(count))
	defer progress.Done()
	g, ctx := errgroup.WithContext(ctx)
	next := make(chan int32)
	g.Go(func() error {
		defer close(next)
		for i := range count {
			select {
			case next <- int32(i):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	matrix := &Matrix{Model: m, judge: j}
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() (err error) {
			// A panic on this goroutine would end the process, and no caller could report it.
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
				}
			}()
			w := &worker{ctx: ctx, model: m, types: types, judge: j}
			for class := range next {
				if rows[class], err = w.decideClass(class); err != nil {
					return err
				}
				progress.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			matrix.Asked += w.asked
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for _, typ := range q.Types {
		t := types[typ]
		part := &Type{Resources: t.Resources, Sets: t.sets, Rules: make([]Rule, len(t.rules)), Rows: make([]Row, count)}
		for _, one := range t.rules {
			part.Rules[one.number] = Rule{one.id, one.actions & q.Actions}
		}
		for i := range rows {
			part.Rows[i] = *rows[i][typ]
		}
		matrix.Types = append(matrix.Types, part)
	}
	return matrix, nil
}

// Granting returns the rules that grant a subject something on a resource: indices into Rules,
// ascending.
func (m *Matrix) Granting(t *Type, subject, resource int32) []int32 {
	row := &t.Rows[m.Model.Subjects.Of[subject]]
	if _, exceptional := slices.BinarySearch(t.Resources.Exceptional[resource], subject); exceptional {
		for _, a := range row.Exceptional {
			if a.Subject != subject || a.Class != t.Of[resource] {
				continue
			}
			if _, ok := slices.BinarySearch(a.Resources, resource); ok {
				return a.Rules
			}
		}
	}
	return t.On(row, t.Of[resource])
}

// On returns the rules of a row that grant on a class of resources, ignoring exceptional pairs:
// indices into Rules, ascending.
func (t *Type) On(row *Row, class int32) []int32 {
	var rules []int32
	for _, g := range row.Grants {
		if t.Sets[g.Set].Has(class) {
			rules = append(rules, g.Rule)
		}
	}
	return rules
}
