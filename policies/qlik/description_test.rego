package qlik.description_test

import data.qlik.fixture
import data.qlik.request

# described is the entities of a described resource, by handle.
described(type, id, properties) := result if {
	resource := {"type": type, "id": id, "properties": properties}
	result := request.described with input as object.union(fixture.request, {"resource": resource})
		with data.site as fixture.site
		with data.qlik.view as fixture.view
}

new := "\u001frequest\u001fnew"

reference := "\u001frequest\u001fr"

# app is the entity of a described app, without its id.
app(properties) := object.remove(described("App", "New", properties)[new], ["=id"])

# --- scalars ---

test_scalars[note] if {
	some note, case in {
		"both forms": [{"name": "Sales Q1"}, {"name": "sales q1", "=name": "Sales Q1"}],
		"one form": [{"description": "Sales"}, {"description": "sales"}],
		"empty": [{"description": ""}, {"description": ""}],
		"names in any case": [{"DESCRIPTION": "a"}, {"description": "a"}],
		"the spelling that sorts first": [{"description": "c", "DEscription": "b", "Description": "a"}, {"description": "b"}],
		"it counts even if it is nothing": [{"description": "a", "Description": null}, {}],
		"true": [{"published": true}, {"published": "true"}],
		"false": [{"published": false}, {"published": "false"}],
		"integer": [{"description": 42}, {"description": "42"}],
		"as in the JSON text": [{"description": 1.5}, {"description": "1.5"}],
		"null": [{"description": null}, {}],
		"object": [{"description": {"name": "x"}}, {}],
		"never": [{"description": "1753-01-01T00:00:00.000Z"}, {}],
		"a list of one": [{"description": ["a"]}, {"description": "a"}],
		"a list of two": [{"description": ["a", "b"]}, {}],
		"a list of one null": [{"description": [null]}, {}],
		"an empty list": [{"description": []}, {}],
		"a list in a list": [{"description": [["a"]]}, {}],
		"what no rule reads": [{"thumbnail": "a", "resourcetype": "x", "=name": "x", "@groupaccess": ["x"]}, {}],
	}
	app(case[0]) == case[1]
}

# An export writes the number of an enumeration's value, a rule its name. A request may write either; the
# result is the name. Any other value is unchanged.
test_enumerations[note] if {
	some note, case in {
		"number": [1, {"security": "normal", "=security": "Normal"}],
		"number as a text": ["1", {"security": "normal", "=security": "Normal"}],
		"name": ["Normal", {"security": "normal", "=security": "Normal"}],
		"name in another case": ["NORMAL", {"security": "normal", "=security": "Normal"}],
		"a list of one": [[0], {"security": "open", "=security": "Open"}],
		"another number": [7, {"security": "7", "=security": "7"}],
		"another name": ["Shut", {"security": "shut", "=security": "Shut"}],
		"null": [null, {}],
	}
	content({"Security": case[0]}) == case[1]
}

test_enumerations_are_of_one_property if {
	content({"Security": 1, "name": 1}) == {"security": "normal", "=security": "Normal", "name": "1"}
}

# content is the entity of described content, without its id.
content(properties) := object.remove(all[new], ["=id"]) if {
	resource := {"type": "Content", "id": "New", "properties": properties}
	all := request.described with input as object.union(fixture.request, {"resource": resource})
		with data.site as fixture.site
		with data.qlik.view as {"content": content_view}
}

content_view := {
	"scalars": {"id": ["="], "name": [""], "security": ["", "="]},
	"lists": {},
	"relations": {},
	"enumerations": {"security": {
		"0": "Open", "open": "Open",
		"1": "Normal", "normal": "Normal",
	}},
}

# OPA treats some numbers as equal that rules distinguish, and it caches the results of functions.
test_equal_numbers_written_differently[note] if {
	some note, case in {
		"in one list": {"customProperties": [{"value": 1, "definition": {"name": "GroupAccess"}}, {"value": 1.0, "definition": {"name": "GroupAccess"}}]},
		"in the short form": {"custom": {"GroupAccess": [1, 1.0]}},
		"in both forms": {"custom": {"GroupAccess": 1}, "customProperties": [{"value": 1.0, "definition": {"name": "GroupAccess"}}]},
	}
	app(case)["=@groupaccess"] == ["1", "1.0"]
}

test_equal_numbers_of_subject_and_resource if {
	body := object.union(fixture.request, {
		"subject": {"type": "user", "id": "NEW\\x", "properties": {"custom": {"GroupAccess": 1.0}}},
		"resource": {"type": "App", "id": "new", "properties": {"custom": {"GroupAccess": 1}}},
	})
	[request.subject["=@groupaccess"], request.described[new]["=@groupaccess"]] == [["1.0"], ["1"]] with input as body
		with data.site as fixture.site
		with data.qlik.view as {"app": app_view, "user": app_view}
}

app_view := {"scalars": {}, "lists": {"@groupaccess": ["="]}, "relations": {}}

test_the_id_is_the_resources if {
	described("App", "New", {"id": "a-1"}) == {"\u001frequest\u001fnew": {"=id": "New"}}
	described("App", "New", {}) == {"\u001frequest\u001fnew": {"=id": "New"}}
}

# --- lists ---

test_custom_properties[note] if {
	some note, case in {
		"short form": [{"custom": {"GroupAccess": ["B", "a"]}}, ["B", "a"]],
		"a single value": [{"custom": {"GroupAccess": "a"}}, ["a"]],
		"no text": [{"custom": {"GroupAccess": [1, true, null, {}, ["x"], "1753-01-01T00:00:00.000Z"]}}, ["1", "true"]],
		"QRS": [{"customProperties": [{"value": "a", "definition": {"id": "1", "name": "GroupAccess"}}]}, ["a"]],
		"QRS, not in a list": [{"customProperties": {"value": "a", "definition": {"name": "GroupAccess"}}}, ["a"]],
		"names in any case": [
			{"CUSTOMPROPERTIES": [{"VALUE": "a", "DEFINITION": {"NAME": "GROUPACCESS"}}], "CUSTOM": {"GROUPACCESS": "b"}},
			["a", "b"],
		],
		"all spellings unite": [
			{
				"custom": {"groupaccess": "a", "GroupAccess": ["b"]}, "Custom": {"groupAccess": "c"},
				"customProperties": [{"value": "d", "definition": {"name": "GroupAccess"}}],
				"customproperties": [{"value": "a", "definition": {"name": "groupaccess"}}],
			},
			["a", "b", "c", "d"],
		],
	}
	app(case[0])["=@groupaccess"] == case[1]
	app(case[0])["@groupaccess"] == sort({lower(text) | some text in case[1]})
}

test_no_custom_properties[note] if {
	some note, properties in {
		"none": {},
		"empty": {"custom": {"GroupAccess": []}, "customProperties": []},
		"null": {"custom": null, "customProperties": null},
		"another": {"custom": {"Other": ["a"]}, "customProperties": [{"value": "a", "definition": {"name": "Other"}}]},
		"no object": {"custom": [{"GroupAccess": "a"}], "customProperties": ["GroupAccess"]},
		"no value": {"customProperties": [{"definition": {"name": "GroupAccess"}}, {"value": null, "definition": {"name": "GroupAccess"}}]},
		"no definition": {"customProperties": [{"value": "a"}, {"value": "a", "definition": "GroupAccess"}]},
		"no name": {"customProperties": [{"value": "a", "definition": {"name": null}}]},
		"a field": {"GroupAccess": ["a"], "@GroupAccess": ["a"]},
		"an attribute": {"attributes": {"@GroupAccess": ["a"], "GroupAccess": ["a"]}},
	}
	app(properties) == {}
}

# App.Object has no custom properties, so no rule reads one and the view lists none.
test_custom_properties_that_the_type_lacks if {
	properties := {"custom": {"GroupAccess": ["a"]}, "stream": "s-1", "objectType": "Sheet"}
	described("App.Object", "o", properties) == {"\u001frequest\u001fo": {"objecttype": "sheet"}}
}

user(properties) := object.remove(described("User", "New", properties)[new], ["=id"])

test_attributes[note] if {
	some note, case in {
		"short form": [{"attributes": {"Group": ["B", "a"]}}, ["B", "a"]],
		"a single value": [{"attributes": {"group": "a"}}, ["a"]],
		"QRS": [{"attributes": [{"attributeType": "Group", "attributeValue": "a"}]}, ["a"]],
		"QRS, not in a list": [{"attributes": {"attributeType": "group", "attributeValue": "a"}}, ["a"]],
		"all spellings unite": [
			{
				"attributes": [{"ATTRIBUTETYPE": "GROUP", "ATTRIBUTEVALUE": "a"}, {"attributeType": "group", "attributeValue": "b"}],
				"Attributes": {"group": "a", "GROUP": ["c"]},
			},
			["a", "b", "c"],
		],
	}
	user(case[0]) == {"group": sort({lower(text) | some text in case[1]}), "=group": case[1]}
}

test_no_attributes[note] if {
	some note, properties in {
		"a field": {"group": ["a"]},
		"another": {"attributes": {"groups": ["a"]}},
		"no value": {"attributes": [{"attributeType": "group"}]},
		"a text": {"attributes": "group"},
		"a custom property": {"custom": {"group": "a"}},
	}
	user(properties) == {}
}

test_roles_are_a_field[note] if {
	some note, case in {
		"list": [{"roles": ["RootAdmin", "a"]}, {"roles": ["a", "rootadmin"]}],
		"single": [{"ROLES": "RootAdmin"}, {"roles": ["rootadmin"]}],
		"united": [{"roles": ["b"], "Roles": "a"}, {"roles": ["a", "b"]}],
		"attribute": [{"attributes": {"roles": ["RootAdmin"]}}, {}],
	}
	user(case[0]) == case[1]
}

# --- relations ---

test_references[note] if {
	some note, case in {
		"id on record": [{"stream": "S-1"}, {"stream": "s-1"}],
		"nested, on record": [{"stream": {"id": "S-1", "name": "forged", "owner": "u-anna"}}, {"stream": "s-1"}],
		"nested, on record, in another case": [{"Stream": {"ID": "S-1"}}, {"stream": "s-1"}],
		"account on record": [{"owner": `ACME\Anna`}, {"owner": "u-anna"}],
		"user id on record": [{"owner": "U-ANNA"}, {"owner": "u-anna"}],
		"nested user on record": [{"owner": {"id": "u-anna", "userId": "x", "userDirectory": "y"}}, {"owner": "u-anna"}],
		"a list of one": [{"stream": ["s-1"]}, {"stream": "s-1"}],
		"the spelling that sorts first": [{"stream": "s-2", "Stream": "s-1"}, {"stream": "s-1"}],
		"it counts even if it is nothing": [{"stream": "s-1", "Stream": null}, {}],
		"empty text": [{"stream": ""}, {}],
		"null": [{"stream": null}, {}],
		"number": [{"stream": 1}, {}],
		"empty object": [{"stream": {}, "owner": {}}, {}],
		"empty list": [{"stream": []}, {}],
		"list of two": [{"stream": ["s-1", "s-1"]}, {}],
		"a relation that the type lacks": [{"app": "a-1", "contentLibrarys": ["x"]}, {}],
	}
	described("App", "New", case[0]) == {"\u001frequest\u001fnew": object.union({"=id": "New"}, case[1])}
}

stream := "\u001frequest.stream\u001f"

app_owner := "\u001frequest.owner\u001f"

stream_owner := "\u001frequest.stream.owner\u001f"

# Related entities of a resource: the path, and the entities other than the resource itself.
test_described_relations[note] if {
	some note, case in {
		"an id that is not on record": [
			{"stream": "S-New"},
			{concat("", [stream, "s-new"]): {"=id": "S-New"}},
		],
		"an id that is nested elsewhere": [
			{"stream": "s-gone"},
			{concat("", [stream, "s-gone"]): {"=id": "s-gone"}},
		],
		"an id like a handle": [
			{"stream": "\u001f1\u001fs-gone"},
			{concat("", [stream, "\u001f1\u001fs-gone"]): {"=id": "\u001f1\u001fs-gone"}},
		],
		"an account that is not on record": [
			{"owner": `New\One`},
			{app_owner: {"userdirectory": "new", "=userdirectory": "New", "userid": "one", "=userid": "One"}},
		],
		"a text that is no account": [
			{"owner": `\anna`},
			{concat("", [app_owner, `\anna`]): {"=id": `\anna`}},
		],
		"an account of a stream": [
			{"stream": `ACME\Anna`},
			{concat("", [stream, `acme\anna`]): {"=id": `ACME\Anna`}},
		],
		"nested, without id": [
			{"stream": {"name": "New"}},
			{stream: {"name": "new"}},
		],
		"nested, with an empty id": [
			{"stream": {"id": "", "name": "New"}},
			{stream: {"name": "new"}},
		],
		# The id of a nested user identifies it; its account is ignored.
		"nested, with somebody's account": [
			{"owner": {"userDirectory": "ACME", "userId": "anna"}},
			{app_owner: {"userdirectory": "acme", "=userdirectory": "ACME", "userid": "anna", "=userid": "anna"}},
		],
		"nested, with all kinds of fields": [
			{"owner": {"id": "U-New", "custom": {"Department": "x"}, "attributes": {"group": "g"}, "roles": "R"}},
			{concat("", [app_owner, "u-new"]): {
				"=id": "U-New", "@department": ["x"], "=@department": ["x"],
				"group": ["g"], "=group": ["g"], "roles": ["r"],
			}},
		],
		"nested twice": [
			{"Stream": {"ID": "S-New", "custom": {"Region": "EMEA"}, "OWNER": {"id": "U-New", "name": "N"}}},
			{
				concat("", [stream, "s-new"]): {
					"=id": "S-New",
					"@region": ["emea"],
					"owner": concat("", [stream_owner, "u-new"]),
				},
				concat("", [stream_owner, "u-new"]): {"=id": "U-New", "name": "n", "=name": "N"},
			},
		],
		"nested twice, somebody on record": [
			{"stream": {"id": "S-New", "owner": {"id": "u-anna", "name": "forged"}}},
			{concat("", [stream, "s-new"]): {"=id": "S-New", "owner": "u-anna"}},
		],
	}
	all := described("App", "New", case[0])
	object.remove(all, ["\u001frequest\u001fnew"]) == case[1]

	# The resource refers to the described entity.
	some relation in ["stream", "owner"]
	case[1][all[new][relation]]
}

# A nested entity on record has the properties of the record; entities nested in it are ignored.
test_record_ends_the_description if {
	properties := {"app": {"id": "a-1", "name": "forged", "stream": {"name": "forged"}, "owner": `New\One`}}
	described("App.Object", "o", properties) == {"\u001frequest\u001fo": {"app": "a-1"}}
}

test_set_valued_relations if {
	described("StaticContentReference", "r", {"appContents": [
		"C-1", "c-1", {"id": "c-2", "name": "Two", "app": "a-1"}, {"name": "Three", "app": {"name": "App"}}, "", null, {}, 1,
	]}) == {
		"\u001frequest\u001fr": {"appcontents": [
			"\u001frequest.appcontents.0\u001fc-1",
			"\u001frequest.appcontents.1\u001fc-1",
			"\u001frequest.appcontents.2\u001fc-2",
			"\u001frequest.appcontents.3\u001f",
		]},
		"\u001frequest.appcontents.0\u001fc-1": {},
		"\u001frequest.appcontents.1\u001fc-1": {},
		"\u001frequest.appcontents.2\u001fc-2": {"=name": "Two", "app": "a-1"},
		"\u001frequest.appcontents.3\u001f": {"=name": "Three", "app": "\u001frequest.appcontents.3.app\u001f"},
		"\u001frequest.appcontents.3.app\u001f": {"name": "app", "=name": "App"},
	}
}

test_set_of_records if {
	site := object.union(fixture.site, {"entities": {"app.content": {"c-1": {}, "c-2": {}}}})
	result := request.described with data.site as site
		with data.qlik.view as fixture.view
		with input as {"resource": {
			"type": "StaticContentReference", "id": "r",
			"properties": {"AppContents": ["C-2", "c-1", {"id": "c-2"}]},
		}}
	result == {"\u001frequest\u001fr": {"appcontents": ["c-1", "c-2"]}}
}

test_set_of_a_single_value if {
	described("StaticContentReference", "r", {"appContents": "C-1"})[reference] == {"appcontents": ["\u001frequest.appcontents.0\u001fc-1"]}
}

test_empty_set[note] if {
	some note, value in {"list": [], "null": null, "text": "", "object": {}}
	described("StaticContentReference", "r", {"appContents": value}) == {"\u001frequest\u001fr": {}}
}

test_depth if {
	properties := {"name": "0", "next": {"name": "1", "next": {"name": "2", "next": {"name": "3", "next": {
		"name": "4",
		"next": {"name": "5", "next": {"name": "6", "next": {"name": "7", "next": "x"}}},
	}}}}}
	all := described("Chain", "c", properties)
	{entity.name | some entity in all} == {"0", "1", "2", "3", "4", "5", "6"}
}

# --- types ---

test_section_has_its_id_for_a_name[note] if {
	some note, properties in {"nothing described": {}, "another name": {"name": "Other", "id": "Other"}}
	described("transientobject", "QmcSection_App", properties) == {"\u001frequest\u001fqmcsection_app": {
		"=id": "QmcSection_App",
		"name": "qmcsection_app",
		"=name": "QmcSection_App",
	}}
}

# Every property of a type that no rule names is a list.
test_other_types[note] if {
	some note, case in {
		"nothing described": [{}, {}],
		"scalars": [{"name": "A", "Port": 4747}, {"name": ["a"], "port": ["4747"]}],
		"lists": [{"hosts": ["B", "a"]}, {"hosts": ["a", "b"], "=hosts": ["B", "a"]}],
		"spellings unite": [{"port": 1, "Port": [2, 3]}, {"port": ["1", "2", "3"]}],
		"nothing": [{"port": [], "hosts": null}, {}],
		"nested objects are no paths": [{"port": {"name": "x"}, "hosts": [{"name": "x"}, "y"]}, {"hosts": ["y"], "=hosts": ["y"]}],
		"owner": [{"owner": `ACME\anna`}, {"owner": "u-anna"}],
		"custom property": [{"custom": {"Zone": "A"}}, {"@zone": ["a"]}],
		"id and type are the request's": [{"id": "x", "resourceType": "y"}, {}],
	}
	described("Odd.Type", "X-1", case[0]) == {"\u001frequest\u001fx-1": object.union(
		{"=id": ["X-1"], "resourcetype": ["odd.type"], "=resourcetype": ["Odd.Type"]},
		case[1],
	)}
}

test_nothing_is_read_without_a_view if {
	result := request.described with input as {"resource": {"type": "App", "id": "x", "properties": {"name": "x", "stream": "s"}}}
	result == {"\u001frequest\u001fx": {}}
}
