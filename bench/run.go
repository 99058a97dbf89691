package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/bench/field"
	"github.com/qlik2rego/qlik2rego/bench/measure"
	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bench/report"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// plan describes a run.
type plan struct {
	tables     []table
	cells      []field.Cell
	contenders []model.Contender
	// requests is the number of requests per cell, and reference is the number of those that the
	// independent evaluator checks.
	requests, reference int
	measure             measure.Options
	// progress receives progress messages.
	progress io.Writer
}

// table is a list of grounds that are measured in turns with each other.
type table struct {
	title   string
	grounds []field.Ground
	// without are types of resources for which the table has no rows.
	without []string
}

// run builds, checks and measures everything. For a disagreement it returns an error and no report.
func run(ctx context.Context, p plan) (*report.Report, error) {
	r := &report.Report{}
	for _, c := range p.contenders {
		r.Contenders = append(r.Contenders, report.Column{Name: c.Name, About: c.About})
	}
	for _, t := range p.tables {
		made, err := p.table(ctx, t, r)
		if err != nil {
			return nil, err
		}
		r.Tables = append(r.Tables, made)
	}
	return r, nil
}

// prepared is a ground with its contenders, in the order of the plan. A contender that was left out has
// a reason instead of a function.
type prepared struct {
	*field.Built
	decide  []model.Decide
	leftOut []string
}

func (p plan) table(ctx context.Context, t table, r *report.Report) (report.Table, error) {
	made := report.Table{Title: t.title}
	var grounds []*prepared
	for _, g := range t.grounds {
		start := time.Now()
		one, err := p.prepare(ctx, g, r)
		if err != nil {
			return made, err
		}
		_, _ = fmt.Fprintf(p.progress, "%s: %s rules, %d apps, ready and in agreement after %.1f s\n", t.title, g, g.Apps, time.Since(start).Seconds())
		grounds = append(grounds, one)
	}
	defer engine.CollectRarely()()
	for _, cell := range p.cells {
		if slices.Contains(t.without, cell.Type) {
			continue
		}
		rows, err := p.cell(cell, grounds)
		if err != nil {
			return made, err
		}
		made.Rows = append(made.Rows, rows...)
	}
	return made, nil
}

// prepare builds a ground, prepares its contenders and checks that they agree.
func (p plan) prepare(ctx context.Context, g field.Ground, r *report.Report) (*prepared, error) {
	built, err := field.Build(ctx, g, p.cells, p.requests)
	if err != nil {
		return nil, err
	}
	asked, err := built.AgreeReference(p.reference)
	if err != nil {
		return nil, err
	}
	r.Agreed, r.Reference = r.Agreed+len(built.Case.Requests), r.Reference+asked
	one := &prepared{built, make([]model.Decide, len(p.contenders)), make([]string, len(p.contenders))}
	for i, c := range p.contenders {
		if c.MaxRules > 0 && g.Rules > c.MaxRules {
			one.leftOut[i] = fmt.Sprintf("%s beyond %d rules takes too long", c.Name, c.MaxRules)
			continue
		}
		decide, err := c.Prepare(ctx, built.Case)
		var cannot model.Cannot
		if errors.As(err, &cannot) {
			one.leftOut[i] = fmt.Sprintf("%s cannot: %s", c.Name, cannot.Reason)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s, %s rules: %w", c.Name, g, err)
		}
		if !c.Floor {
			if err := built.Agree(c.Name, decide); err != nil {
				return nil, err
			}
		}
		one.decide[i] = decide
	}
	return one, nil
}

// cell measures all contenders on all grounds in turns, with the requests of a cell.
func (p plan) cell(cell field.Cell, grounds []*prepared) ([]report.Row, error) {
	type place struct{ ground, contender int }
	var entries []measure.Entry
	at := map[place]int{}
	for g, ground := range grounds {
		requests := ground.Cells[cell]
		if len(requests) == 0 {
			continue
		}
		for c := range p.contenders {
			decide := ground.decide[c]
			if decide == nil {
				continue
			}
			at[place{g, c}] = len(entries)
			entries = append(entries, measure.Entry{Pass: func() (int, error) {
				for _, i := range requests {
					if _, err := decide(i); err != nil {
						return 0, err
					}
				}
				return len(requests), nil
			}})
		}
	}
	times, err := measure.Run(entries, p.measure)
	if err != nil {
		return nil, err
	}
	var rows []report.Row
	var first measure.Times
	for g, ground := range grounds {
		index, ok := at[place{g, 0}]
		if !ok {
			continue // there are no such requests under these rules
		}
		baseline := times[index]
		row := report.Row{
			Rules: ground.Ground.String(), Apps: ground.Ground.Apps, Type: cell.Type, Origin: cell.Origin, Outcome: cell.Outcome(),
			Requests: len(ground.Cells[cell]), Baseline: baseline.Spread(), Cells: map[string]report.Cell{},
		}
		if first == nil {
			first = baseline
		} else {
			growth := baseline.To(first)
			row.Growth = &growth
		}
		for c, contender := range p.contenders[1:] {
			if index, ok := at[place{g, c + 1}]; ok {
				ratio := times[index].To(baseline)
				row.Cells[contender.Name] = report.Cell{Ratio: &ratio}
			} else {
				row.Cells[contender.Name] = report.Cell{LeftOut: ground.leftOut[c+1]}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
