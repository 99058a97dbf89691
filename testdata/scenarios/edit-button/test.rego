# The edit button: only users with a custom property can create sheets in published apps. The shipped rule,
# which lets every reader add sheets, is disabled.
package scenarios.edit_button_test

edda := `ACME\edda` # @User_Can_Edit_Content Yes; the rule says YES

nico := `ACME\nico` # @User_Can_Edit_Content NO

una := `ACME\una` # no such property; owns an app in no stream

ferris := `ACME\ferris` # @User_Can_Edit_Content YES, does not read the stream Plant

visitor := `NONE\visitor` # anonymous

apps := {
	"Quality": "391c0c9e-1bde-4d1a-bf8d-00bf8272df65", # in stream Plant
	"Plant Tour": "c2540b57-c849-42e1-a7fe-a87c8fb71895", # in stream Everyone
	"Una's Sketch": "47dbeab7-728c-495e-90fb-7985e2d5205e", # in no stream
}

sheets_rule := "0dc277b1-a2d5-4857-b1fc-3b56a890f748"

others_rule := "de027cd4-6faf-429b-ae0a-47e8d98649a8"

unpublished_rule := "3834bddc-0a76-4a80-a116-13c8d5e1d80e" # shipped, for apps in no stream

# create returns the request to add an object of a type to an app, from a context.
create(context, subject, kind, app) := ids if {
	ids := data.qlik.authz.granted_by with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": "create"},
		"resource": {"type": "App.Object", "id": "bf2016ea-e729-460b-b828-09f1be66c493", "properties": {
			"name": "My view",
			"objectType": kind,
			"published": false,
			"app": {"id": apps[app]},
		}},
		"context": context,
	}
}

hub := {"request_context": "hub"}

test_adds_a_sheet[note] if {
	some note, tc in {
		"edda, to an app that she reads": {"subject": edda, "app": "Quality"},
		"edda, to an app for everyone": {"subject": edda, "app": "Plant Tour"},
		"ferris, to an app for everyone": {"subject": ferris, "app": "Plant Tour"},
	}
	create(hub, tc.subject, "sheet", tc.app) == {sheets_rule}
}

test_does_not_add_a_sheet[note] if {
	some note, tc in {
		"nico, whose property says NO": {"subject": nico, "app": "Quality"},
		"una, who has no such property": {"subject": una, "app": "Quality"},
		"una, to an app for everyone": {"subject": una, "app": "Plant Tour"},
		"ferris, to an app that he does not read": {"subject": ferris, "app": "Quality"},
		"edda, to another's app in no stream": {"subject": edda, "app": "Una's Sketch"},
		"an anonymous visitor": {"subject": visitor, "app": "Plant Tour"},
	}
	create(hub, tc.subject, "sheet", tc.app) == set()
}

# The visitor can read this app, but cannot add anything, because the visitor is anonymous.
test_the_visitor_reads_the_tour_in_the_hub[context] if {
	some context, readable in {"hub": true, "qmc": false}
	allowed := data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": visitor},
		"action": {"name": "read"},
		"resource": {"type": "App", "id": apps["Plant Tour"]},
		"context": {"request_context": context},
	}
	allowed == readable
}

# Only sheets are restricted. Every reader can still add bookmarks, stories and snapshots.
test_other_objects_stay_as_they_were[kind] if {
	some kind in {"bookmark", "story", "snapshot", "embeddedsnapshot", "hiddenbookmark", "userstate"}
	create(hub, edda, kind, "Quality") == {others_rule}
	create(hub, nico, kind, "Quality") == {others_rule}
	create(hub, una, kind, "Quality") == {others_rule}
	create(hub, ferris, kind, "Quality") == set()
	create(hub, visitor, kind, "Plant Tour") == set()
}

test_what_the_shipped_rule_never_granted_is_not_granted[kind] if {
	some kind in {"masterobject", "measure", "dimension", "app_appscript"}
	create(hub, edda, kind, "Quality") == set()
}

# In her own app outside of streams, Una has the same rights as before.
test_una_adds_to_her_own_app[kind] if {
	some kind in {"sheet", "measure"}
	create(hub, una, kind, "Una's Sketch") == {unpublished_rule}
}

test_reading_stays_as_it_was[subject] if {
	some subject in {edda, nico, una}
	data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": "read"},
		"resource": {"type": "App.Object", "id": "b095112f-e572-4ff6-b91f-0dd47eea5099"},
	}
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": subject},
		"resource": {"type": "Stream", "id": "01bd53f7-2f5b-4844-adfd-d7a052876e9e"},
	}
	actions == {"read"}
}

# The rules grant only create. OwnerRead and Owner grant rights on the created objects.
test_nothing_more_than_creating[kind] if {
	some kind in {"sheet", "bookmark"}
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": edda},
		"resource": {"type": "App.Object", "id": "bf2016ea-e729-460b-b828-09f1be66c493", "properties": {"objectType": kind, "app": apps.Quality}},
		"context": hub,
	}
	actions == {"create"}
}

# The rules are for the hub, where the edit button is.
test_not_from_elsewhere[note] if {
	some note, context in {"qmc": {"request_context": "qmc"}, "a request that does not say": {}}
	create(context, edda, "sheet", "Quality") == set()
	create(context, edda, "bookmark", "Quality") == set()
	create(context, una, "sheet", "Una's Sketch") == set()
}

# An anonymous visitor who claims the property cannot create anything.
test_a_visitor_who_claims_the_property if {
	not data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": visitor, "properties": {"custom": {"User_Can_Edit_Content": ["YES"]}}},
		"action": {"name": "create"},
		"resource": {"type": "App.Object", "id": "bf2016ea-e729-460b-b828-09f1be66c493", "properties": {"objectType": "sheet", "app": apps["Plant Tour"]}},
		"context": hub,
	}
}

# A user on record cannot claim it either, because the record is used.
test_una_who_claims_the_property if {
	not data.qlik.authz.allow with input as {
		"subject": {"type": "user", "id": una, "properties": {"custom": {"User_Can_Edit_Content": ["YES"]}}},
		"action": {"name": "create"},
		"resource": {"type": "App.Object", "id": "bf2016ea-e729-460b-b828-09f1be66c493", "properties": {"objectType": "sheet", "app": apps.Quality}},
		"context": hub,
	}
}
