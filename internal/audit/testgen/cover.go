package testgen

import (
	"container/heap"
	"slices"
)

// cover chooses cells that together show all targets, greedily: the next one is the first that
// shows most remaining targets. Cells that later choices made superfluous are removed. It
// returns the sorted numbers of the cells, and for each the targets that count as its own.
func cover(cells []cell, shows func(cell) []int32, targets map[int32]bool) (chosen []int, own map[int][]int32) {
	open := map[int32]bool{}
	for t := range targets {
		open[t] = true
	}
	gain := func(i int) int {
		n := 0
		for _, t := range shows(cells[i]) {
			if open[t] {
				n++
			}
		}
		return n
	}
	queue := &gains{}
	for i := range cells {
		if n := gain(i); n > 0 {
			*queue = append(*queue, candidate{i, n})
		}
	}
	heap.Init(queue)
	for queue.Len() > 0 {
		best := (*queue)[0]
		if now := gain(best.cell); now < best.gain {
			if now == 0 {
				heap.Pop(queue)
				continue
			}
			(*queue)[0].gain = now
			heap.Fix(queue, 0)
			continue
		}
		heap.Pop(queue)
		chosen = append(chosen, best.cell)
		for _, t := range shows(cells[best.cell]) {
			delete(open, t)
		}
	}
	chosen = necessary(cells, shows, targets, chosen)
	slices.Sort(chosen)
	own = map[int][]int32{}
	shown := map[int32]bool{}
	for _, i := range chosen {
		for _, t := range shows(cells[i]) {
			if targets[t] && !shown[t] {
				shown[t] = true
				own[i] = append(own[i], t)
			}
		}
	}
	return chosen, own
}

// necessary removes the cells whose targets are all shown by others too.
func necessary(cells []cell, shows func(cell) []int32, targets map[int32]bool, chosen []int) []int {
	times := map[int32]int{}
	for _, i := range chosen {
		for _, t := range shows(cells[i]) {
			times[t]++
		}
	}
	return slices.DeleteFunc(chosen, func(i int) bool {
		for _, t := range shows(cells[i]) {
			if targets[t] && times[t] == 1 {
				return false
			}
		}
		for _, t := range shows(cells[i]) {
			times[t]--
		}
		return true
	})
}

// candidate is a cell with its gain when it was last computed, which is an upper bound of its
// current gain.
type candidate struct{ cell, gain int }

// gains is a heap: the greatest gain first, then the first cell.
type gains []candidate

func (g gains) Len() int { return len(g) }
func (g gains) Less(i, j int) bool {
	return g[i].gain > g[j].gain || g[i].gain == g[j].gain && g[i].cell < g[j].cell
}
func (g gains) Swap(i, j int) { g[i], g[j] = g[j], g[i] }

// Push implements heap.Interface.
func (g *gains) Push(x any) { *g = append(*g, x.(candidate)) }

// Pop implements heap.Interface.
func (g *gains) Pop() any {
	last := (*g)[len(*g)-1]
	*g = (*g)[:len(*g)-1]
	return last
}
