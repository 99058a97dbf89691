# Only developers and root administrators can see the sheet Config. Other sheets are not affected.
package scenarios.config_sheet_test

devi := `ACME\devi` # @Profile Analyst and developer

ruth := `ACME\root` # role RootAdmin

anton := `ACME\anton` # @Profile Analyst

nina := `ACME\nina` # no @Profile

rolf := `ACME\rolf` # RootAdmin by a directory attribute "role", which is no role

external := `ACME\ext` # @Profile Developer, does not read the stream

remote_root := `ACME\farroot` # role RootAdmin, does not read the stream

objects := {
	"Config": "02afced3-a3a5-4fa5-8f6e-924096679a94",
	"Defects": "0c818d6b-7013-40c3-a6e1-f7bb428cbb0a",
	"Defect Rate": "e7d4f43f-f9d6-4a40-9d9c-1d93ab47f530", # a measure
	"dimension Config": "54447be3-974f-4bc8-b560-08ea2b5868c1",
	"unpublished sheet": "61372531-b41a-433b-8918-a7b29dc18e0d",
	"unpublished Config": "669b45fb-268f-466f-9c12-f64824e18763",
	"script": "eb95b800-1da3-4929-983b-3a5caf4880e9",
	"CONFIG of Energy": "1d6b818f-b0e5-42ed-892e-2f0d1a7d09a2", # a sheet of another app
	"Usage of Energy": "6f25ca69-9d59-4f74-9f3b-513e08d9283d",
}

common_rule := "246e1344-075f-43b4-b019-1a0f2f8ec55f"

config_rule := "24a52a51-6901-4286-8429-dafdfbbd591a"

root_admin_rule := "28c240ee-d55c-452e-b6e5-2e7d3bc792bc" # shipped; from the QMC only

granted_by(context, subject, action, what) := ids if {
	ids := data.qlik.authz.granted_by with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": action},
		"resource": {"type": "App.Object", "id": objects[what]},
		"context": {"request_context": context},
	}
}

seen(context, subject) := {what | some what, _ in objects; count(granted_by(context, subject, "read", what)) > 0}

test_sees_config[note] if {
	some note, subject in {
		"a developer, one of two profiles": devi,
		"a root admin": ruth,
	}
	granted_by("hub", subject, "read", "Config") == {config_rule}
	granted_by("hub", subject, "read", "CONFIG of Energy") == {config_rule}
}

test_does_not_see_config[note] if {
	some note, subject in {
		"another profile": anton,
		"no profile": nina,
		"a directory attribute named role": rolf,
	}
	granted_by("hub", subject, "read", "Config") == set()
	granted_by("hub", subject, "read", "CONFIG of Energy") == set()
}

# Everybody still sees everything else that the shipped rule shows, including a dimension named Config.
unchanged := {"Defects", "Defect Rate", "dimension Config", "Usage of Energy"}

test_all_that_is_seen_by[subject] if {
	some subject, names in {
		devi: (unchanged | {"Config", "CONFIG of Energy"}),
		ruth: (unchanged | {"Config", "CONFIG of Energy"}),
		anton: unchanged,
		nina: unchanged,
		rolf: unchanged,
		external: set(),
		remote_root: set(),
	}
	seen("hub", subject) == names
}

test_all_other_sheets_come_by_the_common_rule[subject] if {
	some subject in {devi, ruth, anton, nina, rolf}
	granted_by("hub", subject, "read", "Defects") == {common_rule}
}

test_developers_see_no_config_that_is_not_published if {
	granted_by("hub", devi, "read", "unpublished Config") == set()
}

test_reading_is_all_that_is_granted[[action, subject, what]] if {
	some action in {"update", "delete", "publish", "approve"}
	some subject in {devi, ruth, anton}
	some what in {"Config", "Defects"}
	granted_by("hub", subject, action, what) == set()
}

# The shipped rule RootAdmin is for the QMC. There a root administrator can do everything, but in the hub only
# what the other rules grant.
test_a_root_admin_in_the_qmc if {
	seen("qmc", ruth) == object.keys(objects)
	granted_by("qmc", ruth, "read", "Config") == {config_rule, root_admin_rule}
	granted_by("qmc", ruth, "delete", "script") == {root_admin_rule}
	granted_by("hub", ruth, "delete", "script") == set()
	every action in {"create", "update", "publish", "changeowner", "distribute", "approve"} {
		granted_by("qmc", ruth, action, "script") == {root_admin_rule}
	}
}

test_others_in_the_qmc_see_what_they_see_in_the_hub[subject] if {
	some subject in {devi, anton, nina, rolf, external}
	seen("qmc", subject) == seen("hub", subject)
}

# In the QMC, RootAdmin also grants the stream, which is all that the rule for Config still needs.
test_a_root_admin_outside_the_readers_sees_config_in_the_qmc_alone if {
	granted_by("qmc", remote_root, "read", "Config") == {config_rule, root_admin_rule}
	granted_by("hub", remote_root, "read", "Config") == set()
}

# Only rules for both contexts apply to a request without a context.
test_without_a_context_ruth_is_no_root_admin_of_the_qmc if {
	request := {
		"subject": {"type": "user", "id": ruth},
		"resource": {"type": "App.Object", "id": objects.Config},
	}
	data.qlik.authz.actions == {"read"} with input as request
}
