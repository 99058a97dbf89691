package pdp

import (
	"os"
	"testing"
)

func TestPercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 100 * spare, 1 << 20: 4799, 48 << 20: 100, 1 << 30: 100} {
		if got := percent(live); got != want && live != 0 {
			t.Errorf("%d bytes: %d %%, want %d", live, got, want)
		}
	}
}

// TestGroupLimit finds the lowest limit on the way to the root, for both versions of control groups.
func TestGroupLimit(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nothing": {nil, 0},
		"version 2": {map[string]string{"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
			"/sys/fs/cgroup/a/memory.max": "500\n", "/sys/fs/cgroup/memory.max": "900\n"}, 500},
		"a container": {map[string]string{"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "536870912\n"}, 536870912},
		"no limit":    {map[string]string{"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "max\n"}, 0},
		"version 1": {map[string]string{"/proc/self/cgroup": "5:cpu:/x\n4:memory:/x\n", "/sys/fs/cgroup/memory/x/memory.limit_in_bytes": "700\n",
			"/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 700},
	} {
		got := groupLimit(func(name string) ([]byte, error) {
			if text, ok := c.files[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
