package testgen

import "github.com/qlik2rego/qlik2rego/compiler/reads"

// asks are the classes that the rules of each class ask about by HasPrivilege.
func (b *branches) asks() map[string]map[string]bool {
	asks := map[string]map[string]bool{}
	for _, c := range b.reads.Classes {
		asks[c.Key] = map[string]bool{}
		for _, rule := range c.Rules {
			for _, n := range b.reads.Rules[rule].Tests {
				if t := b.reads.Tests[n]; t.Kind == reads.Privilege && len(t.Left.Steps) > 0 {
					asks[c.Key][b.class(t.Left.Steps[len(t.Left.Steps)-1].Type)] = true
				}
			}
		}
	}
	return asks
}

// dependsOn returns a class with those that its decisions ask about.
func (b *branches) dependsOn(class string, asks map[string]map[string]bool) map[string]bool {
	set := map[string]bool{class: true}
	for todo := []string{class}; len(todo) > 0; todo = todo[1:] {
		for to := range asks[todo[0]] {
			if !set[to] {
				set[to] = true
				todo = append(todo, to)
			}
		}
	}
	return set
}
