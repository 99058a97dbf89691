# What the adapter asks and answers, whatever the policy behind it: opa test docs/deploy/envoy/adapter
package envoy.authz_test

import data.envoy.authz

app := "b52d38df-68e6-47fa-a6ac-f783ae90eb45"

# What the OPA-Envoy plugin hands to the policy, as far as the adapter reads it.
from_envoy(method, path, claims) := {"attributes": {
	"request": {"http": {
		"method": method,
		"path": path,
		"headers": {":path": path, "x-qlik-user": `UserDirectory=ACME; UserId=boss`},
	}},
	"metadataContext": {"filterMetadata": {"envoy.filters.http.jwt_authn": {"verified_jwt": claims}}},
}}

anna := {"iss": "https://idp.example.com", "userDirectory": "ACME", "userId": "anna"}

granted := {"allow": true, "granted_by": {"r1"}, "reason": "granted"}

refused := {"allow": false, "granted_by": set(), "reason": "no_rule"}

test_question if {
	every method, action in {"GET": "read", "HEAD": "read", "PUT": "update", "PATCH": "update", "DELETE": "delete"} {
		every collection, type in {"apps": "App", "streams": "Stream", "reload-tasks": "ReloadTask"} {
			every query in ["", "?", "?x=/api/apps/1"] {
				asked := authz.question with input as from_envoy(method, sprintf("/api/%s/%s%s", [collection, app, query]), anna)
				asked == {
					"subject": {"type": "user", "id": `ACME\anna`},
					"action": {"name": action},
					"resource": {"type": type, "id": app},
					"context": {"request_context": "hub"},
				}
			}
		}
	}
}

test_granted if {
	request := from_envoy("GET", concat("", ["/api/apps/", app]), anna)
	authz.response == {"allowed": true, "dynamic_metadata": {"reason": "granted", "granted_by": {"r1"}}} with input as request
		with data.qlik.authz.decision as granted
}

test_refused if {
	request := from_envoy("GET", concat("", ["/api/apps/", app]), anna)
	response := authz.response with input as request with data.qlik.authz.decision as refused
	not response.allowed
	response.http_status == 403
	response.dynamic_metadata.reason == "no_rule"
	not contains(response.body, "no_rule")
}

# Even a policy that grants everything is not asked about these.
test_not_guarded if {
	every path in [
		"/", "/api", "/api/apps", "/api/apps/", "/api/apps/1",
		concat("", ["/api/apps/", app, "/"]),
		concat("", ["/api/apps/", app, "/data"]),
		concat("", ["//x/api/apps/", app]),
		concat("", ["/api//apps/", app]),
		concat("", ["/api/Apps/", app]),
		concat("", ["/api/users/", app]),
		concat("", ["/x/../api/apps/", app]),
		concat("", ["/api/apps/", app, "%2f..%2fother"]),
		concat("", ["/api/apps/", app, ";x=1"]),
		concat("", ["/api/apps/", app, "#x"]),
		concat("", ["/api/apps/", app, "\n"]),
		concat("", ["/api/%61pps/", app]),
	] {
		response := authz.response with input as from_envoy("GET", path, anna) with data.qlik.authz.decision as granted
		not response.allowed
		response.http_status == 403
		response.dynamic_metadata.reason == "not_guarded"
	}
	every method in ["POST", "OPTIONS", "TRACE", "CONNECT", "get", ""] {
		response := authz.response with input as from_envoy(method, concat("", ["/api/apps/", app]), anna) with data.qlik.authz.decision as granted
		not response.allowed
	}
}

# Nor is it asked without an identity that the filter has checked.
test_no_identity if {
	every claims in [
		{}, {"userDirectory": "ACME"}, {"userId": "anna"}, {"userDirectory": "", "userId": "anna"}, {"userDirectory": "ACME", "userId": ""},
		{"userDirectory": 1, "userId": "anna"}, {"userDirectory": "ACME", "userId": ["anna"]}, {"userDirectory": `A\B`, "userId": "anna"}, "anna", null,
	] {
		response := authz.response with input as from_envoy("GET", concat("", ["/api/apps/", app]), claims) with data.qlik.authz.decision as granted
		not response.allowed
		response.http_status == 401
	}
	every request in [{}, null, {"attributes": {"request": {"http": {"method": "GET", "path": concat("", ["/api/apps/", app])}}}}] {
		response := authz.response with input as request with data.qlik.authz.decision as granted
		not response.allowed
	}
}

# While the bundle of the site is not there, everything is denied.
test_no_policy if {
	response := authz.response with input as from_envoy("GET", concat("", ["/api/apps/", app]), anna) with data.qlik as {}
	not response.allowed
	response.http_status == 403
}
