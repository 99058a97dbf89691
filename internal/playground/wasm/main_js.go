// Command wasm is the playground as WebAssembly: it provides two functions to the page,
// qlik2regoAsk, from a question to an answer as JSON, and qlik2regoSplit, from a text to the
// JSON list of the rules in it.
package main

import (
	"encoding/json"
	"syscall/js"

	"github.com/qlik2rego/qlik2rego/internal/playground"
)

func main() {
	js.Global().Set("qlik2regoAsk", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var q playground.Question
		if err := json.Unmarshal([]byte(args[0].String()), &q); err != nil {
			return text(map[string]string{"failure": err.Error()})
		}
		return text(playground.Ask(q))
	}))
	js.Global().Set("qlik2regoSplit", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return text(playground.Split(args[0].String()))
	}))
	select {} // the functions are called as long as the page exists
}

func text(v any) string {
	made, err := json.Marshal(v)
	if err != nil {
		panic(err) // these types always marshal
	}
	return string(made)
}
