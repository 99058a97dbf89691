package qlik.placement_test

import data.qlik.fixture
import data.qlik.placement
import data.qlik.placement.request

# site has two nodes. A rule below places a resource on every node, or on the node that it names.
site := object.union(fixture.site, {"entities": object.union(fixture.site.entities, {"servernodeconfiguration": {
	"n-1": {"iscentral": "true", "name": "central"},
	"n-2": {"iscentral": "false", "name": "sales"},
}})})

rules := {
	"r-central": {"type": "app", "action": "read", "handle": "a-1", "node": "central"},
	"r-sales": {"type": "app", "action": "read", "handle": "a-1", "node": "sales"},
	"r-all": {"type": "app", "action": "read", "handle": "a-2", "node": ""},
}

app(id) := {"resource": {"type": "App", "id": id}}

node(id) := {"subject": {"type": "node", "id": id}}

nodes_of(question) := ids if {
	ids := placement.nodes with input as question with data.site as site with data.qlik.view as fixture.view with data.rules as rules
}

apps_of(question) := ids if {
	ids := placement.apps with input as question with data.site as site with data.qlik.view as fixture.view with data.rules as rules
}

rules_for(question) := ids if {
	ids := placement.granted_by with input as question
		with data.site as site
		with data.qlik.view as fixture.view
		with data.rules as rules
}

test_nodes_of_an_app if {
	nodes_of(app("A-1")) == {"n-1", "n-2"}
	nodes_of(app("a-2")) == {"n-1", "n-2"}
	nodes_of(app("a-3")) == set()
}

test_an_app_that_is_not_known_is_on_no_node if {
	nodes_of(app("gone")) == set()
	nodes_of({}) == set()
}

test_apps_of_a_node if {
	apps_of(node("N-2")) == {"a-1", "a-2"}
	apps_of(node("gone")) == set()
	apps_of({"subject": {"type": "user", "id": "n-2"}}) == set()
}

test_rules_that_place_an_app if {
	rules_for(object.union(node("n-1"), app("a-1"))) == {"r-central"}
	rules_for(object.union(node("n-2"), app("a-1"))) == {"r-sales"}
	rules_for(object.union(node("n-2"), app("a-3"))) == set()
	rules_for(app("a-1")) == set()
	rules_for(object.union(node("n-1"), app("gone"))) == set()
}

test_the_node_is_the_subject if {
	request.is_user("n-1") with input as node("N-1") with data.site as site
	not request.is_user("n-2") with input as node("n-1") with data.site as site
	request.same("n-1", "n-1")
	not request.same("n-1", "n-2")
	request.type == "app" with input as app("a-1")
}
