package qlik.authz_test

import data.qlik.authz
import data.qlik.fixture
import data.qlik.request

decision(changes) := result if {
	result := authz.decision with input as json.patch(fixture.request, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

actions(changes) := result if {
	result := authz.actions with input as json.patch(fixture.request, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

allow(changes) := result if {
	result := authz.allow with input as json.patch(fixture.request, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

granted_by(changes) := result if {
	result := authz.granted_by with input as json.patch(fixture.request, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

admitted(changes) := result if {
	result := request.admitted with input as json.patch(fixture.request, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
}

set_at(path, value) := [{"op": "add", "path": path, "value": value}]

removed(path) := [{"op": "remove", "path": path}]

# --- grants ---

test_all_rules_that_grant_are_named if {
	decision([]) == {"allow": true, "granted_by": {"read-a", "read-b"}, "reason": "granted"}
	allow([]) == true
	granted_by([]) == {"read-a", "read-b"}
}

test_no_rule_grants if {
	delete := set_at("/action/name", "delete")
	decision(delete) == {"allow": false, "granted_by": set(), "reason": "no_rule"}
	allow(delete) == false
	granted_by(delete) == set()
}

granted_cases := {
	"names in any case": array.concat(
		set_at("/action/name", "READ"),
		array.concat(set_at("/resource/type", "aPP"), set_at("/subject/id", "acme\\ANNA")),
	),
	"a user by id": set_at("/subject/id", "U-ANNA"),
	"from the hub": set_at("/context", {"request_context": "hub"}),
	"from the qmc": set_at("/context", {"request_context": "qmc"}),
	"empty context": set_at("/context", {}),
	"session attributes": set_at("/context", {"environment": {"os": "Windows", "group": ["a", "b"], "none": []}}),
	"empty properties": array.concat(set_at("/subject/properties", {}), set_at("/resource/properties", {})),
	"properties of the action": set_at("/action/properties", {"soft": true}),
	"unknown fields": array.concat(set_at("/Subject", null), set_at("/context", {"Environment": 1})),
	"a record that has nothing the rules read": set_at("/resource/id", "a-3"),
	"a new app": array.concat(
		set_at("/action/name", "create"),
		set_at("/resource", {"type": "App", "id": "A-new", "properties": {"name": "x"}}),
	),
	"a section": set_at("/resource", {"type": "TransientObject", "id": "QmcSection_App"}),
	"someone described": set_at("/subject", {"type": "user", "id": "ACME\\new", "properties": {"name": "x"}}),
	"someone anonymous": set_at("/subject/id", "none\\x"),
}

test_granted[note] if {
	some note, changes in granted_cases
	decision(changes).reason == "granted"
	allow(changes)
}

# --- reasons ---

not_text := [null, 1, true, [], {}, ["x"], {"x": "y"}]

required := [
	"/subject", "/subject/type", "/subject/id", "/action", "/action/name",
	"/resource", "/resource/type", "/resource/id",
]

invalid_cases[sprintf("no %s", [path])] := removed(path) if some path in required

invalid_cases[sprintf("%s is %v", [path, value])] := set_at(path, value) if {
	some path in required
	some value in not_text
}

# The empty string is a string, so it is valid as an id or a type.
invalid_cases[sprintf("%s is empty", [path])] := set_at(path, "") if {
	some path in ["/subject", "/subject/type", "/action", "/action/name", "/resource"]
}

invalid_cases[sprintf("%s is %v", [path, value])] := set_at(path, value) if {
	some path in ["/context", "/subject/properties", "/resource/properties", "/action/properties"]
	some value in [null, "x", 1, false, true, []]
}

invalid_cases[sprintf("request_context is %v", [value])] := set_at("/context", {"request_context": value}) if {
	some value in [null, "", "Hub", "QMC", "both", 1, ["hub"], {}]
}

invalid_cases[sprintf("environment is %v", [value])] := set_at("/context", {"environment": value}) if {
	some value in [
		null, "x", 1, true, ["x"], {"a": null}, {"a": 1}, {"a": false}, {"a": {}}, {"a": {"b": "c"}},
		{"a": [1]}, {"a": ["x", null]}, {"a": [["x"]]}, {"a": "x", "b": 1},
	]
}

invalid_cases["another type of subject"] := set_at("/subject/type", "group")

invalid_cases["subject.type in another case"] := set_at("/subject/type", "User")

invalid_cases["an unknown action"] := set_at("/action/name", "write")

invalid_cases["an action with blanks"] := set_at("/action/name", " read")

test_invalid_request[note] if {
	some note, changes in invalid_cases
	decision(changes) == {"allow": false, "granted_by": set(), "reason": "invalid_request"}
	allow(changes) == false
	granted_by(changes) == set()
	actions_of_invalid(note, changes) == set()
}

# The action is optional only in a request for actions.
actions_of_invalid("no /action", _) := set()

actions_of_invalid(note, changes) := actions(changes) if note != "no /action"

test_input_of_any_type[note] if {
	some note, value in {"null": null, "text": "x", "number": 1, "boolean": true, "list": [], "object": {}, "set": {1}}
	authz.decision == {"allow": false, "granted_by": set(), "reason": "invalid_request"} with input as value
	authz.allow == false with input as value
	authz.granted_by == set() with input as value
	authz.actions == set() with input as value
}

# All invalid parts, for entities that are not on record: these requests use the other definition of
# admitted.
test_invalid_request_without_records[note] if {
	some note, changes in invalid_cases
	section := {
		"subject": {"type": "user", "id": "NONE\\x"},
		"action": {"name": "read"},
		"resource": {"type": "TransientObject", "id": "QmcSection_App"},
	}
	result := authz.decision with input as json.patch(section, changes)
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
	result.reason == "invalid_request"
}

unknown_subject_cases := {
	"an account that is not on record": "ACME\\nobody",
	"an id that is not on record": "u-nobody",
	"an id that is nested somewhere": "u-gone",
	"the empty text": "",
	"no user": "ACME\\",
	"no directory": "\\anna",
	"anonymous without a name": "NONE\\",
	"another separator": "ACME/anna",
	"blanks": " ACME\\anna",
	"a handle": "\u001f2\u001fu-gone",
	"a handle of the request": "\u001fsubject\u001fu-anna",
}

test_unknown_subject[note] if {
	some note, id in unknown_subject_cases
	decision(set_at("/subject/id", id)) == {"allow": false, "granted_by": set(), "reason": "unknown_subject"}
	actions(set_at("/subject/id", id)) == set()
}

# A subject that is neither an account nor an id on record is unknown, even if it is described.
test_unknown_subject_described[note] if {
	some note, id in object.remove(unknown_subject_cases, {"an account that is not on record", "blanks"})
	changes := set_at("/subject", {"type": "user", "id": id, "properties": {"name": "x"}})
	decision(changes).reason == "unknown_subject"
}

unknown_resource_cases := {
	"an app that is not on record": {"type": "App", "id": "a-9"},
	"the empty id": {"type": "App", "id": ""},
	"no properties": {"type": "App", "id": "a-9", "properties": {}},
	"the id of another type": {"type": "App", "id": "s-1"},
	"a stream that is nested somewhere": {"type": "Stream", "id": "s-gone"},
	"a handle": {"type": "Stream", "id": "\u001f1\u001fs-gone"},
	"a handle of the request": {"type": "App", "id": "\u001frequest\u001fa-1"},
}

test_unknown_resource[note] if {
	some note, resource in unknown_resource_cases
	decision(set_at("/resource", resource)) == {"allow": false, "granted_by": set(), "reason": "unknown_resource"}
	actions(set_at("/resource", resource)) == set()
}

# If the snapshot has no entities of a type, the decision depends on type and id only.
judged_cases := {
	"a section": {"type": "TransientObject", "id": "QmcSection_Other"},
	"a type outside the table": {"type": "Whatever", "id": "1"},
	"the empty id": {"type": "ReloadTask", "id": ""},
	"the empty type": {"type": "", "id": "1"},
}

test_judged_by_type_and_id[note] if {
	some note, resource in judged_cases
	decision(set_at("/resource", resource)).reason == "no_rule"
}

test_nothing_is_held_without_a_snapshot if {
	result := authz.decision with input as json.patch(fixture.request, set_at("/subject/id", "NONE\\x"))
	result.reason == "no_rule"
}

test_the_first_reason_counts if {
	unknown_both := array.concat(set_at("/subject/id", "ACME\\nobody"), set_at("/resource/id", "a-9"))
	decision(unknown_both).reason == "unknown_subject"
	decision(array.concat(unknown_both, set_at("/action/name", "write"))).reason == "invalid_request"
	decision(array.concat(unknown_both, set_at("/context", null))).reason == "invalid_request"
	decision(array.concat(set_at("/resource/id", "a-9"), set_at("/action/name", "write"))).reason == "invalid_request"
}

# --- actions ---

test_actions if {
	actions([]) == {"read", "update"}
	actions(removed("/action")) == {"read", "update"}
	actions(set_at("/resource/id", "a-2")) == set()
}

test_actions_of_a_described_resource if {
	resource := {"type": "App", "id": "a-new", "properties": {"name": "x"}}
	actions(array.concat(removed("/action"), set_at("/resource", resource))) == {"create"}
}

# Every known action is admitted for entities on record and for described ones; other actions are not.
test_every_action_is_known[action] if {
	some action in request.action_names
	admitted(set_at("/action/name", upper(action))) == ["app", action, "a-1"]
	section := set_at("/resource", {"type": "TransientObject", "id": "x"})
	decision(array.concat(section, set_at("/action/name", action))).reason == "no_rule"
}

# The description of a resource on record is ignored.
test_a_record_is_not_described if {
	resource := {"type": "App", "id": "a-1", "properties": {"name": "forged", "owner": "u-bert"}}
	admitted(set_at("/resource", resource)) == ["app", "read", "a-1"]
}

test_there_are_thirteen_actions if count(request.action_names) == 13
