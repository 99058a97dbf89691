package management

import (
	"strings"
	"sync/atomic"
)

// notes are messages that OPA's decision log only sends to its logger: a mask that fails drops
// the entry without an error, and an upload that fails is only logged. The attack tests check
// that OPA's messages have not changed.
type notes struct {
	// unlogged counts the decisions that could not be logged.
	unlogged atomic.Int64
	// uploadFailing says that the last upload has failed.
	uploadFailing atomic.Bool
	// lostAtEnd says that decisions were waiting when the plugin was stopped.
	lostAtEnd atomic.Bool
}

func (n *notes) failed(message string) {
	switch {
	case strings.HasPrefix(message, "Log drop decision failed"), strings.HasPrefix(message, "Log event masking failed"):
		n.unlogged.Add(1)
	case strings.HasPrefix(message, "mask rule skipped"):
	case strings.HasPrefix(message, "Plugin stopped with decisions"):
		n.lostAtEnd.Store(true)
	default:
		n.uploadFailing.Store(true)
	}
}

func (n *notes) said(message string) {
	if strings.HasPrefix(message, "Logs uploaded successfully") {
		n.uploadFailing.Store(false)
	}
}
