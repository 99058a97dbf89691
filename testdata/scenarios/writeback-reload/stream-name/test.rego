# A write-back chart reloads its published app. In this interpretation of the rule, users that can read the
# stream Vizlib Writeback can update every app in it.
package scenarios.writeback_reload.stream_name_test

petra := `ACME\petra` # reads the stream Vizlib Writeback, is in no such group

vera := `ACME\vera` # is in the group Vizlib Writeback, reads the stream Sales

nils := `ACME\nils` # reads the stream Sales

olga := `ACME\olga` # is in the group Vizlib Writeback, reads no stream

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

test_petra_reads_the_stream_and[note] if {
	some note, tc in {
		"updates, so reloads, its app": {"action": "update", "what": "app Plan", "by": {writeback_rule}},
		"reads it, by two rules": {"action": "read", "what": "app Plan", "by": {stream_rule, writeback_rule}},
		"reads its script": {"action": "read", "what": "Plan script", "by": {writeback_rule}},
		"updates its script": {"action": "update", "what": "Plan script", "by": {writeback_rule}},
		"does not update its sheet": {"action": "update", "what": "Plan sheet", "by": set()},
		"does not delete it": {"action": "delete", "what": "app Plan", "by": set()},
		"does not publish it": {"action": "publish", "what": "app Plan", "by": set()},
		"does not update an app of another stream": {"action": "update", "what": "app Forecast", "by": set()},
		"does not read the script of another stream's app": {"action": "read", "what": "Forecast script", "by": set()},
	}
	decide(petra, tc.action, tc.what).granted_by == tc.by
}

# Users that cannot read this stream cannot update its apps. The group of the other interpretation has no effect
# here.
test_does_not_update_the_app_of_the_stream[subject] if {
	some subject in {vera, nils, olga}
	decide(subject, "update", "app Plan") == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

# They cannot update apps of other streams either, not even apps that they can read.
test_reads_and_does_not_update_an_app_of_another_stream[subject] if {
	some subject in {vera, nils}
	decide(subject, "read", "app Forecast").granted_by == {stream_rule}
	not decide(subject, "update", "app Forecast").allow
}

# The second branch of the rule, for the script, does not test the stream: it applies to the scripts of all
# streams.
test_the_script_is_granted_to_every_reader_of_any_stream[note] if {
	some note, tc in {
		"vera, of the stream Sales": {"subject": vera, "what": "Forecast script"},
		"nils, of the stream Sales": {"subject": nils, "what": "Forecast script"},
		"petra, of the stream so named": {"subject": petra, "what": "Plan script"},
	}
	decide(tc.subject, "update", tc.what).granted_by == {writeback_rule}
}

# All rights of all users: nobody gets other objects or other actions.
test_all_rights_of[subject] if {
	some subject, expected in {
		petra: {
			"stream Vizlib Writeback": {"read"},
			"app Plan": {"read", "update"},
			"Plan sheet": {"read"},
			"Plan script": {"read", "update"},
		},
		vera: {
			"stream Sales": {"read"},
			"app Forecast": {"read"},
			"Forecast sheet": {"read"},
			"Forecast script": {"read", "update"},
		},
		nils: {
			"stream Sales": {"read"},
			"app Forecast": {"read"},
			"Forecast sheet": {"read"},
			"Forecast script": {"read", "update"},
		},
		olga: {},
	}
	rights(subject, {}) == expected
	rights(subject, {"request_context": "hub"}) == expected
	rights(subject, {"request_context": "qmc"}) == expected
}
