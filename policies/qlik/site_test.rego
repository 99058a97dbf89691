package qlik.site_test

import data.qlik.fixture
import data.qlik.site

test_entity_on_record if {
	site.entity("stream", "s-1") == {"name": "finance", "owner": "u-bert"} with data.site as fixture.site
}

test_entity_nested if {
	site.entity("stream", "\u001f1\u001fs-gone") == {"name": "gone"} with data.site as fixture.site
}

test_entity_described if {
	request := json.patch(fixture.request, [{
		"op": "add",
		"path": "/resource",
		"value": {"type": "App", "id": "A-new", "properties": {"name": "X"}},
	}])
	result := site.entity("app", "\u001frequest\u001fa-new") with input as request
		with data.site as fixture.site
		with data.qlik.view as fixture.view
	result == {"name": "x", "=name": "X", "=id": "A-new"}
}

test_entity_without_anything_to_read if {
	site.entity("app", "a-3") == {} with data.site as fixture.site
	site.entity("app", "a-9") == {} with data.site as fixture.site
	site.entity("app", "a-9") == {}
}

# The same handle in another collection identifies another entity.
test_entity_of_another_type if site.entity("app", "s-1") == {} with data.site as fixture.site

test_on_record if {
	site.on_record("app", "a-1") with data.site as fixture.site
	site.on_record("app", "a-3") with data.site as fixture.site
}

test_not_on_record[id] if {
	some id in ["a-9", "s-1", "A-1", "", "\u001f1\u001fs-gone", "\u001f2\u001fu-gone", "\u001frequest\u001fa-1"]
	every type in ["app", "user"] {
		not site.on_record(type, id) with data.site as fixture.site
	}
	not site.on_record("app", id)
}

id_cases := {
	"a-1": "a-1",
	"": "",
	"\u001f12\u001fs-1": "s-1",
	"\u001frequest\u001fa-1": "a-1",
	"\u001frequest\u001f": "",
	"\u001frequest.app.stream\u001fs-1": "s-1",
	"\u001frequest.appcontents.3\u001fc-1": "c-1",
	"\u001fsubject\u001fu-1": "u-1",
	# An id that looks like a handle stays behind the second separator.
	"\u001frequest\u001f\u001f1\u001fs-1": "\u001f1\u001fs-1",
	"\u001frequest\u001fa\u001fb": "a\u001fb",
	"\u001frequest\u001f\u001f": "\u001f",
}

test_id[handle] if {
	some handle, id in id_cases
	site.id(handle) == id
}

test_no_id[handle] if {
	some handle in ["\u001f12\u001f", "\u001frequest.owner\u001f", "\u001fsubject\u001f"]
	not site.id(handle)
}

test_identity if {
	site.identity("a-1") == "a-1"
	site.identity("\u001f1\u001fs-1") == site.identity("\u001f2\u001fs-1")
	site.identity("\u001f1\u001f") != site.identity("\u001f2\u001f")
	site.identity("\u001f1\u001f") != site.identity("\u001frequest.owner\u001f\u001f1\u001f")
}

test_account[text] if {
	some text, account in {
		`ACME\anna`: ["ACME", "anna"],
		`ACME\a\b`: ["ACME", `a\b`],
		`Ä\ö`: ["Ä", "ö"],
		` \ `: [" ", " "],
	}
	site.account(text) == account
}

test_no_account[text] if {
	some text in ["", "anna", `ACME\`, `\anna`, `\`, `\\anna`, "ACME/anna"]
	not site.account(text)
}
