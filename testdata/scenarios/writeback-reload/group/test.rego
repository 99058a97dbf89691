# A write-back chart reloads its published app. In this interpretation of the rule, members of the directory
# group Vizlib Writeback can update the apps that they can read.
package scenarios.writeback_reload.group_test

vera := `ACME\vera` # a member, reads the stream Sales

nils := `ACME\nils` # no member, reads the stream Sales

olga := `ACME\olga` # a member, reads no stream

vizlib := `ACME\svc-vizlib` # no member, but named so; reads the stream Sales

petra := `ACME\petra` # no member, reads the stream named so

world := {
	"stream Sales": {"type": "Stream", "id": "c09eb068-b087-4e6e-8854-e310ed36dde6"},
	"stream HR": {"type": "Stream", "id": "a32b5a26-cb37-4e02-b617-5d38b47b0e76"},
	"stream Vizlib Writeback": {"type": "Stream", "id": "73a6f8f3-f523-4627-a6ec-e0869f4d95a6"},
	"app Forecast": {"type": "App", "id": "615d272e-94a9-4530-b4f5-3f80a3fc7eb4"}, # in stream Sales
	"app Salaries": {"type": "App", "id": "98e5748a-9db9-4b84-b71b-6328e611a6bf"}, # in stream HR
	"app Plan": {"type": "App", "id": "0fa49068-7547-4d87-909e-a2221384c548"}, # in stream Vizlib Writeback
	"app Rework": {"type": "App", "id": "08695bc0-72c7-404b-86a6-1a7a7723776f"}, # in no stream
	"Forecast sheet": {"type": "App.Object", "id": "8bdc7759-c1e7-4de9-972c-971711f20409"},
	"Forecast script": {"type": "App.Object", "id": "524e9d71-8622-49df-a820-22a93b949e9c"},
	"Forecast load model": {"type": "App.Object", "id": "dfb6f0b0-0082-47a9-9e8a-5e2cbd9d5387"},
	"Forecast unpublished sheet": {"type": "App.Object", "id": "5f928910-ae09-43aa-a149-a99f71430880"},
	"Salaries sheet": {"type": "App.Object", "id": "bcc12b87-7541-4f8e-b4ab-f63fc1f6538e"},
	"Salaries script": {"type": "App.Object", "id": "4b8de884-a1ff-4ae8-9d15-0c1e6aefc987"},
	"Plan sheet": {"type": "App.Object", "id": "7e7daa23-2705-4e9b-8eab-b8dedda6440f"},
	"Plan script": {"type": "App.Object", "id": "60c02b88-56dc-4cac-b02a-c0319b49ed50"},
	"Rework script": {"type": "App.Object", "id": "19b73191-7589-4179-bdbe-51866ca4ac00"},
}

stream_rule := "7977eb78-58df-4cb8-a33d-8cc7cc82ccad"

writeback_rule := "3ebe3fde-5bd0-42b5-a720-1b01b9abf87c"

decide(subject, action, what) := answer if {
	answer := data.qlik.authz.decision with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": action},
		"resource": world[what],
	}
}

# rights are all rights of a user, by resource. Rights that are not listed are denied.
rights(subject, context) := {name: actions |
	some name, resource in world
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": subject},
		"resource": resource,
		"context": context,
	}
	count(actions) > 0
}

test_member_vera[note] if {
	some note, tc in {
		"updates, so reloads, the published app": {"action": "update", "what": "app Forecast", "by": {writeback_rule}},
		"reads it, by two rules": {"action": "read", "what": "app Forecast", "by": {stream_rule, writeback_rule}},
		"reads its script": {"action": "read", "what": "Forecast script", "by": {writeback_rule}},
		"updates its script": {"action": "update", "what": "Forecast script", "by": {writeback_rule}},
		"reads its sheet as every reader does": {"action": "read", "what": "Forecast sheet", "by": {stream_rule}},
		"does not update its sheet": {"action": "update", "what": "Forecast sheet", "by": set()},
		"does not read its load model": {"action": "read", "what": "Forecast load model", "by": set()},
		"does not read an unpublished sheet of it": {"action": "read", "what": "Forecast unpublished sheet", "by": set()},
		"does not delete it": {"action": "delete", "what": "app Forecast", "by": set()},
		"does not publish it": {"action": "publish", "what": "app Forecast", "by": set()},
		"does not export it": {"action": "export", "what": "app Forecast", "by": set()},
		"does not update an app of a stream that she does not read": {"action": "update", "what": "app Plan", "by": set()},
		"does not update an app in no stream": {"action": "update", "what": "app Rework", "by": set()},
		"does not read the script of an app in no stream": {"action": "read", "what": "Rework script", "by": set()},
	}
	decide(vera, tc.action, tc.what).granted_by == tc.by
}

test_non_member_nils[note] if {
	some note, tc in {
		"reads the app of the same stream": {"action": "read", "what": "app Forecast", "by": {stream_rule}},
		"does not update it": {"action": "update", "what": "app Forecast", "by": set()},
	}
	decide(nils, tc.action, tc.what).granted_by == tc.by
}

# The second branch of the rule, for the script, does not test the group.
test_the_script_is_granted_to_every_reader_of_the_stream[subject] if {
	some subject in {vera, nils, vizlib}
	decide(subject, "read", "Forecast script").granted_by == {writeback_rule}
	decide(subject, "update", "Forecast script").granted_by == {writeback_rule}
}

test_the_script_stays_hidden_from_who_does_not_read_the_stream[subject] if {
	some subject in {olga, petra}
	decide(subject, "read", "Forecast script") == {"allow": false, "granted_by": set(), "reason": "no_rule"}
	decide(subject, "update", "Forecast script") == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

# The rule tests a group, neither the name of a user nor that of a stream.
test_the_name_alone_updates_no_app[note] if {
	some note, tc in {
		"a user named like the group": {"subject": vizlib, "what": "app Forecast"},
		"a stream named like the group": {"subject": petra, "what": "app Plan"},
	}
	decide(tc.subject, "read", tc.what).allow
	not decide(tc.subject, "update", tc.what).allow
}

# All rights of all users: nobody gets other objects or other actions.
test_all_rights_of[subject] if {
	some subject, expected in {
		vera: {
			"stream Sales": {"read"},
			"app Forecast": {"read", "update"},
			"Forecast sheet": {"read"},
			"Forecast script": {"read", "update"},
		},
		nils: {
			"stream Sales": {"read"},
			"app Forecast": {"read"},
			"Forecast sheet": {"read"},
			"Forecast script": {"read", "update"},
		},
		vizlib: {
			"stream Sales": {"read"},
			"app Forecast": {"read"},
			"Forecast sheet": {"read"},
			"Forecast script": {"read", "update"},
		},
		petra: {
			"stream Vizlib Writeback": {"read"},
			"app Plan": {"read"},
			"Plan sheet": {"read"},
			"Plan script": {"read", "update"},
		},
		olga: {},
	}
	rights(subject, {}) == expected
	rights(subject, {"request_context": "hub"}) == expected
	rights(subject, {"request_context": "qmc"}) == expected
}
