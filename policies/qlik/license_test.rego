package qlik.license_test

import data.qlik.fixture
import data.qlik.license

rules := {
	"r-pro": {"type": "license.professionalaccessgroup", "action": "read", "handle": "g-1"},
	"r-capacity": {"type": "license.analyzertimeaccesstype", "action": "read", "handle": "*"},
	"r-other": {"type": "license.analyzeraccessgroup", "action": "update", "handle": "g-2"},
}

of(subject) := {"subject": {"type": "user", "id": subject}}

kinds_of(request) := kinds if {
	kinds := license.kinds with input as request with data.site as fixture.site with data.qlik.view as fixture.view with data.rules as rules
}

rules_for(request) := ids if {
	ids := license.granted_by with input as request
		with data.site as fixture.site
		with data.qlik.view as fixture.view
		with data.rules as rules
}

test_all_kinds_that_fit if kinds_of(of("ACME\\anna")) == {"professional", "capacity"}

test_all_rules_that_fit if rules_for(of("u-anna")) == {"r-pro", "r-capacity"}

test_an_anonymous_user_may_take_access if kinds_of(of("NONE\\anonymous")) == {"professional", "capacity"}

test_a_user_who_is_not_known_takes_nothing if {
	every request in [of("ACME\\nobody"), {}, {"subject": {"type": "node", "id": "u-anna"}}, object.union(of("u-anna"), {"context": []})] {
		kinds_of(request) == set()
		rules_for(request) == set()
	}
}
