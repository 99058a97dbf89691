package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"
)

// Progress returns the progress of long work: a bar on a terminal, a line every few seconds with
// --progress, otherwise no output.
func (s *Streams) Progress(ctx *cli.Context) *progress {
	switch {
	case s.ErrTerminal && s.Color:
		return &progress{out: s.Err, every: 100 * time.Millisecond, now: time.Now, bar: true}
	case ctx.Bool("progress"):
		return &progress{out: s.Err, every: 3 * time.Second, now: time.Now}
	}
	return noProgress()
}

func noProgress() *progress { return &progress{out: io.Discard, every: time.Hour, now: time.Now} }

// progress implements snapshot.Progress. After parts, work that is started several times under one
// name shows one progress, which never decreases.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	every time.Duration
	now   func() time.Time
	bar   bool

	what        string
	done, total int64
	// part is the number of the current part, and of the number of parts.
	part, of int
	last     time.Time
}

// parts announces that the following work will be started n times.
func (p *progress) parts(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.part, p.of = -1, n
}

// Start implements snapshot.Progress. The first report is delayed, since most work ends sooner.
func (p *progress) Start(what string, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of > 0 {
		p.part++
	}
	if p.what != what || p.of == 0 {
		p.last = p.now()
	}
	p.what, p.done, p.total = what, 0, total
}

// Add implements snapshot.Progress.
func (p *progress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if now := p.now(); now.Sub(p.last) >= p.every {
		p.last = now
		p.show()
	}
}

// Done implements snapshot.Progress.
func (p *progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of > 0 && p.part+1 < p.of {
		return
	}
	if p.bar {
		_, _ = io.WriteString(p.out, "\r\x1b[K")
	}
	p.of = 0
}

const barWidth = 30

func (p *progress) show() {
	if p.total <= 0 {
		p.line(fmt.Sprintf("%s %d", p.what, p.done))
		return
	}
	part := min(float64(p.done)/float64(p.total), 1)
	if p.of > 0 {
		part = min((float64(p.part)+part)/float64(p.of), 1)
	}
	percent := fmt.Sprintf("%3.0f %%", 100*part)
	if !p.bar {
		p.line(p.what + " " + percent)
		return
	}
	full := int(part * barWidth)
	p.line(fmt.Sprintf("%s [%s%s] %s", p.what, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent))
}

func (p *progress) line(text string) {
	if p.bar {
		_, _ = fmt.Fprintf(p.out, "\r%s\x1b[K", text)
		return
	}
	_, _ = fmt.Fprintln(p.out, text)
}
