//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this program runs in a browser: go run ./internal/playground/build -o playground.html makes its page")
	os.Exit(2)
}
