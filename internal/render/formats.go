package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Formats are the formats of the results of a type, the default first.
type Formats[T any] struct{ list []format[T] }

type format[T any] struct {
	name     string
	renderer Renderer[T]
}

// Results returns the formats that every command supports: text with the given renderer, and JSON.
func Results[T any](text Renderer[T]) Formats[T] {
	return Formats[T]{}.With(Text, text).With(JSON, AsJSON[T]{})
}

// With returns a copy of the formats with one more. It replaces the renderer of an existing format.
func (f Formats[T]) With(name string, r Renderer[T]) Formats[T] {
	list := slices.Clone(f.list)
	if i := f.index(name); i >= 0 {
		list[i].renderer = r
	} else {
		list = append(list, format[T]{name, r})
	}
	return Formats[T]{list}
}

// Names returns the names of the formats, the default first.
func (f Formats[T]) Names() []string {
	names := make([]string, len(f.list))
	for i, one := range f.list {
		names[i] = one.name
	}
	return names
}

// Render writes a result in the format with a name. It returns an error for an unknown name.
func (f Formats[T]) Render(name string, w io.Writer, result T) error {
	i := f.index(name)
	if i < 0 {
		return fmt.Errorf("%q is not a format of this result: use %s", name, strings.Join(f.Names(), " or "))
	}
	return f.list[i].renderer.Render(w, result)
}

func (f Formats[T]) index(name string) int {
	return slices.IndexFunc(f.list, func(one format[T]) bool { return one.name == name })
}
