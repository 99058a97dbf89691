# Two groups and two sheets of one app: each group sees its sheet, nobody sees both, and all readers see the
# rest of the app.
package scenarios.two_audiences_test

nadia := `RETAIL\nadia` # audience north

simon := `RETAIL\simon` # audience south

bea := `RETAIL\bea` # put into both groups by mistake

carl := `RETAIL\carl` # a reader, in no audience

otto := `RETAIL\otto` # audience north, no reader of the stream

everybody := {nadia, simon, bea, carl, otto}

report := "cfd833d2-79e8-4166-8e02-b8499734bd52" # the app Store Report

objects := {
	"North": "dccd9a07-194b-46c5-901b-c732ae637c4e",
	"South": "2191fc79-b418-4d89-bbb2-934142c02f8f",
	"Welcome": "5e50f7b7-6013-46fc-a3dc-124e4a2e5127",
	"Revenue": "8846d7cf-6166-47fd-b209-7870cdd104b3", # a measure
	"measure North": "7f7a0d8a-7d87-431a-b689-768fb285fd65",
	"Year in review": "7557d1bd-e314-43fa-ac41-8eb871d2360b", # a story
	"West": "7b1873d8-5be7-4099-bdc6-5c610d2747b7", # a sheet that is not published
	"script": "8a026ee2-8260-43dd-8308-8a666a4e456a",
}

# Store Report 2023, an app of the same stream with sheets of the same names.
archive := {
	"North": "7e5e44af-2a8a-472d-9a7a-d30d912b0098",
	"South": "2651c4d8-f58e-4cd3-a48d-77ce849a4213",
}

common_rule := "2f01661f-6ec9-41a1-802d-0cf476c84a9c"

north_rule := "2638b471-79b6-4b7b-a0e4-8f6303aa41ef"

south_rule := "258af831-0d8e-4d3b-88b9-80c0ba7b4f95"

granted_by(subject, type, id) := ids if {
	ids := data.qlik.authz.granted_by with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": "read"},
		"resource": {"type": type, "id": id},
	}
}

seen(subject, named) := {name | some name, id in named; count(granted_by(subject, "App.Object", id)) > 0}

test_north_is_for_the_north if {
	granted_by(nadia, "App.Object", objects.North) == {north_rule}
	granted_by(nadia, "App.Object", objects.South) == set()
}

test_south_is_for_the_south if {
	granted_by(simon, "App.Object", objects.South) == {south_rule}
	granted_by(simon, "App.Object", objects.North) == set()
}

test_nobody_sees_both[subject] if {
	some subject in everybody
	not {"North", "South"} & seen(subject, objects) == {"North", "South"}
}

# Bea is in both groups. !(user.group = "Audience South") is true only outside of the group. user.group !=
# "Audience South" would be true because of her other groups, and would show her both sheets.
test_who_is_in_both_groups_sees_neither if {
	seen(bea, objects) & {"North", "South"} == set()
}

common := {"Welcome", "Revenue", "measure North", "Year in review"}

test_everything_else_in_the_app_is_common[subject] if {
	some subject in {nadia, simon, bea, carl}
	seen(subject, objects) - {"North", "South"} == common
	granted_by(subject, "App.Object", objects.Welcome) == {common_rule}
	granted_by(subject, "App", report) == {common_rule}
}

test_all_that_is_seen_by[subject] if {
	some subject, names in {
		nadia: {"North", "Welcome", "Revenue", "measure North", "Year in review"},
		simon: {"South", "Welcome", "Revenue", "measure North", "Year in review"},
		carl: {"Welcome", "Revenue", "measure North", "Year in review"},
	}
	seen(subject, objects) == names
}

# The group alone gives no access: the rule also tests the stream.
test_otto_sees_nothing if {
	seen(otto, objects) == set()
	granted_by(otto, "App", report) == set()
}

# The rules name the app by its id, so everybody sees sheets with these names in other apps.
test_sheets_of_these_names_in_another_app_are_common[subject] if {
	some subject in {nadia, simon, bea, carl}
	seen(subject, archive) == {"North", "South"}
}

test_reading_is_all_that_is_granted if {
	resources := {{"type": "App", "id": report}, {"type": "Stream", "id": "272c2bdb-0490-4031-8724-4a11bb82fc6f"}} | {{"type": "App.Object", "id": id} | some id in objects}
	every subject in everybody {
		every resource in resources {
			actions := data.qlik.authz.actions with input as {
				"subject": {"type": "user", "id": subject},
				"resource": resource,
			}
			actions - {"read"} == set()
		}
	}
}
