// Command coverage is the coverage gate: it reads a profile of go test and a list of exceptions, and
// lists the functions with statements that no test reaches. It fails for each function that is not an
// exception, and for each exception that is not needed.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: coverage MODULE PROFILE EXCEPTIONS")
		os.Exit(2)
	}
	if err := judge(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(module, profile, exceptions string) error {
	blocks, err := readProfile(module, profile)
	if err != nil {
		return err
	}
	excepted, err := readExceptions(exceptions)
	if err != nil {
		return err
	}
	faults, functions := 0, 0
	for _, file := range slices.Sorted(maps.Keys(blocks)) {
		found, err := functionsOf(file)
		if err != nil {
			return err
		}
		for _, f := range found {
			functions++
			missed := f.missed(blocks[file])
			switch name := file + " " + f.name; {
			case len(missed) > 0 && excepted[name]:
				delete(excepted, name)
			case len(missed) > 0:
				faults++
				fmt.Printf("%s:%d: %s: no test reaches line %s\n", file, f.from, f.name, strings.Join(missed, ", "))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(excepted)) {
		faults++
		fmt.Printf("%s: %s needs no exception: it is covered, or gone\n", exceptions, name)
	}
	if faults > 0 {
		return fmt.Errorf("coverage: %d of %d functions are not as they should be", faults, functions)
	}
	fmt.Printf("coverage: %d functions, every statement\n", functions)
	return nil
}

// block is a sequence of statements: the lines of its beginning and end, and the column of its
// beginning.
type block struct{ from, to, column int }

// readProfile returns the blocks with statements by file, and whether a test reaches them. The profile
// contains a block once for every test binary.
func readProfile(module, path string) (map[string]map[block]bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	blocks := map[string]map[block]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT
		name, place, ok := strings.Cut(lines.Text(), ":")
		var b block
		var column, statements, count int
		if !ok || name == "mode" {
			continue
		}
		if _, err := fmt.Sscanf(place, "%d.%d,%d.%d %d %d", &b.from, &b.column, &b.to, &column, &statements, &count); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", path, lines.Text(), err)
		}
		if statements == 0 {
			continue
		}
		name = strings.TrimPrefix(name, module+"/")
		if blocks[name] == nil {
			blocks[name] = map[block]bool{}
		}
		blocks[name][b] = blocks[name][b] || count > 0
	}
	return blocks, lines.Err()
}

// readExceptions reads lines FILE FUNCTION REASON.
func readExceptions(path string) (map[string]bool, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	excepted := map[string]bool{}
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) < 3:
			return nil, fmt.Errorf("%s: want FILE FUNCTION REASON: %s", path, line)
		default:
			excepted[words[0]+" "+words[1]] = true
		}
	}
	return excepted, nil
}

// function is a function with its lines; the name of a method begins with its type. Lines where a panic
// begins need no test: they follow switches that list every case, and catch a forgotten case.
type function struct {
	name     string
	from, to int
	panics   map[int]bool
}

func functionsOf(path string) ([]function, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []function
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			name = typeName(f.Recv.List[0].Type) + "." + name
		}
		panics := map[int]bool{}
		ast.Inspect(d, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if callee, ok := call.Fun.(*ast.Ident); ok && callee.Name == "panic" {
					panics[set.Position(call.Pos()).Line] = true
				}
			}
			return true
		})
		found = append(found, function{name, set.Position(f.Pos()).Line, set.Position(f.End()).Line, panics})
	}
	return found, nil
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// onlyPanics reports whether a block consists of a panic: it begins on the line of the panic, or is a
// case on one line.
func (f function) onlyPanics(b block) bool {
	return f.panics[b.from] || f.panics[b.from+1] && b.to <= b.from+1
}

// missed returns the lines where blocks of the function begin that no test reaches.
func (f function) missed(blocks map[block]bool) []string {
	var lines []int
	for b, reached := range blocks {
		if !reached && f.from <= b.from && b.to <= f.to && !f.onlyPanics(b) {
			lines = append(lines, b.from)
		}
	}
	slices.Sort(lines)
	var texts []string
	for _, line := range slices.Compact(lines) {
		texts = append(texts, strconv.Itoa(line))
	}
	return texts
}
