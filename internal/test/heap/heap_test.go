package heap

import (
	"runtime"
	"testing"
)

// size is the size of a block that is much larger than all other memory of a test.
const size = 64 << 20

// Live counts reachable values and not freed ones.
func TestLive(t *testing.T) {
	before := Live()
	block := make([]byte, size)
	held := Live()
	runtime.KeepAlive(block)
	if freed := Live(); held < before+size/2 || freed > held-size/2 {
		t.Errorf("%d before, %d with %d more held, %d once they are freed", before, held, size, freed)
	}
}

// Watch counts the memory in use at its end, however early that is.
func TestWatch(t *testing.T) {
	before := Live()
	peak := Watch()
	block := make([]byte, size)
	if got := peak(); got < before+size/2 {
		t.Errorf("the peak is %d with %d held beside %d", got, size, before)
	}
	runtime.KeepAlive(block)
}
