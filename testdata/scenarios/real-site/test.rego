# The 74 rules of a real site, with a small synthetic site. The rules are not in this repository (see
# README.md), so the tests refer to them by name.
package scenarios.real_site_test

petra := `ACME\petra` # @customers Acme Corp

quinn := `ACME\quinn`

devin := `ACME\devin` # owns an app in no stream

root := `ACME\root` # role RootAdmin

content_admin := `ACME\content` # role ContentAdmin

audit_admin := `ACME\audit` # role AuditAdmin

service := `INTERNAL\sa_repository`

visitor := `NONE\visitor` # anonymous

streams := {
	"Everyone": "aaec8d41-5201-43ab-809f-3063750dfafd",
	"Monitoring apps": "a70ca8a5-1d59-4cc9-b5fa-6e207978dcaf",
	"Acme Corp": "79b40d8b-205e-4d55-8950-999bbe736129",
	"API apps": "01fb873a-b5fd-4e27-a874-868d4aa3fcc9",
	"Board": "18196739-261b-4aef-9ea6-3fd48e381d1c",
}

apps := {
	"News": "2d9a874b-d745-4190-8423-7521b64e982f", # in stream Everyone
	"Operations": "cae38f9f-832b-456a-9081-336ce46a33e6", # in stream Monitoring apps
	"Report": "5099fd8a-c41b-4219-93cd-9e549f35208b", # in stream Acme Corp
	"Slides": "4941b7a8-e785-4ab6-b054-419c4f96bcaa", # in stream API apps
	"Board Pack": "6b13edc7-78b4-4e15-a006-94b18e95158d", # in stream Board
	"Draft": "4d26dd6a-9766-4b3d-b0dd-f23dbbae1f24", # in no stream
}

objects := {
	"sheet": "d135f041-e817-4e0c-b28f-fb484023ed92",
	"unpublished sheet": "8d994dce-dfad-46d0-b824-af20fcd0a3af", # quinn's
	"script": "0358968e-c824-490a-8416-a1ea15d3f3cd",
	"sheet of Board Pack": "3ad60077-d937-4555-8efb-2f57423f6dac",
}

files := {
	"open": "b62582d1-2ca4-48c8-816e-8a06d69b30cf",
	"of an extension": "8281491e-13f4-450e-8f5d-0a5f710fa5b3",
	"of the default library": "b6b0187b-5c3b-49ce-a882-40bb656f9f53",
	"of the library Board pictures": "1095d2ad-802a-4427-a65d-1b1344ca280a",
	"of the app Report": "61efae9c-eb92-4d95-bc08-e36e5b011df4",
}

hub := {"request_context": "hub"}

qmc := {"request_context": "qmc"}

# in_group is a hub session with a group, like a ticket of this site.
in_group(group) := {"request_context": "hub", "environment": {"Group": group}}

# by has the names of the rules that grant.
by(subject, action, resource, context) := {data.qlik.rules[id].name | some id in ids} if {
	ids := data.qlik.authz.granted_by with input as {
		"subject": {"type": "user", "id": subject},
		"action": {"name": action},
		"resource": resource,
		"context": context,
	}
}

actions(subject, resource, context) := names if {
	names := data.qlik.authz.actions with input as {
		"subject": {"type": "user", "id": subject},
		"resource": resource,
		"context": context,
	}
}

stream(name) := {"type": "Stream", "id": streams[name]}

app(name) := {"type": "App", "id": apps[name]}

object_of(name) := {"type": "App.Object", "id": objects[name]}

section(name) := {"type": "TransientObject", "id": name}

readable_streams(subject, context) := {name | some name, _ in streams; count(by(subject, "read", stream(name), context)) > 0}

readable_apps(subject, context) := {name | some name, _ in apps; count(by(subject, "read", app(name), context)) > 0}

all_actions := {
	"create", "read", "update", "delete", "export", "publish", "changeowner", "changerole", "exportdata",
	"offlineaccess", "distribute", "duplicate", "approve",
}

# Streams for a customer, named in a custom property or in the session.

test_streams[note] if {
	some note, tc in {
		"petra, by her custom property": {"subject": petra, "context": hub, "read": {"Everyone", "API apps", "Acme Corp"}},
		"quinn": {"subject": quinn, "context": hub, "read": {"Everyone", "API apps"}},
		"quinn in a session of the customer": {"subject": quinn, "context": in_group("acme corp"), "read": {"Everyone", "API apps", "Acme Corp"}},
		"a visitor": {"subject": visitor, "context": hub, "read": {"Everyone", "API apps"}},
		"an audit admin": {"subject": audit_admin, "context": hub, "read": {"Everyone", "API apps", "Monitoring apps"}},
		"an auditor": {"subject": quinn, "context": in_group("Global Auditor"), "read": object.keys(streams)},
	}
	readable_streams(tc.subject, tc.context) == tc.read
}

test_apps_follow_the_streams[note] if {
	some note, tc in {
		"petra": {"subject": petra, "context": hub, "read": {"News", "Slides", "Report"}},
		"quinn": {"subject": quinn, "context": hub, "read": {"News", "Slides"}},
		"devin, with his own": {"subject": devin, "context": hub, "read": {"News", "Slides", "Draft"}},
		"a visitor": {"subject": visitor, "context": hub, "read": {"News", "Slides"}},
	}
	readable_apps(tc.subject, tc.context) == tc.read
}

# The shipped rule Stream is disabled. Its replacement also shows the load script.
test_petra_reads_in_the_report[what] if {
	some what, rules in {
		"sheet": {"Z_CONSUMER (app access)"},
		"script": {"Z_CONSUMER (app access)"},
		"unpublished sheet": set(),
		"sheet of Board Pack": set(),
	}
	by(petra, "read", object_of(what), hub) == rules
}

test_all_that_a_reader_does_with_an_app if {
	actions(petra, app("Report"), hub) == {"read", "offlineaccess"}
	actions(visitor, app("News"), hub) == {"read"}
	actions(petra, app("Board Pack"), hub) == set()
}

test_everyone_but_visitors_publishes_to_everyone if {
	by(quinn, "publish", stream("Everyone"), hub) == {"StreamEveryone"}
	by(visitor, "publish", stream("Everyone"), hub) == set()
	by(quinn, "publish", stream("API apps"), hub) == set()
}

# Roles from session attributes.

test_a_developer_creates_apps_of_his_own[note] if {
	some note, tc in {
		"in a developer's session": {"context": in_group("developer"), "properties": {}, "by": {"Z_OEM_DEVELOPER"}},
		"in another session, as CreateApp is disabled": {"context": hub, "properties": {}, "by": set()},
		"straight into a stream": {"context": in_group("Developer"), "properties": {"stream": streams["Acme Corp"]}, "by": set()},
		"for somebody else": {"context": in_group("Developer"), "properties": {"owner": quinn}, "by": set()},
	}
	properties := object.union({"name": "Brand new", "owner": devin}, tc.properties)
	by(devin, "create", {"type": "App", "id": "7bee74bd-af52-4333-adc3-e0d5435f81ed", "properties": properties}, tc.context) == tc.by
}

test_a_contributor_adds_sheets_that_are_not_published[note] if {
	some note, tc in {
		"petra to the report": {"subject": petra, "published": false, "context": in_group("Contributor"), "by": {"Z_CONTRIBUTOR"}},
		"petra, published at once": {"subject": petra, "published": true, "context": in_group("Contributor"), "by": set()},
		"petra in another session": {"subject": petra, "published": false, "context": hub, "by": set()},
		"quinn, who does not read the report": {"subject": quinn, "published": false, "context": in_group("Contributor"), "by": set()},
	}
	sheet := {"name": "My view", "objectType": "sheet", "published": tc.published, "app": apps.Report}
	by(tc.subject, "create", {"type": "App.Object", "id": "bf2016ea-e729-460b-b828-09f1be66c493", "properties": sheet}, tc.context) == tc.by
}

test_an_admin_of_the_customer if {
	session := in_group(["Admin", "Acme Corp"])
	by(quinn, "update", app("Report"), session) == {"Z_QMC_ADMINS_CUSTOMER2"}
	by(quinn, "update", app("News"), session) == {"Z_QMC_ADMINS_CUSTOMER2"}
	by(quinn, "update", app("Board Pack"), session) == set()
	by(quinn, "update", app("Report"), in_group("Acme Corp")) == set()
	by(quinn, "export", app("Report"), session) == set()
}

test_sections_of_an_admin_of_the_customer[name] if {
	some name, shown in {
		"QmcSection_Stream": true, "QmcSection_App": true, "QmcSection_App.Object": true, "QmcSection_AppContent": true,
		"QmcSection_Audit": false, "QmcSection_User": false, "QmcSection_StreamX": false,
	}
	granted := by(quinn, "read", section(name), in_group("Admin"))
	granted == {"Z_QMC_ADMINS_CUSTOMER" | shown}
}

# Administrators.

test_root_admin if {
	by(root, "read", app("Operations"), hub) == {"Z_Root_ALL", "Z_CONSUMER (app access)"}
	by(root, "read", app("Board Pack"), hub) == {"Z_Root_ALL", "Z_CONSUMER (app access)", "OwnerRead"}
	actions(root, app("Operations"), hub) == all_actions - {"distribute", "duplicate", "approve"}
	actions(root, app("Operations"), qmc) == all_actions
}

test_the_service_account_does_everything_from_anywhere if {
	every context in [hub, qmc, {}] {
		actions(service, app("Board Pack"), context) == all_actions
	}
}

test_audit_admin_reads_everything_in_the_qmc_but_its_sections if {
	by(audit_admin, "read", stream("Board"), qmc) == {"AuditAdmin"}
	by(audit_admin, "read", app("Board Pack"), qmc) == {"AuditAdmin", "Z_CONSUMER (app access)"}
	by(audit_admin, "read", app("Board Pack"), hub) == set()
	by(audit_admin, "update", app("Board Pack"), qmc) == set()
	by(audit_admin, "read", section("QmcSection_App"), qmc) == set()
	by(audit_admin, "read", section("QmcSection_Audit"), qmc) == {"AuditAdminQmcSections"}
	by(audit_admin, "read", section("QmcSection_Audit"), hub) == set()
}

# A content administrator can edit only the rules that the QMC creates for one stream.
test_content_admin_edits_rules[note] if {
	some note, tc in {
		"on one stream": {"id": "097ff98b-eecd-48d9-9b1f-e9b09345e457", "context": qmc, "by": {"ContentAdminRulesAccess"}},
		"on one stream, from the hub": {"id": "097ff98b-eecd-48d9-9b1f-e9b09345e457", "context": hub, "by": set()},
		"on all apps": {"id": "4264978f-2c5a-47de-afc9-34a1556282e7", "context": qmc, "by": set()},
	}
	by(content_admin, "update", {"type": "SystemRule", "id": tc.id}, tc.context) == tc.by
}

# Files have the rights of the resource that they belong to.

test_files_that_petra_reads[what] if {
	some what, rules in {
		"open": {"Installed static content"},
		"of an extension": {"Extension static content"},
		"of the default library": {"Content library content"},
		"of the library Board pictures": set(),
		"of the app Report": {"ReadAppContentFiles"},
	}
	by(petra, "read", {"type": "StaticContentReference", "id": files[what]}, hub) == rules
}

test_files_of_an_app_are_for_its_readers if {
	by(quinn, "read", {"type": "StaticContentReference", "id": files["of the app Report"]}, hub) == set()
}

# Data connections and on-demand apps.

test_data_connections if {
	acme := {"type": "DataConnection", "id": "6358e8d6-4114-41e0-a0ba-066efb3f4265"}
	by(petra, "read", acme, hub) == {"Z_OEM_STREAM_AND_DATA_ACCESS"}
	by(quinn, "read", acme, hub) == set()
	by(petra, "read", {"type": "DataConnection", "id": "9151a122-37f3-4cc6-a6a8-80b4bdd4c98b"}, hub) == set()
}

test_creating_a_data_connection[note] if {
	some note, tc in {
		"in the hub": {"type": "QvOdbcConnectorPackage.exe", "context": hub, "by": {"DataConnection"}},
		"in the QMC": {"type": "QvOdbcConnectorPackage.exe", "context": qmc, "by": set()},
		"to a folder": {"type": "Folder", "context": hub, "by": set()},
	}
	connection := {"name": "Mine", "type": tc.type}
	by(quinn, "create", {"type": "DataConnection", "id": "b083e39e-857f-40f0-8c12-e2dcfdd3908d", "properties": connection}, tc.context) == tc.by
}

test_on_demand_usage_is_for_readers_in_the_hub[note] if {
	some note, tc in {
		"petra": {"subject": petra, "context": hub, "by": {"ReadOdagLinkUsage", "DeleteOdagLinkUsage"}},
		"petra from the QMC": {"subject": petra, "context": qmc, "by": set()},
		"quinn": {"subject": quinn, "context": hub, "by": set()},
	}
	by(tc.subject, "read", {"type": "OdagLinkUsage", "id": "f3a0a601-34ce-41e2-b416-6edae3dbe570"}, tc.context) == tc.by
}

# In License and Sync rules of the export, bit 1 does not mean create.
test_rules_of_other_categories_grant_nothing if {
	licence := {"type": "License.UserAccessGroup", "id": "507c9aa5-8812-44d9-ade8-32809785eecf"}
	by(petra, "create", licence, hub) == set()
	by(petra, "create", app("Report"), hub) == set()
	by(petra, "read", {"type": "ServerNodeConfiguration", "id": "2964c320-1d6e-4bf2-9d97-3a32f0343e6f"}, hub) == set()
}
