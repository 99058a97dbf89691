# Rights extend from a stream to its apps, and from an app to its objects and reload tasks. Each step needs a
# rule, because rights are not inherited.
package scenarios.stream_hierarchy_test

anna := `ACME\anna`

anna_id := "a9e42fff-5818-4398-aa6f-a9de22b3326e"

task_admin := `ACME\svc-tasks` # his name is TaskAdmin

dora := `ACME\dora` # owns the published apps

world := {
	"stream Everyone": {"type": "Stream", "id": "aaec8d41-5201-43ab-809f-3063750dfafd"},
	"stream Sales": {"type": "Stream", "id": "6fbb2530-820b-4736-ac87-4e5f4ee1d849"},
	"stream HR": {"type": "Stream", "id": "2e6a30d8-4de1-4e84-b05e-ec97600bcd3b"},
	"app Q1": {"type": "App", "id": "b52d38df-68e6-47fa-a6ac-f783ae90eb45"},
	"app Q2": {"type": "App", "id": "50de7eb8-5ca2-4d6f-a34f-c28ade9a3f08"},
	"app Headcount": {"type": "App", "id": "f8c03f2c-db53-4789-b158-d52e912dbb9a"},
	"app News": {"type": "App", "id": "49187767-9a4f-4ace-971f-5ae65a2c0d00"},
	"app Sandbox": {"type": "App", "id": "ae31f20f-857b-4b9e-a171-9a4dff1d10f5"},
	"app Notebook": {"type": "App", "id": "5795ac03-d457-4076-98ce-56a094e545cc"},
	"app Monitor": {"type": "App", "id": "6a19c3ff-b3a8-4013-b853-c10398663095"},
	"Q1 sheet": {"type": "App.Object", "id": "285f0372-a64d-47be-a7b2-76c479ee95cf"},
	"Q1 measure": {"type": "App.Object", "id": "01eb06d5-e2bd-4e2c-a96a-0ab686064ad3"},
	"Q1 unpublished sheet": {"type": "App.Object", "id": "4e9889b6-9be0-433b-97df-aa97f73b7103"},
	"Q1 script": {"type": "App.Object", "id": "27a696e1-84ca-4e5b-8b7b-a2cfb01df3e5"},
	"Q1 load model": {"type": "App.Object", "id": "49e34d4b-09f6-46a5-8a87-5e030e8b10e4"},
	"Headcount sheet": {"type": "App.Object", "id": "a4b073d0-83b8-40b2-b04c-abc6d065bbb0"},
	"News sheet": {"type": "App.Object", "id": "8c41d41d-628c-484b-96f5-f6e14e1ac748"},
	"Sandbox sheet": {"type": "App.Object", "id": "05bea2f3-638f-44cc-b9b2-378834e47b65"},
	"Notebook sheet": {"type": "App.Object", "id": "7fe4ec99-07ef-4b47-8773-70a854abcf36"},
	"Q1 task": {"type": "ReloadTask", "id": "ede9a16e-2ecb-4d0b-a36b-58fbc94c6223"},
	"Headcount task": {"type": "ReloadTask", "id": "db9c8afc-65a3-42ad-aabe-eb120d46d120"},
	"News task": {"type": "ReloadTask", "id": "21a53dab-72ec-44ca-ba34-acccb0291a28"},
	"Sandbox task": {"type": "ReloadTask", "id": "09f13f3d-ba85-407b-b740-dafce0938f2b"},
	"Monitor task": {"type": "ReloadTask", "id": "5969b7c5-2fdb-4fa9-a5b5-7eb98367ca37"},
	"Q1 trigger": {"type": "SchemaEvent", "id": "3c9a25c6-6eb3-49d2-8f72-dac1d553decf"},
}

stream_rule := "5368eef7-9492-492c-b2b2-522fe5c23503"

sales_rule := "02a757c1-1e72-4269-9478-d17109dd401d"

everyone_rule := "2721ac19-e37b-482a-9d00-545fd5a20278"

owner_read_rule := "58813ab6-9e7b-4c5b-99d1-ad11c1ea9044"

task_rule := "13d00a5e-8daa-46a5-82e7-0571d6238b4e"

# ask returns a request about a resource on record.
ask(subject, action, resource) := {
	"subject": {"type": "user", "id": subject},
	"action": {"name": action},
	"resource": resource,
}

decide(request) := answer if {
	answer := data.qlik.authz.decision with input as request
}

# rights are all rights of a user, by resource. Rights that are not listed are denied.
rights(subject) := rights_in(subject, {})

rights_in(subject, context) := {name: actions |
	some name, resource in world
	actions := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": subject},
		"resource": resource,
		"context": context,
	}
	count(actions) > 0
}

# The rights of Anna through the stream Sales, and her other rights.
through_sales := {
	"stream Sales": {"read"},
	"app Q1": {"read"},
	"app Q2": {"read"},
	"Q1 sheet": {"read"},
	"Q1 measure": {"read"},
}

besides := {
	"stream Everyone": {"read", "publish"},
	"app News": {"read"},
	"News sheet": {"read"},
	"app Notebook": {"read", "update", "delete"},
	"Notebook sheet": {"read", "update", "delete"},
}

test_anna_reads[note] if {
	some note, tc in {
		"the stream": {"what": "stream Sales", "by": sales_rule},
		"the app Q1 in it": {"what": "app Q1", "by": stream_rule},
		"the published sheet of Q1": {"what": "Q1 sheet", "by": stream_rule},
		"a published measure of Q1": {"what": "Q1 measure", "by": stream_rule},
		"the stream that everyone reads": {"what": "stream Everyone", "by": everyone_rule},
		"her own app in no stream": {"what": "app Notebook", "by": owner_read_rule},
	}
	decide(ask(anna, "read", world[tc.what])) == {"allow": true, "granted_by": {tc.by}, "reason": "granted"}
}

test_anna_does_not_read[note] if {
	some note, what in {
		"the script of Q1": "Q1 script",
		"the load model of Q1": "Q1 load model",
		"an unpublished sheet of Q1": "Q1 unpublished sheet",
		"the stream HR": "stream HR",
		"an app in stream HR": "app Headcount",
		"its published sheet": "Headcount sheet",
		"an app in no stream": "app Sandbox",
		"a sheet of an app in no stream": "Sandbox sheet",
		"the task of an app that she reads": "Q1 task",
		"the trigger of that task": "Q1 trigger",
	}
	decide(ask(anna, "read", world[what])) == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

test_that_is_all_that_anna_may_do if {
	rights(anna) == object.union(through_sales, besides)
}

# Directory, type, id and action are not case-sensitive.
test_anna_reads_however_it_is_spelt if {
	decide(ask(`acme\ANNA`, "READ", {"type": "app.OBJECT", "id": upper(world["Q1 sheet"].id)})).allow
}

test_anna_is_known_by_her_guid if {
	decide(ask(anna_id, "read", world["app Q1"])).allow
}

# The rules about streams apply in the hub and in the QMC, so the context of the request makes no difference.
test_anna_has_the_same_rights_from[context] if {
	some context in {"hub", "qmc"}
	rights_in(anna, {"request_context": context}) == object.union(through_sales, besides)
}

# The site after Anna has left the directory group Sales.
without_sales := json.patch(data.site, [{
	"op": "replace",
	"path": ["entities", "user", anna_id, "group"],
	"value": ["employees"],
}])

test_without_the_stream_anna_loses_all_that_flowed_from_it if {
	lost := object.keys(object.filter(rights(anna), object.keys(through_sales)))
	lost == object.keys(through_sales)
	count(object.filter(rights(anna), lost)) == 0 with data.site as without_sales
}

test_without_the_stream_anna_keeps_all_the_rest if {
	rights(anna) == besides with data.site as without_sales
}

test_without_the_stream_nothing_changes_for[subject] if {
	some subject in {`ACME\bo`, task_admin, dora}
	before := rights(subject)
	after := rights(subject) with data.site as without_sales
	after == before
}

test_task_admin_rules_the_tasks_of_the_apps_that_he_reads if {
	tasks := {name: actions |
		some name, actions in rights(task_admin)
		world[name].type == "ReloadTask"
	}
	tasks == {
		"Q1 task": {"read", "update", "delete"}, # through the stream Sales
		"News task": {"read", "update", "delete"}, # through the stream Everyone
		"Monitor task": {"read", "update", "delete"}, # his own app, in no stream
	}
}

# His tasks are those of the apps that he can read, through any rule.
test_task_admin_reads_just_the_apps_of_those_tasks if {
	readable := {name | some name, actions in rights(task_admin); "read" in actions}
	readable & {"app Q1", "app Headcount", "app News", "app Sandbox", "app Monitor"} == {"app Q1", "app News", "app Monitor"}
}

test_task_admin[note] if {
	some note, tc in {
		"reads the task of Q1": {"action": "read", "what": "Q1 task", "by": {task_rule}},
		"updates the task of Q1": {"action": "update", "what": "Q1 task", "by": {task_rule}},
		"deletes the task of Q1": {"action": "delete", "what": "Q1 task", "by": {task_rule}},
		"does not export it": {"action": "export", "what": "Q1 task", "by": set()},
		"does not read the task of an app in HR": {"action": "read", "what": "Headcount task", "by": set()},
		"does not update it": {"action": "update", "what": "Headcount task", "by": set()},
		"does not delete the task of another's app in no stream": {"action": "delete", "what": "Sandbox task", "by": set()},
		"does not update the app whose task he updates": {"action": "update", "what": "app Q1", "by": set()},
	}
	decide(ask(task_admin, tc.action, world[tc.what])).granted_by == tc.by
}

# A new task is described by the request; no rule grants its creation.
test_task_admin_cannot_create_a_task if {
	decide(ask(task_admin, "create", {
		"type": "ReloadTask",
		"id": "29e85387-5d8a-4f22-9ea2-d45abf64fd64",
		"properties": {"name": "Reload Q1 hourly", "app": world["app Q1"].id},
	})) == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

# He can read the same description, because the rule for tasks tests the app, not the record.
test_task_admin_would_read_such_a_task if {
	decide(ask(task_admin, "read", {
		"type": "ReloadTask",
		"id": "29e85387-5d8a-4f22-9ea2-d45abf64fd64",
		"properties": {"name": "Reload Q1 hourly", "app": world["app Q1"].id},
	})).granted_by == {task_rule}
}

# A trigger belongs to a task like a task to an app, but no rule extends the rights to it.
test_nobody_may_do_anything_with_the_trigger[subject] if {
	some subject in {anna, task_admin, dora}
	not "Q1 trigger" in object.keys(rights(subject))
}

test_that_is_all_that_bo_may_do if {
	rights(`ACME\bo`) == {
		"stream Everyone": {"read", "publish"},
		"app News": {"read"},
		"News sheet": {"read"},
		"stream HR": {"read"},
		"app Headcount": {"read"},
		"Headcount sheet": {"read"},
	}
}

test_an_anonymous_visitor_may_do_nothing if {
	rights(`NONE\visitor`) == {}
}

# The same rule shows the published objects in the stream HR to HR.
test_bo_reads_the_headcount_and_anna_does_not if {
	decide(ask(`ACME\bo`, "read", world["Headcount sheet"])).granted_by == {stream_rule}
	not decide(ask(anna, "read", world["Headcount sheet"])).allow
}

test_nobody_and_nothing_on_record_is_denied[reason] if {
	some reason, request in {
		"unknown_subject": ask(`ACME\nobody`, "read", world["app Q1"]),
		"unknown_resource": ask(anna, "read", {"type": "App", "id": "7bee74bd-af52-4333-adc3-e0d5435f81ed"}),
	}
	decide(request) == {"allow": false, "granted_by": set(), "reason": reason}
}
