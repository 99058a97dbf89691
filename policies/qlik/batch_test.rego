package qlik.batch_test

import data.qlik.authz
import data.qlik.fixture

batch(input_) := result if {
	result := authz.batch with input as input_
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

batch_granted_by(input_) := result if {
	result := authz.batch_granted_by with input as input_
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as fixture.rules
}

request := {"subject": fixture.request.subject, "resource": {"type": "App"}, "items": [
	["A-1", "Read"],
	["a-1", "delete"],
	["nowhere", "read"],
	["a-1", "fly"],
]}

test_items_on_record_are_decided if {
	batch(request) == {0: true, 1: false}
}

test_the_rules_that_grant_are_named if {
	batch_granted_by(request) == {0: {"read-a", "read-b"}, 1: set()}
}

refused_cases := {
	"nobody": [{"op": "replace", "path": "/subject/id", "value": "ACME\\nobody"}],
	"no type": [{"op": "remove", "path": "/resource"}],
	"no user": [{"op": "replace", "path": "/subject/type", "value": "group"}],
	"a context that is none": [{"op": "add", "path": "/context", "value": "hub"}],
}

test_nothing_is_decided_without_a_subject[note] if {
	some note, changes in refused_cases
	batch(json.patch(request, changes)) == {}
}

test_who_there_is if {
	subjects := authz.subjects with data.site as {
		"subjects": {"acme\\anna": "u-anna"},
		"entities": {"user": {"u-anna": {}, "u-bert": {}}},
	}
	subjects == {{"type": "user", "id": "acme\\anna"}, {"type": "user", "id": "u-bert"}}
}

test_what_there_is if {
	resources := authz.resources with data.site as {"entities": {"app": {"a-1": {}}, "stream": {"s-1": {}}}}
	resources == {{"type": "app", "id": "a-1"}, {"type": "stream", "id": "s-1"}}
}

test_what_one_may_do if {
	"read" in authz.action_names
	count(authz.action_names) == 13
}
