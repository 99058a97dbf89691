package ruleset

import (
	"slices"
	"strings"
	"testing"
)

func TestActionsAreNamedByBit(t *testing.T) {
	const names = "create read update delete export publish changeowner changerole exportdata offlineaccess distribute duplicate approve"
	if got := strings.Join(All.Names(), " "); got != names {
		t.Errorf("all actions are %s", got)
	}
	for bit, name := range strings.Fields(names) {
		a, ok := ParseAction(strings.ToUpper(name))
		if !ok || a != 1<<bit || a != AllActions[bit] || a.Name() != name {
			t.Errorf("%s is %d, named %q", name, a, a.Name())
		}
		if mask := Actions(1 << bit); !mask.Has(a) || (mask << 1).Has(a) || !All.Has(a) {
			t.Errorf("the mask of %s does not have it alone", name)
		}
	}
}

func TestConstantsOfActions(t *testing.T) {
	constants := []Action{
		CreateAction, ReadAction, UpdateAction, DeleteAction, ExportAction, PublishAction, ChangeOwnerAction, ChangeRoleAction,
		ExportDataAction, OfflineAccessAction, DistributeAction, DuplicateAction, ApproveAction,
	}
	if !slices.Equal(constants, AllActions) {
		t.Errorf("the constants are %v, the actions %v", constants, AllActions)
	}
}

func TestWhatIsNoAction(t *testing.T) {
	if a, ok := ParseAction("reload"); ok || a != 0 {
		t.Error("reload is no action of the product")
	}
	if Action(3).Name() != "" || All.Has(1<<13) || Actions(0).Names() != nil {
		t.Error("a value of two bits, of none or of an unknown bit has no name")
	}
	if bits := Actions(1 << 13).unknown(); bits != 1<<13 || All.unknown() != 0 {
		t.Errorf("unknown bits: %d", bits)
	}
}
