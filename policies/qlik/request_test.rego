package qlik.request_test

import data.qlik.fixture
import data.qlik.request

# about is the result of qlik.request after a part of the fixture's request is replaced.
about(part, value) := result if {
	result := request with input as object.union(object.remove(fixture.request, [part]), {part: value})
		with data.site as fixture.site
		with data.qlik.view as fixture.view
}

subject(id) := {"type": "user", "id": id}

described(id, properties) := {"type": "user", "id": id, "properties": properties}

# --- subject ---

recorded_subjects := {
	"an account": subject(`ACME\anna`),
	"in another case": subject(`acme\ANNA`),
	"an id": subject("U-Anna"),
	"a described account": described(`ACME\anna`, {"name": "root", "roles": ["RootAdmin"], "group": ["it"]}),
	"a described id": described("u-anna", {"id": "u-bert", "userDirectory": "OTHER", "userId": "bert"}),
	"a described group": described(`ACME\anna`, {"attributes": {"group": ["it"]}, "custom": {"Department": "it"}}),
}

# A request cannot describe a user on record.
test_subject_on_record[note] if {
	some note, value in recorded_subjects
	result := about("subject", value)
	result.user == "u-anna"
	result.subject == fixture.site.entities.user["u-anna"]
	not result.anonymous
}

described_subjects := {
	"directory and user of the subject's id, as written": {
		"subject": described(`New\Some\One`, {"userDirectory": "ACME", "userId": "anna", "x": 1}),
		"user": "\u001fsubject\u001f",
		"record": {"userdirectory": "new", "=userdirectory": "New", "userid": `some\one`, "=userid": `Some\One`},
	},
	"id and name from the properties": {
		"subject": described(`New\x`, {"ID": "U-New", "Name": "New One"}),
		"user": "\u001fsubject\u001fu-new",
		"record": {
			"userdirectory": "new", "=userdirectory": "New", "userid": "x", "=userid": "x",
			"=id": "U-New", "name": "new one", "=name": "New One",
		},
	},
	"lists": {
		"subject": described(`New\x`, {
			"roles": ["RootAdmin", "AuditAdmin"],
			"attributes": {"Group": ["B", "a"], "roles": ["no role"], "email": "x@y"},
			"customProperties": [{"value": "Sales", "definition": {"name": "Department"}}],
			"group": ["not an attribute"],
		}),
		"user": "\u001fsubject\u001f",
		"record": {
			"userdirectory": "new", "=userdirectory": "New", "userid": "x", "=userid": "x",
			"roles": ["auditadmin", "rootadmin"], "group": ["a", "b"], "=group": ["B", "a"],
			"@department": ["sales"], "=@department": ["Sales"],
		},
	},
	"the id of somebody on record, a handle among other things": {
		"subject": described(`New\x`, {"id": "\u001f2\u001fu-gone"}),
		"user": "\u001fsubject\u001f\u001f2\u001fu-gone",
		"record": {
			"userdirectory": "new", "=userdirectory": "New", "userid": "x", "=userid": "x",
			"=id": "\u001f2\u001fu-gone",
		},
	},
	"anonymous": {
		"subject": subject(`None\X`),
		"user": "\u001fsubject\u001f",
		"record": {"userdirectory": "none", "=userdirectory": "None", "userid": "x", "=userid": "X"},
	},
	"anonymous, with properties": {
		"subject": described(`None\X`, {"attributes": [{"attributeType": "group", "attributeValue": "Guests"}]}),
		"user": "\u001fsubject\u001f",
		"record": {
			"userdirectory": "none", "=userdirectory": "None", "userid": "x", "=userid": "X",
			"group": ["guests"], "=group": ["Guests"],
		},
	},
}

test_subject_described[note] if {
	some note, case in described_subjects
	result := about("subject", case.subject)
	result.user == case.user
	result.subject == case.record
}

test_no_subject[note] if {
	some note, value in {
		"nobody": subject(`ACME\nobody`),
		"described by {}": described(`ACME\nobody`, {}),
		"neither account nor id": described("nobody", {"name": "x"}),
	}
	result := about("subject", value)
	not result.user
	not result.subject
}

# If a site lists a user but does not have the record, a request still cannot describe that user.
test_subject_is_not_described_in_place_of_a_record if {
	result := request with input as object.union(fixture.request, {"subject": described(`ACME\anna`, {"name": "root"})})
		with data.site as {"subjects": {`acme\anna`: "u-anna"}}
		with data.qlik.view as fixture.view
	result.user == "u-anna"
	not result.subject
}

# --- anonymous ---

test_anonymous[note] if {
	some note, id in {"no record": `NONE\x`, "in another case": `none\x`, "on record": `NONE\kiosk`, "by id": "u-kiosk"}
	about("subject", subject(id)).anonymous
}

# Without the view, the record does not have the directory.
test_anonymous_without_a_view if {
	request.anonymous with input as {"subject": subject(`None\x`)}
}

test_not_anonymous[note] if {
	some note, value in {
		"on record": subject(`ACME\anna`),
		"described": described(`ACME\x`, {"userDirectory": "NONE"}),
		"a name like it": described(`NONESUCH\x`, {"name": "x"}),
		"a user called so": described(`ACME\none`, {"name": "x"}),
	}
	not about("subject", value).anonymous
}

# The record's directory is used: this account only looks like one of the directory NONE.
test_anonymous_by_record if {
	site := {"subjects": {`none\b\c`: "u"}, "entities": {"user": {"u": {"userdirectory": `none\b`}}}}
	not request.anonymous with input as {"subject": subject(`NONE\b\c`)} with data.site as site
}

# --- identity ---

is_user(value, handle) if {
	request.is_user(handle) with input as object.union(fixture.request, {"subject": value})
		with data.site as fixture.site
		with data.qlik.view as fixture.view
}

test_is_user[note] if {
	some note, case in {
		"on record": [subject(`ACME\anna`), "u-anna"],
		"on record, by id": [subject("U-ANNA"), "u-anna"],
		"the described id, nested": [described(`ACME\x`, {"id": "U-Gone"}), "\u001f2\u001fu-gone"],
		"the described id, described": [described(`ACME\x`, {"id": "u-x"}), "\u001frequest.owner\u001fu-x"],
		"the described id, requested": [described(`ACME\x`, {"id": "u-x"}), "\u001frequest\u001fu-x"],
	}
	is_user(case[0], case[1])
}

test_is_not_user[note] if {
	some note, case in {
		"another": [subject(`ACME\anna`), "u-bert"],
		"another, described": [subject(`ACME\anna`), "\u001frequest.owner\u001fu-x"],
		"somebody on record": [described(`ACME\x`, {"id": "u-anna"}), "u-anna"],
		"the id of somebody on record, in data that do not know": [described(`ACME\x`, {"id": "u-anna"}), "\u001f2\u001fu-anna"],
		"somebody on record, in another case": [described(`ACME\x`, {"id": "U-ANNA"}), "u-anna"],
		"an owner on record": [described(`ACME\x`, {"id": "u-x"}), "u-anna"],
		"another id": [described(`ACME\x`, {"id": "u-x"}), "\u001frequest.owner\u001fu-y"],
		"nobody has an id": [described(`ACME\x`, {"name": "x"}), "\u001frequest.owner\u001f"],
		"the id is empty": [described(`ACME\x`, {"id": ""}), "\u001frequest.owner\u001f"],
		"anonymous": [subject(`NONE\x`), "\u001frequest.owner\u001f"],
		"a handle for an id": [described(`ACME\x`, {"id": "\u001f2\u001fu-gone"}), "\u001f2\u001fu-gone"],
		"unknown": [subject(`ACME\nobody`), "u-anna"],
	}
	not is_user(case[0], case[1])
}

test_same if {
	request.same("a-1", "a-1")
	request.same("\u001f1\u001fs-gone", "\u001f7\u001fs-gone")
	request.same("\u001frequest\u001fs-gone", "\u001f7\u001fs-gone")
	not request.same("a-1", "a-2")
	not request.same("\u001f1\u001fs-gone", "\u001f1\u001fs-other")
	not request.same("\u001f1\u001f", "\u001f2\u001f")
	not request.same("\u001f1\u001f", "\u001f1\u001f")
}

# --- resource and action ---

test_resource[note] if {
	some note, case in {
		"on record": [{"type": "APP", "id": "A-1"}, "app", "a-1", "a-1"],
		"not on record": [{"type": "App", "id": "A-9"}, "app", "a-9", "\u001frequest\u001fa-9"],
		"on record as another type": [{"type": "App", "id": "S-1"}, "app", "s-1", "\u001frequest\u001fs-1"],
		"nested somewhere": [{"type": "Stream", "id": "s-gone"}, "stream", "s-gone", "\u001frequest\u001fs-gone"],
		"a handle": [
			{"type": "Stream", "id": "\u001f1\u001fS-gone"},
			"stream",
			"\u001f1\u001fs-gone",
			"\u001frequest\u001f\u001f1\u001fs-gone",
		],
		"the empty id": [{"type": "App", "id": ""}, "app", "", "\u001frequest\u001f"],
	}
	result := about("resource", case[0])
	[result.type, result.id, result.resource] == [case[1], case[2], case[3]]
}

# The record is used as a whole: the properties in the request are ignored.
test_nothing_is_described_on_record if {
	properties := {"name": "forged", "description": "x", "owner": "u-bert", "stream": {"name": "x"}}
	result := about("resource", {"type": "App", "id": "a-1", "properties": properties})
	result.described == {}
	result.resource == "a-1"
}

test_action if {
	about("action", {"name": "ExportData"}).action == "exportdata"
	not about("action", {"name": "nothing"}).action
}

# --- session ---

test_origin if {
	hub := about("context", {"request_context": "hub"})
	hub.from_hub
	not hub.from_qmc
	qmc := about("context", {"request_context": "qmc"})
	qmc.from_qmc
	not qmc.from_hub
	neither := about("context", {})
	not neither.from_hub
	not neither.from_qmc
}

test_environment[note] if {
	some note, case in {
		"absent": [{}, {}],
		"empty": [{"environment": {}}, {}],
		"text": [{"environment": {"OS": "Windows"}}, {"os": {"windows"}, "=os": {"Windows"}}],
		"list": [{"environment": {"g": ["b", "A", "a", "B"]}}, {"g": {"a", "b"}, "=g": {"A", "B", "a", "b"}}],
		"empty list": [{"environment": {"g": []}}, {}],
		"empty text": [{"environment": {"g": ""}}, {"g": {""}, "=g": {""}}],
		"a text that means never elsewhere": [
			{"environment": {"t": "1753-01-01T00:00:00.000Z"}},
			{"t": {"1753-01-01t00:00:00.000z"}, "=t": {"1753-01-01T00:00:00.000Z"}},
		],
		"names equal but for case": [
			{"environment": {"Os": "Windows", "oS": ["Linux"], "os": []}},
			{"os": {"linux", "windows"}, "=os": {"Linux", "Windows"}},
		],
	}
	about("context", case[0]).environment == case[1]
}

test_where_the_subject_comes_from_is_an_attribute[note] if {
	some note, case in {
		"hub": [{"request_context": "hub"}, {"AppAccess"}],
		"qmc": [{"request_context": "qmc"}, {"ManagementAccess"}],
		"neither": [{"environment": {"os": "x"}}, set()],
		"sent": [{"environment": {"CONTEXT": "Other"}}, {"Other"}],
		"sent and another": [{"request_context": "hub", "environment": {"context": ["A", "B"]}}, {"A", "B"}],
		"sent without a value": [{"request_context": "qmc", "environment": {"context": []}}, {"ManagementAccess"}],
		"sent as the empty text": [{"request_context": "qmc", "environment": {"context": ""}}, {""}],
	}
	environment := about("context", case[0]).environment
	object.get(environment, "=context", set()) == case[1]
	object.get(environment, "context", set()) == {lower(text) | some text in case[1]}
}

test_environment_by_name if {
	session := {"subject": {}, "context": {"environment": {"OS": "Windows", "=os": "forged", "none": []}}}
	request.environment.os == {"windows"} with input as session
	request.environment["=os"] == {"Windows"} with input as session
	not request.environment.none with input as session
	not request.environment["=none"] with input as session
	not request.environment.other with input as session
	not request.environment.os with input as {}
}
