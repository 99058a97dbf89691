package sat

// heap orders variables by their activity, the most active first; variables of equal activity
// by age.
type heap struct {
	activity []float64
	place    []int // by variable: its index in items, or -1
	items    []int
}

func (h *heap) before(a, b int) bool {
	return h.activity[a] > h.activity[b] || h.activity[a] == h.activity[b] && a < b
}

// add adds a variable unless it is present.
func (h *heap) add(v int) {
	for len(h.place) <= v {
		h.place = append(h.place, -1)
		h.activity = append(h.activity, 0)
	}
	if h.place[v] >= 0 {
		return
	}
	h.place[v] = len(h.items)
	h.items = append(h.items, v)
	h.up(h.place[v])
}

// raised restores the order after a variable has become more active.
func (h *heap) raised(v int) {
	if h.place[v] >= 0 {
		h.up(h.place[v])
	}
}

func (h *heap) pop() (int, bool) {
	if len(h.items) == 0 {
		return 0, false
	}
	top := h.items[0]
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	h.place[top] = -1
	if top != last {
		h.items[0], h.place[last] = last, 0
		h.down(0)
	}
	return top, true
}

func (h *heap) up(i int) {
	v := h.items[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !h.before(v, h.items[parent]) {
			break
		}
		h.items[i] = h.items[parent]
		h.place[h.items[i]] = i
		i = parent
	}
	h.items[i], h.place[v] = v, i
}

func (h *heap) down(i int) {
	v := h.items[i]
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			break
		}
		if child+1 < len(h.items) && h.before(h.items[child+1], h.items[child]) {
			child++
		}
		if !h.before(h.items[child], v) {
			break
		}
		h.items[i] = h.items[child]
		h.place[h.items[i]] = i
		i = child
	}
	h.items[i], h.place[v] = v, i
}
