package workspace

import (
	"context"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// FullSite returns all rules with the site, compiled again, as a side of a comparison.
func (l *Live) FullSite(ctx context.Context) (difference.Side, error) {
	l.bundle, l.prepared = nil, nil
	return l.completeSide(ctx, snapshot.NoProgress{})
}
