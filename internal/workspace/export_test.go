package workspace

import (
	"context"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Whole returns all rules over the site, made anew, as a side of a comparison.
func (l *Live) Whole(ctx context.Context) (difference.Side, error) {
	l.bundle, l.prepared = nil, nil
	return l.whole(ctx, snapshot.NoProgress{})
}
