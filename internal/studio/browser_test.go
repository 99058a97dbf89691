package studio_test

import (
	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// look opens a page of a studio in a window of a size, and waits until it shows what it knows.
func look(b *webdriver.Browser, r *running, hash string, width, height int) {
	b.Helper()
	b.Post("/window/rect", map[string]int{"width": width, "height": height}, nil)
	b.Post("/url", map[string]string{"url": r.address.String()}, nil)
	b.Run(`location.hash = arguments[0]`, hash)
	b.Await("the page is ready", `return document.querySelector("[data-ready]") && !document.querySelector(".busy")`)
}
