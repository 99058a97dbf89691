package diag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Fingerprint identifies a diagnostic by its code, its rule and the affected part of the rule,
// ignoring white space. It does not change when the rule moves in its file.
func (d Diagnostic) Fingerprint() string {
	part := ""
	if d.Text != nil {
		part = d.Text.Label
		if start, end := d.Subject.Start, d.Subject.End; start <= end && end <= len(d.Text.Content) {
			part += " " + strings.Join(strings.Fields(d.Text.Content[start:end]), " ")
		}
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{string(d.Code), d.Rule.ID, part}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// fingerprints distinguishes the diagnostics of a list that have the same fingerprint.
type fingerprints map[string]int

func newFingerprints() fingerprints { return fingerprints{} }

// next returns the fingerprint of the next diagnostic of a list, with a number.
func (f fingerprints) next(d Diagnostic) string {
	print := d.Fingerprint()
	f[print]++
	return fmt.Sprintf("%s:%d", print, f[print])
}
