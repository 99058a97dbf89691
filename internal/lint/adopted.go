package lint

import "github.com/qlik2rego/qlik2rego/internal/diag"

// The findings of other packages that are lints by nature: they can be configured and
// suppressed like the lints of this package.
func init() {
	for category, codes := range map[Category][]diag.Code{
		Input:    {"Q0105", "Q0109", "Q0110", "Q0112", "Q0114", "Q0604", "Q0610", "Q0611", "Q0612", "Q0613", "Q0614", "Q0616"},
		Bug:      {"Q0124", "Q0125", "Q0126", "Q0401", "Q0402", "Q0403", "Q0404", "Q0405", "Q0406", "Q0407", "Q0408", "Q0409", "Q0411", "Q0440", "Q0441", "Q0442"},
		Security: {"Q0410"},
		// Reported by diff about a change.
		CrossRule: {"Q0701", "Q0702", "Q0703"},
	} {
		for _, code := range codes {
			adopt(Lint{Code: code, Category: category, Scope: adoptedScope[code], Disabled: true, Product: true, Fix: adoptedFix[code], Supersedes: adoptedSupersedes[code]})
		}
	}
}

var adoptedScope = map[diag.Code]Scope{
	"Q0105": PerSet, "Q0701": PerSet, "Q0702": PerSet, "Q0703": PerSet,
	"Q0604": PerSite, "Q0610": PerSite, "Q0611": PerSite, "Q0612": PerSite, "Q0613": PerSite, "Q0614": PerSite, "Q0616": PerSite,
}

var adoptedSupersedes = map[diag.Code][]diag.Code{
	"Q0404": {"Q0416"}, // the unknown property is the reason why the part is constant
	"Q0410": {"Q0451", "Q0462"},
	"Q0440": {"Q0416"},
	"Q0441": {"Q0814"},
}

var adoptedFix = map[diag.Code]FixClass{
	"Q0124": Suggested, "Q0125": Suggested, "Q0401": Automatic, "Q0402": Suggested, "Q0403": Automatic, "Q0404": Suggested, "Q0409": Suggested,
}
