package rego

import "testing"

func TestOthersWriteInTheSameManner(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Quote("ACME\\anna\t"), `"ACME\\anna\t"`},
		{Comment(" ", "a\n\nMETADATA"), "# a\n#\n# \\u004dETADATA\n"},
		{Snake("2 Sales Äpps: readOnly"), "2_sales_pps_read_only"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
