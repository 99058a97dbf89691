package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bench/field"
	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bench/peer/casbin"
	"github.com/qlik2rego/qlik2rego/bench/peer/cedar"
	"github.com/qlik2rego/qlik2rego/bench/peer/cel"
	"github.com/qlik2rego/qlik2rego/bench/peer/closure"
	"github.com/qlik2rego/qlik2rego/bench/peer/opa"
)

// contenders returns all contenders, the baseline first.
func contenders() ([]model.Contender, error) {
	empty, err := field.Empty()
	if err != nil {
		return nil, err
	}
	return slices.Concat(opa.Ours(empty), []model.Contender{closure.Contender, cel.Contender, casbin.Contender}, cedar.Contenders, opa.Hand), nil
}

// choose returns the contenders with the given names, and always the baseline.
func choose(all []model.Contender, names []string) ([]model.Contender, error) {
	known := make([]string, len(all))
	for i, c := range all {
		known[i] = c.Name
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("no contender is called %q: there are %s", n, strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(all, func(c model.Contender) bool {
		return c.Name != opa.Baseline && len(names) > 0 && !slices.Contains(names, c.Name)
	}), nil
}
