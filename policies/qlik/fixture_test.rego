# A small site, the properties that rules read, and rules, for the library's tests.
package qlik.fixture

site := {
	"held": {"app": true, "stream": true, "user": true},
	"subjects": {
		"acme\\anna": "u-anna",
		"acme\\bert": "u-bert",
		"none\\kiosk": "u-kiosk",
	},
	"entities": {
		"user": {
			"u-anna": {"=id": "U-Anna", "name": "anna", "userdirectory": "acme", "group": ["sales"]},
			"u-bert": {"=id": "U-Bert", "name": "bert", "userdirectory": "acme"},
			"u-kiosk": {"=id": "U-Kiosk", "name": "kiosk", "userdirectory": "none"},
		},
		"app": {
			"a-1": {"name": "q1 sales", "owner": "u-anna", "stream": "s-1", "@groupaccess": ["sales"]},
			"a-2": {"name": "orphan", "owner": "\u001f2\u001fu-gone", "stream": "\u001f1\u001fs-gone"},
			"a-3": {},
		},
		"stream": {"s-1": {"name": "finance", "owner": "u-bert"}},
	},
	"nested": {
		"stream": {"\u001f1\u001fs-gone": {"name": "gone"}},
		"user": {"\u001f2\u001fu-gone": {"name": "gone"}},
	},
}

both := ["", "="]

owner := {"type": "user", "many": false}

view := {
	"user": {
		"name": "User",
		"scalars": {"id": ["="], "name": both, "userid": both, "userdirectory": both},
		"lists": {"@department": both, "group": both, "roles": [""]},
		"relations": {},
	},
	"app": {
		"name": "App",
		"scalars": {"id": ["="], "name": both, "description": [""], "published": [""]},
		"lists": {"@groupaccess": both},
		"relations": {"stream": {"type": "stream", "many": false}, "owner": owner},
	},
	"app.object": {
		"name": "App.Object",
		"scalars": {"objecttype": [""]},
		"lists": {},
		"relations": {"app": {"type": "app", "many": false}, "owner": owner},
	},
	"app.content": {
		"name": "App.Content",
		"scalars": {"name": ["="]},
		"lists": {},
		"relations": {"app": {"type": "app", "many": false}},
	},
	"staticcontentreference": {
		"name": "StaticContentReference",
		"scalars": {},
		"lists": {},
		"relations": {"appcontents": {"type": "app.content", "many": true}},
	},
	"stream": {
		"name": "Stream",
		"scalars": {"id": ["="], "name": [""]},
		"lists": {"@region": [""]},
		"relations": {"owner": owner},
	},
	"transientobject": {"name": "TransientObject", "scalars": {"id": ["="], "name": both}, "lists": {}, "relations": {}},
	"chain": {
		"name": "Chain",
		"scalars": {"name": [""]},
		"lists": {},
		"relations": {"next": {"type": "chain", "many": false}},
	},
	"*": {
		"name": "",
		"scalars": {},
		"lists": {"id": ["="], "name": [""], "port": [""], "resourcetype": both, "hosts": both, "@zone": [""]},
		"relations": {"owner": owner},
	},
}

# rules is what the replacement for the generated code grants.
rules := {
	"read-a": {"type": "app", "action": "read", "handle": "a-1"},
	"read-b": {"type": "app", "action": "read", "handle": "a-1"},
	"update": {"type": "app", "action": "update", "handle": "a-1"},
	"create": {"type": "app", "action": "create", "handle": "\u001frequest\u001fa-new"},
	"section": {"type": "transientobject", "action": "read", "handle": "\u001frequest\u001fqmcsection_app"},
	"nameless": {"type": "app", "action": "read", "handle": "a-3"},
}

# request is a valid request about entities on record.
request := {
	"subject": {"type": "user", "id": "ACME\\anna"},
	"action": {"name": "read"},
	"resource": {"type": "App", "id": "A-1"},
}
