# Two projects on one site. A custom property and the directory groups of the project determine what a user
# sees. Role groups determine what a user can do.
package scenarios.customer_case_test

# Project 1. The directory spells the groups in another case: PROJ1_AUD1, Role_Admin.
alice := `CORP\alice` # audience 1

amir := `CORP\amir` # audience 2

nora := `CORP\nora` # development, without a role

dana := `CORP\dana` # development, role_dev

emil := `CORP\emil` # audience 1, role_ext

adele := `CORP\adele` # administration, role_admin

# Project 2.
bert := `CORP\bert` # audience 1

bruno := `CORP\bruno` # administration, role_admin

# Both projects: a developer (role_dev) of project 1 who is an administrator (role_admin) of project 2.
max_oduya := `CORP\max`

visitor := `NONE\visitor-4711` # anonymous

everybody := {alice, amir, nora, dana, emil, adele, bert, bruno, max_oduya, visitor}

world := {
	"stream Everyone": {"type": "Stream", "id": "aaec8d41-5201-43ab-809f-3063750dfafd"},
	"stream 1.1": {"type": "Stream", "id": "8f3feb0f-de05-4972-9cd0-3a3a79e3a4d3"}, # project 1, audience 1
	"stream 1.2": {"type": "Stream", "id": "7f45f4dd-dc23-4749-aa2f-a3b338347bee"},
	"stream 2.1": {"type": "Stream", "id": "c26af6be-da6e-4472-865a-bca7e4cf7780"},
	"stream 2.2": {"type": "Stream", "id": "316061d2-e74c-4fa5-9251-612b17673073"},
	"Dashboard 1": {"type": "App", "id": "76d4e448-43b1-4de4-82b5-bf8fae42d1c5"}, # in stream 1.1
	"Dashboard 2": {"type": "App", "id": "8c84be76-1e0d-4777-9d52-246c645563fa"}, # in stream 1.1
	"Dashboard 3": {"type": "App", "id": "d864993f-28d9-4f1d-b54b-4031af4d2d40"}, # in stream 1.1, extendable
	"Dashboard 4": {"type": "App", "id": "cf4b77cd-652d-45fa-b3e4-86ad7c8153a8"}, # in stream 1.2
	"Dashboard 5": {"type": "App", "id": "0d19485e-8b0b-4d08-9115-8caf7d25f794"}, # in stream 1.2
	"Dashboard 6": {"type": "App", "id": "2bd3708c-3fd5-4444-b5e0-b3424709954b"}, # in stream 1.2
	"Dashboard 7": {"type": "App", "id": "7f05ee58-4de4-4f03-baa5-d8f0d767e9b1"}, # in stream 2.1
	"Dashboard 8": {"type": "App", "id": "6fca5d36-4056-4d2d-a529-3c0915a6bf15"}, # in stream 2.2
	"Dashboard 9": {"type": "App", "id": "b527566c-92c7-4662-ba99-33d285f7e96b"}, # dana's, in no stream
	"Visitor Guide": {"type": "App", "id": "f03f1a60-172c-4cf1-9192-ab62320d06d3"}, # in stream Everyone, extendable
	"sheet of 1": {"type": "App.Object", "id": "c419e0b7-14de-48db-8ea4-73869caa13fd"},
	"sheet of 2": {"type": "App.Object", "id": "01284a18-e0cd-410e-8271-5bb43eed5914"},
	"sheet of 3": {"type": "App.Object", "id": "0312625c-cb0a-43e3-b603-fbcf80125c43"},
	"sheet of 4": {"type": "App.Object", "id": "7b72c4af-ea32-44b6-ae1e-c158abc17f8d"},
	"sheet of 7": {"type": "App.Object", "id": "e6c11519-063f-4d1a-bdbf-7819a3b23e4e"},
	"emil's sheet in 1": {"type": "App.Object", "id": "f358903a-d306-43c1-b826-5668e6311378"},
	"script of 1": {"type": "App.Object", "id": "7c2e5d00-2dc0-46e2-b58a-d1c54ac20040"},
	"script of 7": {"type": "App.Object", "id": "9b9e1df2-2318-4fdf-a802-9269f7a2f4b5"},
	"task of 1": {"type": "ReloadTask", "id": "9bed7a18-13fb-49eb-a34f-bc0b2044aa06"},
	"task of 4": {"type": "ReloadTask", "id": "e12bdfc2-4dc8-4fb3-9893-2e992b4550b0"},
	"task of 7": {"type": "ReloadTask", "id": "ef491d51-743e-4147-8216-ec8debd10f52"},
	"task of 9": {"type": "ReloadTask", "id": "2e9eb50b-aa84-4e48-823a-8b774171d26b"},
	"Project 1 Warehouse": {"type": "DataConnection", "id": "55c51b05-7b63-4104-af52-6200f6608c10"},
	"Project 2 Warehouse": {"type": "DataConnection", "id": "b048582d-6a27-4636-adcc-49d7879e1c3a"},
	"Exchange Rates": {"type": "DataConnection", "id": "6a22f465-0d71-42f7-a2ad-c5bc355011c9"},
	"property GroupAccess": {"type": "CustomPropertyDefinition", "id": "5b17936a-7cb3-459b-b5f2-66c34436eb87"},
	"property AdminGroup": {"type": "CustomPropertyDefinition", "id": "c0950521-8c95-4dc2-b670-0dea34705b0e"},
	"tag Board report": {"type": "Tag", "id": "440aee8a-267d-46a0-b19e-6bcbb7a507d8"},
	"trigger of the task of 7": {"type": "SchemaEvent", "id": "9acc4484-47cd-44ff-a5ba-0b9404870a4a"},
	"a reload's result": {"type": "ExecutionResult", "id": "b199b6f8-d787-4e76-b114-a552a64957e0"},
}

resource_access := "95aa5035-d0a0-421f-9d8b-be654b7db36a"

team_admin_read := "ecaff4bd-9b6f-4e98-adc4-776a5a42146e"

team_admin_sections := "10a503a3-a370-4073-8168-34739f12274c"

team_admin_create := "f99419ea-0d49-45be-bda6-541a4879760f"

add_objects := "8ffd2bb0-cb0e-406b-807a-8151a69f047e" # CreateAppObjectsPublishedApp

create_app := "f7e83daf-c3a8-492d-adf1-036f9605055b"

stream_rule := "6cc68d32-acf0-40e3-a56a-126254e1ee5b"

owner_read := "6b8072c3-bbf6-40d0-888d-407a524a3549"

decide(context, subject, action, resource) := answer if {
	answer := data.qlik.authz.decision with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": action},
		"resource": resource,
		"context": {"request_context": context},
	}
}

# rights are all rights of a user on entities on record. Rights that are not listed are denied.
rights(context, subject) := {name: actions |
	some name, resource in world
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": subject},
		"resource": resource,
		"context": {"request_context": context},
	}
	count(actions) > 0
}

readable(context, subject, type) := {name |
	some name, resource in world
	resource.type == type
	decide(context, subject, "read", resource).allow
}

# The request to add an object of a type to an app.
new_object(kind, app) := {
	"type": "App.Object",
	"id": "bf2016ea-e729-460b-b828-09f1be66c493",
	"properties": {"name": "My view", "objectType": kind, "app": world[app].id},
}

new_app := {
	"type": "App",
	"id": "7bee74bd-af52-4333-adc3-e0d5435f81ed",
	"properties": {"name": "Brand new"},
}

new_task(app) := {
	"type": "ReloadTask",
	"id": "29e85387-5d8a-4f22-9ea2-d45abf64fd64",
	"properties": {"name": "Reload hourly", "app": world[app].id},
}

# What readers see.

test_alice_reads_dashboards_1_to_3_and_nothing_else_of_any_project if {
	readable("hub", alice, "App") == {"Dashboard 1", "Dashboard 2", "Dashboard 3", "Visitor Guide"}
	readable("hub", alice, "App.Object") == {"sheet of 1", "sheet of 2", "sheet of 3"}
	readable("hub", alice, "Stream") == {"stream 1.1", "stream Everyone"}
	readable("hub", alice, "DataConnection") == set()
	readable("hub", alice, "ReloadTask") == set()
}

# All rights of a reader. Those other than read come from StreamEveryone, from CreateAppObjectsPublishedApp, and
# from the branches of TeamAdminRead that test no group.
test_all_rights_of[note] if {
	some note, tc in {
		"alice": {
			"subject": alice,
			"more": {
				"stream 1.1": {"read"},
				"stream Everyone": {"read", "publish"},
				"sheet of 3": {"read", "create"}, # a sheet of an extendable app
			},
			"contents": {
				"Dashboard 1", "Dashboard 2", "Dashboard 3", "Visitor Guide",
				"sheet of 1", "sheet of 2",
			},
		},
		"an anonymous visitor": {
			"subject": visitor,
			"more": {"stream Everyone": {"read"}},
			"contents": {"Visitor Guide"},
		},
	}
	everybodys := {
		"tag Board report": {"read", "update"},
		"trigger of the task of 7": {"read", "update"},
		"a reload's result": {"read", "update"},
	}
	contents := {name: {"read"} | some name in tc.contents}
	rights("hub", tc.subject) == object.union_n([everybodys, tc.more, contents])
}

test_the_streams_of[subject] if {
	some subject, streams in {
		alice: {"stream 1.1", "stream Everyone"},
		amir: {"stream 1.2", "stream Everyone"},
		nora: {"stream 1.1", "stream 1.2", "stream Everyone"},
		bert: {"stream 2.1", "stream Everyone"},
		visitor: {"stream Everyone"},
	}
	readable("hub", subject, "Stream") == streams
}

test_the_dashboards_of[subject] if {
	some subject, apps in {
		amir: {"Dashboard 4", "Dashboard 5", "Dashboard 6", "Visitor Guide"},
		nora: {"Dashboard 1", "Dashboard 2", "Dashboard 3", "Dashboard 4", "Dashboard 5", "Dashboard 6", "Visitor Guide"},
		bert: {"Dashboard 7", "Visitor Guide"},
		visitor: {"Visitor Guide"},
	}
	readable("hub", subject, "App") == apps
}

# PROJ1_AUD1 in the directory, proj1_aud1 in the custom property.
test_a_group_is_the_same_in_any_case if {
	decide("hub", alice, "read", world["stream 1.1"]).granted_by == {resource_access}
	decide("hub", alice, "read", world["Dashboard 1"]).granted_by == {stream_rule}
}

test_data_connections_of_developers if {
	readable("hub", nora, "DataConnection") == {"Project 1 Warehouse", "Exchange Rates"}
	decide("hub", nora, "read", world["Exchange Rates"]).granted_by == {resource_access}
	not decide("hub", nora, "update", world["Exchange Rates"]).allow
}

# What a team administrator can see and change.

read_update := {"read", "update"}

test_adele_reads_and_updates_project_1_alone if {
	changeable := {name | some name, actions in rights("qmc", adele); read_update & actions == read_update}
	types := {"App", "App.Object", "ReloadTask", "DataConnection"}
	{name | some name in changeable; world[name].type in types} == {
		"Dashboard 1", "Dashboard 2", "Dashboard 3", "Dashboard 4", "Dashboard 5", "Dashboard 6",
		"sheet of 1", "sheet of 2", "sheet of 3", "sheet of 4", "emil's sheet in 1", "script of 1",
		"task of 1", "task of 4",
		"Project 1 Warehouse",
	}
}

test_adele[note] if {
	some note, tc in {
		"updates an app two steps from her group": {"action": "update", "what": "Dashboard 4", "by": {team_admin_read}},
		"reads an app through its stream too": {"action": "read", "what": "Dashboard 1", "by": {team_admin_read, stream_rule}},
		"updates the script": {"action": "update", "what": "script of 1", "by": {team_admin_read}},
		"updates the task": {"action": "update", "what": "task of 4", "by": {team_admin_read}},
		"updates the connection": {"action": "update", "what": "Project 1 Warehouse", "by": {team_admin_read}},
		"does not delete an app": {"action": "delete", "what": "Dashboard 1", "by": set()},
		"does not read an app of project 2": {"action": "read", "what": "Dashboard 7", "by": set()},
		"does not update it": {"action": "update", "what": "Dashboard 7", "by": set()},
		"does not read a published sheet of project 2": {"action": "read", "what": "sheet of 7", "by": set()},
		"does not read its script": {"action": "read", "what": "script of 7", "by": set()},
		"does not read its task": {"action": "read", "what": "task of 7", "by": set()},
		"does not read the connection of project 2": {"action": "read", "what": "Project 2 Warehouse", "by": set()},
		"does not read a connection that names no admin": {"action": "read", "what": "Exchange Rates", "by": set()},
		"does not read an app in no stream": {"action": "read", "what": "Dashboard 9", "by": set()},
		"does not read the task of an app in no stream": {"action": "read", "what": "task of 9", "by": set()},
	}
	decide("qmc", adele, tc.action, world[tc.what]).granted_by == tc.by
}

# The same for the administrator of project 2.
test_bruno_updates_project_2_alone if {
	decide("qmc", bruno, "update", world["Dashboard 7"]).granted_by == {team_admin_read}
	decide("qmc", bruno, "update", world["task of 7"]).granted_by == {team_admin_read}
	not decide("qmc", bruno, "update", world["Dashboard 1"]).allow
	not decide("qmc", bruno, "update", world["task of 1"]).allow
}

# The filter of TeamAdminRead names Stream* and CustomProperty*, but no branch of its condition covers them.
test_team_admin_read_grants_nothing_on[note] if {
	some note, tc in {
		"a stream, read by ResourceAccess": {"action": "read", "what": "stream 1.1", "by": {resource_access}},
		"a stream to update": {"action": "update", "what": "stream 1.1", "by": set()},
		"a stream that ResourceAccess does not show": {"action": "read", "what": "stream 1.2", "by": set()},
		"a custom property to read": {"action": "read", "what": "property AdminGroup", "by": set()},
		"a custom property to update": {"action": "update", "what": "property GroupAccess", "by": set()},
	}
	decide("qmc", adele, tc.action, world[tc.what]).granted_by == tc.by
}

# Four of its branches test no group, so everybody can change tags, triggers and results.
test_team_admin_read_lets_everybody_update[what] if {
	some what in {"tag Board report", "trigger of the task of 7", "a reload's result"}
	every subject in {alice, bert, nora, visitor} {
		decide("hub", subject, "read", world[what]).granted_by == {team_admin_read}
		decide("hub", subject, "update", world[what]).granted_by == {team_admin_read}
		not decide("hub", subject, "delete", world[what]).allow
	}
}

# The QMC sections that a team administrator sees.

section(name) := {"type": "TransientObject", "id": name}

sections := {
	"QmcSection_App", "QmcSection_DataConnection", "QmcSection_ContentLibrary", "QmcSection_App.Object",
	"QmcSection_Task", "QmcSection_ReloadTask", "QmcSection_Event", "QmcSection_SchemaEvent",
	"QmcSection_CompositeEvent",
}

other_sections := {
	"QmcSection_Stream", "QmcSection_User", "QmcSection_SystemRule", "QmcSection_Tag",
	"QmcSection_CustomPropertyDefinition", "QmcSection_UserSyncTask", "QmcSection_Templates",
	"QmcSection_AppContent", "QmcSection_", "HubSection_Home",
}

test_adele_sees_the_sections_listed_and_no_other if {
	seen := {name | some name in (sections | other_sections); decide("qmc", adele, "read", section(name)).allow}
	seen == sections
	decide("qmc", adele, "read", section("QmcSection_Task")).granted_by == {team_admin_sections}
	not decide("qmc", adele, "update", section("QmcSection_Task")).allow
}

test_sees_no_section[subject] if {
	some subject in {alice, nora, dana, emil, visitor}
	every name in sections {
		not decide("qmc", subject, "read", section(name)).allow
	}
}

test_sections_are_for_requests_from_the_qmc if {
	not decide("hub", adele, "read", section("QmcSection_App")).allow
	not data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": adele},
		"action": {"name": "read"},
		"resource": section("QmcSection_App"),
	}
}

# Who can create what.

test_adele_creates[note] if {
	some note, resource in {
		"an app": new_app,
		"a task": new_task("Dashboard 1"),
		"an object": new_object("sheet", "Dashboard 1"),
		"a connection": {"type": "DataConnection", "id": "b083e39e-857f-40f0-8c12-e2dcfdd3908d", "properties": {"name": "Project 1 Files"}},
		"a trigger": {"type": "SchemaEvent", "id": "7d935926-24ec-44f4-8d94-61c087eee3c3", "properties": {"name": "Hourly"}},
	}
	decide("qmc", adele, "create", resource).granted_by == {team_admin_create}
}

test_adele_does_not_create[note] if {
	some note, resource in {
		"a stream": {"type": "Stream", "id": "c1566a18-8453-4281-b0f9-9d77a25fab0e", "properties": {"name": "Project 3"}},
		"a tag": {"type": "Tag", "id": "a05026ed-da36-4290-be1e-a20dae6147b1", "properties": {"name": "Draft"}},
		"a custom property": {"type": "CustomPropertyDefinition", "id": "687a6e0e-29f4-4670-9158-48a7f580c08b", "properties": {"name": "Region"}},
	}
	not decide("qmc", adele, "create", resource).allow
}

# TeamAdminCreate tests only the role. Unlike read, create does not depend on the project.
test_adele_creates_a_task_for_an_app_of_project_2 if {
	decide("qmc", adele, "create", new_task("Dashboard 7")).granted_by == {team_admin_create}
	not decide("qmc", adele, "read", new_task("Dashboard 7")).allow
}

test_the_rule_create_app_is_for_role_dev_alone if {
	granted := {subject |
		some subject in everybody
		create_app in decide("hub", subject, "create", new_app).granted_by
	}
	granted == {dana, max_oduya}
}

# Besides role_dev, only role_admin can create apps, because TeamAdminCreate names App*.
test_who_creates_apps if {
	creators := {subject | some subject in everybody; decide("hub", subject, "create", new_app).allow}
	creators == {dana, max_oduya, adele, bruno}
	decide("hub", dana, "create", new_app).granted_by == {create_app}
	decide("hub", adele, "create", new_app).granted_by == {team_admin_create}
}

test_apps_are_created_in_the_hub if {
	not decide("qmc", dana, "create", new_app).allow
	not data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": dana},
		"action": {"name": "create"},
		"resource": new_app,
	}
}

# Who can add sheets to published apps.

test_adds_a_sheet[note] if {
	some note, tc in {
		"role_dev to an app of the project": {"subject": dana, "app": "Dashboard 1"},
		"role_dev to an app of the other audience": {"subject": dana, "app": "Dashboard 4"},
		"role_ext to an app of the audience": {"subject": emil, "app": "Dashboard 1"},
		"a plain reader to an extendable app": {"subject": alice, "app": "Dashboard 3"},
		"anybody logged in to the extendable guide": {"subject": bert, "app": "Visitor Guide"},
	}
	decide("hub", tc.subject, "create", new_object("sheet", tc.app)).granted_by == {add_objects}
}

test_does_not_add_a_sheet[note] if {
	some note, tc in {
		"a plain reader to an app that is not extendable": {"subject": alice, "app": "Dashboard 1"},
		"a plain reader to an app marked No": {"subject": amir, "app": "Dashboard 4"},
		"a developer without the role": {"subject": nora, "app": "Dashboard 1"},
		"role_ext to an app of the other audience": {"subject": emil, "app": "Dashboard 4"},
		"role_ext to an app of the other project": {"subject": emil, "app": "Dashboard 7"},
		"role_dev to an app of the other project": {"subject": dana, "app": "Dashboard 7"},
		"role_dev to her own app in no stream": {"subject": dana, "app": "Dashboard 9"},
		"a reader of another stream to an extendable app": {"subject": amir, "app": "Dashboard 3"},
		"an anonymous visitor to the extendable guide": {"subject": visitor, "app": "Visitor Guide"},
	}
	decide("hub", tc.subject, "create", new_object("sheet", tc.app)) == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

# Dana can read this app of hers. She cannot add anything, because the app is not in a stream.
test_dana_reads_her_own_app_in_no_stream if {
	decide("hub", dana, "read", world["Dashboard 9"]).granted_by == {owner_read}
}

test_to_add_is_all_that_the_rule_grants if {
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": dana},
		"resource": new_object("sheet", "Dashboard 1"),
		"context": {"request_context": "hub"},
	}
	actions == {"create"}
}

test_dana_adds_by_object_type[kind] if {
	some kind, allowed in {
		"sheet": true, "story": true, "bookmark": true, "snapshot": true, "userstate": true,
		"masterobject": false, "measure": false, "dimension": false, "app_appscript": false,
	}
	decide("hub", dana, "create", new_object(kind, "Dashboard 1")).allow == allowed
}

test_sheets_are_added_in_the_hub[context] if {
	some context, allowed in {"hub": true, "qmc": false}
	decide(context, dana, "create", new_object("sheet", "Dashboard 1")).allow == allowed
}

# A visitor to whom the request gives every group can read, but still cannot add anything.
test_no_group_makes_an_anonymous_visitor_an_author if {
	request := {
		"subject": {"type": "user", "id": visitor, "properties": {"attributes": {"group": ["proj1_aud1", "role_ext", "role_dev"]}}},
		"context": {"request_context": "hub"},
	}
	data.qlik.authz.granted_by == {stream_rule} with input as object.union(request, {"action": {"name": "read"}, "resource": world["Dashboard 1"]})
	not data.qlik.authz.allow with input as object.union(request, {"action": {"name": "create"}, "resource": new_object("sheet", "Dashboard 1")})
	not data.qlik.authz.allow with input as object.union(request, {"action": {"name": "create"}, "resource": new_object("sheet", "Dashboard 3")})
	not data.qlik.authz.allow with input as object.union(request, {"action": {"name": "create"}, "resource": new_app})
}

test_the_visitor_reads_in_the_hub_alone if {
	decide("hub", visitor, "read", world["Visitor Guide"]).granted_by == {stream_rule}
	not decide("qmc", visitor, "read", world["Visitor Guide"]).allow
}

# A known limit: a role is not tied to a project. Max is a developer of project 1 and an administrator of
# project 2, and has both roles in both.
test_max_has_each_role_in_both_projects[app] if {
	some app in {"Dashboard 1", "Dashboard 7"}
	decide("hub", max_oduya, "create", new_object("sheet", app)).granted_by == {add_objects, team_admin_create}
	decide("qmc", max_oduya, "create", new_task(app)).granted_by == {team_admin_create}
}

# If a rule tests the group of the project, the projects are separate.
test_max_updates_in_the_project_of_his_admin_group_alone if {
	decide("qmc", max_oduya, "update", world["Dashboard 7"]).granted_by == {team_admin_read}
	decide("qmc", max_oduya, "read", world["Dashboard 1"]).granted_by == {stream_rule}
	not decide("qmc", max_oduya, "update", world["Dashboard 1"]).allow
}
