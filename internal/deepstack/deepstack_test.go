package deepstack_test

import (
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/deepstack"
)

// Room on the stack takes nothing from the heap.
func TestReserve(t *testing.T) {
	if n := testing.AllocsPerRun(10, deepstack.Reserve); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
