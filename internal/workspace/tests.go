package workspace

import (
	"bytes"
	"context"
	"io"

	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/internal/audit/testgen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Test runs the Rego tests in files and directories with the policy and the site. The error is
// about the tests: Rego that does not compile, or files that cannot be read.
func (l *Live) Test(ctx context.Context, paths []string, p snapshot.Progress) ([]*tester.Result, error) {
	b, err := l.separateBundle(ctx, p)
	if err != nil {
		return nil, err
	}
	return engine.Test(ctx, b, paths, nil)
}

// maxTestRequests is the number of requests from which generated tests are chosen.
const maxTestRequests = 20_000

// Tests returns Rego tests that check the decisions of the rules on the site, as testgen writes
// them.
func (l *Live) Tests(ctx context.Context, p snapshot.Progress) ([]byte, error) {
	b, err := l.separateBundle(ctx, p)
	if err != nil {
		return nil, err
	}
	site, err := l.Records(p)
	if err != nil {
		return nil, err
	}
	suite, err := testgen.Generate(ctx, l.TestSubject(b, site), testgen.Options{MaxRequests: maxTestRequests, Progress: p})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = suite.Write(&out)
	return out.Bytes(), err
}

// TestSubject returns the rules and the site, in a bundle and complete, as the subject of generated
// tests.
func (w *Workspace) TestSubject(b *bundles.Bundle, site *snapshot.Site) testgen.Subject {
	return testgen.Subject{Rules: w.Valid(), Policy: w.Policy, Bundle: b, Site: site, Data: func(policy *compiler.Policy) bundles.DataSource {
		return func(ctx context.Context, to io.Writer) error {
			_, err := w.Site.Project(ctx, policy.View, to, snapshot.NoProgress{}) // its findings have been reported
			return err
		}
	}}
}

// separateBundle returns the policy and the site for a caller that adds to its data.
func (l *Live) separateBundle(ctx context.Context, p snapshot.Progress) (*bundles.Bundle, error) {
	l.store.work.Lock()
	defer l.store.work.Unlock()
	if l.Policy == nil {
		return nil, ErrBroken
	}
	b, _, err := l.store.bundle(ctx, l.Policy, p)
	return b, err
}
