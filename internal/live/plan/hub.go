package plan

import (
	"context"
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

var readAction, _ = ruleset.ParseAction("read")

// hubGate decides the gate for users who lose every stream of the hub.
func (p *Plan) hubGate(ctx context.Context, in difference.Input, r *difference.Report, gates []GateSpec) error {
	i := slices.IndexFunc(gates, func(g GateSpec) bool { return g.scope == emptyHub })
	if i < 0 {
		return nil
	}
	g, lost := gates[i], 0
	if losesStreams(r) {
		before, err := streamReaders(ctx, in.Old.Bundle, in.Progress)
		if err != nil {
			return err
		}
		after, err := streamReaders(ctx, in.New.Bundle, in.Progress)
		if err != nil {
			return err
		}
		for user := range before {
			if !after[user] {
				lost++
			}
		}
	}
	hit, says := int64(lost) > g.limit, fmt.Sprintf("%d users lose every stream, at most %d", lost, g.limit)
	if g.percent {
		hit = int64(lost)*100 > g.limit*int64(r.Compared.Users)
		says = fmt.Sprintf("%d of %d users lose every stream, at most %d%%", lost, r.Compared.Users, g.limit)
	}
	p.hit(g.Spec, int64(lost), hit, says)
	return nil
}

func losesStreams(r *difference.Report) bool {
	return slices.ContainsFunc(r.Groups, func(g difference.Group) bool {
		return g.Kind == difference.Loss && slices.ContainsFunc(g.Parts, func(part difference.Part) bool {
			return part.Type == "Stream" && part.Action == readAction.Name()
		})
	})
}

// streamReaders returns the users, except anonymous ones, who can read a stream in the hub.
func streamReaders(ctx context.Context, b *bundles.Bundle, progress snapshot.Progress) (map[string]bool, error) {
	m, err := matrix.Compute(ctx, b, partition.Question{Types: []string{"stream"}, Actions: uint32(readAction), Session: partition.Session{Context: "hub"}}, progress)
	if err != nil {
		return nil, err
	}
	t, users := m.Types[0], m.Model.Subjects
	exceptions := map[int32][]int32{} // the streams with an exceptional decision for a user
	sizes := make([]int, len(t.Classes))
	for stream := range int32(t.Recorded) {
		sizes[t.Of[stream]]++
		for _, user := range t.Exceptional[stream] {
			exceptions[user] = append(exceptions[user], stream)
		}
	}
	readers := map[string]bool{}
	for n, login := range users.IDs {
		user := int32(n)
		if users.Anonymous[user] {
			continue
		}
		row, open := &t.Rows[users.Of[user]], 0
		for class, size := range sizes {
			if size > 0 && len(t.On(row, int32(class))) > 0 {
				open += size
			}
		}
		for _, stream := range exceptions[user] {
			if len(t.On(row, t.Of[stream])) > 0 {
				open--
			}
			if len(m.Granting(t, user, stream)) > 0 {
				open++
			}
		}
		if open > 0 {
			readers[login] = true
		}
	}
	return readers, nil
}
