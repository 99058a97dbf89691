# Rules only grant. An object that one rule excludes and another one grants is visible.
package scenarios.sheet_level.grants_add_up_test

jarvis := `STARK\jarvis` # named JARVIS; the rules say Jarvis

friday := `STARK\friday` # the same stream and app as jarvis

user1 := `STARK\user1` # the same stream and app as jarvis

pepper := `STARK\pepper` # another stream and app; in the group Executives

containers := {
	"stream Finance": {"type": "Stream", "id": "bf16bc14-04f3-4926-a384-84e038a519dd"},
	"stream Operations": {"type": "Stream", "id": "a8bf4d8f-7054-4fcc-98b7-b270c27e625c"},
	"Executive Dashboard": {"type": "App", "id": "fbbe0169-3615-4b8a-87bc-4ce36c1e998c"}, # in stream Finance
	"Forecast": {"type": "App", "id": "f0cb1142-63a3-4ab6-a74b-157611a35073"}, # in stream Finance
	"Shop Floor": {"type": "App", "id": "ec16b9bd-9d57-4788-b9b3-a78098330735"}, # in stream Operations
}

# The objects of the app Executive Dashboard.
executive := {
	"Budget Analysis": "ffa33735-0835-4518-9739-09d10b52b952",
	"KPI Dashboard": "a35bf431-f86c-4d38-ad93-3f7b558cfacc",
	"Sales & Margin Analysis": "63351c63-495e-498c-bc5a-df5cb4015f22",
	"Sales Analysis": "ac9c9f51-c6ea-4788-92c6-42fde11e1a24",
	"Sales Rep Performance": "757cc477-a1ef-4c9c-990e-15ac8d035f0e",
	"Customer Details": "34663bbc-80a0-4386-8dfc-ca3c13991ae5",
	"Config": "4406fa17-cabe-4cfe-b31e-340e557e0c19",
	"Scratch": "e6e6d987-f24f-44d6-bbdc-b359169ce29c", # a sheet that is not published
	"Sales $ by Product Group (sorted by Budget $)": "63b78e49-8e92-41a6-b88f-d15c54e161c0", # a masterobject
	"Budget vs. Actual": "95ed854c-a308-4658-ab1f-4f1fa844c879", # a linechart
	"Sales $": "16693122-7400-40c8-a0df-8b2139ca0bdd",
	"Budget $": "500b1dc3-1d38-4c20-a6c4-8a1d1837cdb9",
	"Product": "e994176d-10e3-4804-b03b-caf24706f646",
	"Region": "0504b48e-4a75-4fd3-9c95-7e4f864bb859",
	"script": "677a2b1f-786b-4571-9772-a228bfedbf28",
	"load model": "3c8dd65e-69a6-44a8-9c77-a028add8f1e5",
}

decide(subject, type, id) := answer if {
	answer := data.qlik.authz.decision with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": "read"},
		"resource": {"type": type, "id": id},
	}
}

# seen returns the names, of those in a list, of the objects that a user can read.
seen(subject, objects) := {name | some name, id in objects; decide(subject, "App.Object", id).allow}

opened(subject) := {name | some name, what in containers; decide(subject, what.type, what.id).allow}

no_sheets := "e53a5564-d259-476e-9d06-53130647e049" # hides sheets from readers of the stream

user1_sheets := "d16246be-62ad-4d74-aeff-8ca5e382a868" # shows User1 the sheets

four := "ea03c9e1-ddbb-4b99-9e63-6f833bdb60ab" # hides four sheets from jarvis

kpi := "baeaec0c-2616-4813-b89e-fe9dc44f1a65" # shows one of the four to every reader of the stream

granted_by(subject, what) := decide(subject, "App.Object", executive[what]).granted_by

test_hidden_by_one_rule_and_shown_by_another_is_shown[note] if {
	some note, tc in {
		"a sheet to user1": {"subject": user1, "what": "Sales Analysis", "by": {user1_sheets}},
		"the KPI Dashboard to jarvis": {"subject": jarvis, "what": "KPI Dashboard", "by": {kpi}},
		"the KPI Dashboard to user1, by two rules": {"subject": user1, "what": "KPI Dashboard", "by": {user1_sheets, kpi}},
		"the KPI Dashboard to friday": {"subject": friday, "what": "KPI Dashboard", "by": {kpi}},
		"a chart to jarvis, by two rules": {"subject": jarvis, "what": "Budget vs. Actual", "by": {no_sheets, four}},
		"a chart to user1": {"subject": user1, "what": "Budget vs. Actual", "by": {no_sheets}},
		"the script to jarvis, by the chain alone": {"subject": jarvis, "what": "script", "by": {four}},
	}
	granted_by(tc.subject, tc.what) == tc.by
}

test_hidden_by_one_rule_and_shown_by_none_is_hidden[note] if {
	some note, tc in {
		"another of the four from jarvis": {"subject": jarvis, "what": "Sales Analysis"},
		"a sheet from friday": {"subject": friday, "what": "Sales Analysis"},
		"the script from user1": {"subject": user1, "what": "script"},
		"the KPI Dashboard from pepper, who does not read the stream": {"subject": pepper, "what": "KPI Dashboard"},
		"a chart from pepper": {"subject": pepper, "what": "Budget vs. Actual"},
	}
	granted_by(tc.subject, tc.what) == set()
}

common := {
	"Sales $ by Product Group (sorted by Budget $)", "Budget vs. Actual",
	"Sales $", "Budget $", "Product", "Region",
}

test_all_that_is_seen_by[subject] if {
	some subject, objects in {
		friday: (common | {"KPI Dashboard"}),
		user1: (common | {
			"Budget Analysis", "KPI Dashboard", "Sales & Margin Analysis", "Sales Analysis",
			"Sales Rep Performance", "Customer Details", "Config", "Scratch",
		}),
		jarvis: (common | {"KPI Dashboard", "Budget Analysis", "Customer Details", "Config", "script", "load model"}),
		pepper: set(),
	}
	seen(subject, executive) == objects
}

test_jarvis_opens_one_stream_and_one_app if {
	opened(jarvis) == {"stream Finance", "Executive Dashboard"}
}

test_nobody_does_more_than_read if {
	resources := object.union(containers, {name: {"type": "App.Object", "id": id} | some name, id in executive})
	every subject in {jarvis, friday, user1, pepper} {
		every resource in resources {
			actions := data.qlik.authz.actions with input as {
				"subject": {"type": "user", "id": subject},
				"resource": resource,
			}
			actions - {"read"} == set()
		}
	}
}
