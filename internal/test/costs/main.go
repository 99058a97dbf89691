// Command costs lists the cost of each module in the program: the size of its code and data in a binary,
// and the processor time of its compilation in a cold build.
//
//	GOCACHE=$(mktemp -d) go build -debug-actiongraph=graph.json -o qlik2rego ./cmd/qlik2rego
//	go run ./internal/test/costs qlik2rego graph.json
//
// The binary must be an ELF file with its symbols. Sizes are those of symbols. The tables that Go stores
// for every function for stack traces take about two thirds of the code size in addition and belong to no
// symbol.
package main

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// cost is the cost of a module.
type cost struct {
	size     uint64
	compiled time.Duration
	packages int
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: costs BINARY ACTIONGRAPH")
		os.Exit(2)
	}
	costs, err := measure(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	print := func(name string, c *cost) {
		fmt.Printf("%6.2f MB  %6.1f s  %4d packages  %s\n", float64(c.size)/1e6, c.compiled.Seconds(), c.packages, name)
	}
	var all cost
	for _, name := range slices.SortedFunc(maps.Keys(costs), func(a, b string) int {
		return cmp.Or(cmp.Compare(costs[b].size, costs[a].size), cmp.Compare(a, b))
	}) {
		c := costs[name]
		all.size, all.compiled, all.packages = all.size+c.size, all.compiled+c.compiled, all.packages+c.packages
		print(name, c)
	}
	print("all", &all)
}

func measure(binary, graph string) (map[string]*cost, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	modules := []string{info.Main.Path}
	for _, m := range info.Deps {
		modules = append(modules, m.Path)
	}
	costs := map[string]*cost{}
	of := func(path string) *cost {
		name := moduleOf(path, modules)
		if costs[name] == nil {
			costs[name] = new(cost)
		}
		return costs[name]
	}
	return costs, cmp.Or(sizes(binary, of), times(graph, of))
}

const standard = "the standard library"

// moduleOf returns the module of a package or a symbol. Modules may be nested.
func moduleOf(path string, modules []string) string {
	found := ""
	for _, m := range modules {
		rest, ok := strings.CutPrefix(path, m)
		if ok && (rest == "" || rest[0] == '/' || rest[0] == '.') && len(m) > len(found) {
			found = m
		}
	}
	return cmp.Or(found, standard)
}

func sizes(binary string, of func(string) *cost) error {
	f, err := elf.Open(binary)
	if err != nil {
		return err
	}
	symbols, err := f.Symbols()
	if err != nil {
		return err
	}
	for _, s := range symbols {
		if s.Section >= elf.SHN_LORESERVE || int(s.Section) >= len(f.Sections) || f.Sections[s.Section].Type == elf.SHT_NOBITS {
			continue // uses no space in the file
		}
		name := strings.TrimLeft(s.Name, "*([]")
		for _, prefix := range []string{"type:.eq.", "type:", "go:itab.", "go:"} {
			name = strings.TrimLeft(strings.TrimPrefix(name, prefix), "*([]")
		}
		of(strings.ReplaceAll(name, "%2e", ".")).size += s.Size
	}
	return f.Close()
}

func times(graph string, of func(string) *cost) error {
	text, err := os.ReadFile(graph)
	if err != nil {
		return err
	}
	var actions []struct {
		Mode, Package   string
		CmdUser, CmdSys time.Duration
	}
	if err := json.Unmarshal(text, &actions); err != nil {
		return err
	}
	for _, a := range actions {
		if a.Mode == "build" {
			c := of(a.Package)
			c.compiled += a.CmdUser + a.CmdSys
			c.packages++
		}
	}
	return nil
}
