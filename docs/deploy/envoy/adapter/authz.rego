# Maps requests of Envoy's external authorization to Qlik: path, method and verified token become
# resource, action and subject. Edit the paths and claims for your site. Requests that match none of
# them are denied.
package envoy.authz

# METADATA
# title: The answer to Envoy
# description: |
#   The answer to the client has no reason for a denial. The reason goes to Envoy's access log, as dynamic
#   metadata of the filter envoy.filters.http.ext_authz.
# entrypoint: true
default response := {"allowed": false, "http_status": 403, "body": "denied\n", "dynamic_metadata": {"reason": "not_guarded"}}

response := {"allowed": true, "dynamic_metadata": reasons} if verdict.allow

else := {"allowed": false, "http_status": 401, "body": "who is it?\n", "dynamic_metadata": {"reason": "no_identity"}} if not subject

else := {"allowed": false, "http_status": 403, "body": "denied\n", "dynamic_metadata": reasons} if verdict

reasons := {"reason": verdict.reason, "granted_by": verdict.granted_by}

verdict := answer if answer := data.qlik.authz.decision with input as question

# --- the question ---

question := {
	"subject": {"type": "user", "id": subject},
	"action": {"name": action},
	"resource": {"type": resource_types[place.collection], "id": place.id},
	"context": {"request_context": "hub"},
}

# Who it is says the filter jwt_authn, which has checked the token; headers are not looked at, because
# callers write them.
claims := input.attributes.metadataContext.filterMetadata["envoy.filters.http.jwt_authn"].verified_jwt

subject := concat(`\`, [claims.userDirectory, claims.userId]) if {
	regex.match(`^[^\\]+$`, claims.userDirectory)
	regex.match(`^.+$`, claims.userId)
}

action := actions[input.attributes.request.http.method]

actions := {"GET": "read", "HEAD": "read", "PUT": "update", "PATCH": "update", "DELETE": "delete"}

resource_types := {"apps": "App", "streams": "Stream", "reload-tasks": "ReloadTask"}

# The path as it was sent, not decoded: it fits as a whole or not at all.
place := {"collection": collection, "id": id} if {
	some [_, collection, id] in regex.find_all_string_submatch_n(path_form, input.attributes.request.http.path, 1)
}

path_form := `^/api/([a-z-]+)/([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?:\?.*)?$`
