package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// superviseBySystemd notifies systemd of the state of the process if systemd requests it
// (Type=notify, WatchdogSec).
func superviseBySystemd(cfg *pdp.Config) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return
	}
	log := cfg.Log
	cfg.Notify = func(state string) {
		if _, err := daemon.SdNotify(false, state); err != nil {
			log.Warn("systemd cannot be notified", "error", err)
		}
	}
	var err error
	if cfg.Watchdog, err = daemon.SdWatchdogEnabled(false); err != nil {
		log.Warn("the environment has an invalid watchdog", "error", err)
	}
}

// onHangup calls reload for each SIGHUP, one at a time, until stop is called.
func onHangup(reload func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-signals:
				reload()
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
