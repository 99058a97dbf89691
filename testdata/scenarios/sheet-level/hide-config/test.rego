# The answer of a forum thread to "hide the sheet Config from everybody except the executives".
package scenarios.sheet_level.hide_config_test

jarvis := `STARK\jarvis` # named JARVIS; the rules say Jarvis

friday := `STARK\friday` # the same stream and app as jarvis

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

# The objects of the other apps.
elsewhere := {
	"Budget Analysis of Forecast": "67cc939a-11c1-4d4e-bbf7-fbb3e3f1754e",
	"Rolling Forecast": "bd7d8f94-d1ec-475d-9b92-2f326743e779", # a masterobject
	"Line Status": "73be24f8-a325-425c-80f9-1b2e35a1de80", # a sheet of Shop Floor
	"Throughput": "9aa9a70f-e95d-4d78-91c6-4650a6810ad3", # a measure of Shop Floor
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

config_rule := "227b3dc9-7e64-4e7d-b453-b80f965f1ca1"

test_executives_see_the_sheet_config if {
	decide(pepper, "App.Object", executive.Config).granted_by == {config_rule}
}

test_others_do_not_see_it[subject] if {
	some subject in {jarvis, friday}
	decide(subject, "App.Object", executive.Config) == {"allow": false, "granted_by": set(), "reason": "no_rule"}
}

# The condition means `executives or (sheet and not Config)`. Everybody sees all other sheets, including
# unpublished ones and those of apps and streams that they cannot read.
test_others_see_all_other_sheets if {
	opened(friday) == {"stream Finance", "Executive Dashboard"}
	seen(friday, executive) == {
		"Budget Analysis", "KPI Dashboard", "Sales & Margin Analysis", "Sales Analysis",
		"Sales Rep Performance", "Customer Details", "Scratch",
	}
	seen(friday, elsewhere) == {"Budget Analysis of Forecast", "Line Status"}
}

# Executives see everything, including the script.
test_executives_see_every_object_of_every_app if {
	opened(pepper) == {"stream Operations", "Shop Floor"}
	seen(pepper, executive) == object.keys(executive)
	seen(pepper, elsewhere) == object.keys(elsewhere)
}

# Only executives see the charts, so the sheets are empty for everybody else.
test_others_see_no_chart[what] if {
	some what in {"Budget vs. Actual", "Sales $", "Product"}
	not decide(jarvis, "App.Object", executive[what]).allow
}

test_jarvis_opens_one_stream_and_one_app if {
	opened(jarvis) == {"stream Finance", "Executive Dashboard"}
}

test_nobody_does_more_than_read if {
	resources := object.union(containers, {name: {"type": "App.Object", "id": id} | some name, id in executive})
	every subject in {jarvis, friday, pepper} {
		every resource in resources {
			actions := data.qlik.authz.actions with input as {
				"subject": {"type": "user", "id": subject},
				"resource": resource,
			}
			actions - {"read"} == set()
		}
	}
}
