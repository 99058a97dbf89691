package testgen

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// sealHead begins the last line of a file of tests, which has a digest of all lines above it:
// it shows that nobody has edited the file.
const sealHead = "# Digest of the lines above: "

const sealTail = ". testgen does not replace a file that was edited.\n"

// seal returns a file of tests with its digest.
func seal(tests []byte) []byte {
	tests = append(bytes.TrimRight(tests, "\n"), "\n\n"...)
	return append(tests, sealHead+digest(tests)+sealTail...)
}

// Unedited reports whether a file of tests is unchanged since Write wrote it. Line ends, which
// version control may change, are ignored.
func Unedited(file []byte) bool {
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	at := bytes.LastIndex(file, []byte(sealHead))
	return at >= 0 && string(file[at:]) == sealHead+digest(file[:at])+sealTail
}

func digest(tests []byte) string {
	sum := sha256.Sum256(tests)
	return hex.EncodeToString(sum[:8])
}
