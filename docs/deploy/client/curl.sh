#!/bin/sh
# Asks a decision point with curl; the requests are about testdata/scenarios/stream-hierarchy.
#   PDP_URL           the decision point, default http://127.0.0.1:8181
#   PDP_SOCKET        its unix socket, if it listens on one
#   PDP_TIMEOUT       time limit in seconds, default 5
#   PDP_HEADER_FILE   a file with the line "Authorization: Bearer TOKEN"; everybody on the machine
#                     could read it on the command line of curl
set -eu
pdp=${PDP_URL:-http://127.0.0.1:8181}

# pdp PATH [CURL OPTIONS] fails unless the answer is 200.
pdp() {
	path=$1
	shift
	curl --silent --show-error --fail-with-body --max-time "${PDP_TIMEOUT:-5}" --noproxy '*' \
		${PDP_SOCKET:+--unix-socket "$PDP_SOCKET"} ${PDP_HEADER_FILE:+--header "@$PDP_HEADER_FILE"} "$@" "$pdp$path"
	echo
}

# ask PATH sends the question on standard input.
ask() {
	pdp "$1" --header 'Content-Type: application/json' --data-binary @-
}

# Can anna read the app in the hub? A denial also has status 200; "decision" is the answer.
ask /access/v1/evaluation <<'JSON'
{"subject":  {"type": "user", "id": "ACME\\anna"},
 "action":   {"name": "read"},
 "resource": {"type": "App", "id": "b52d38df-68e6-47fa-a6ac-f783ae90eb45"},
 "context":  {"request_context": "hub"}}
JSON

# Many questions at once: what stands at the top counts for each that does not name its own.
ask /access/v1/evaluations <<'JSON'
{"subject":  {"type": "user", "id": "ACME\\anna"},
 "resource": {"type": "App", "id": "b52d38df-68e6-47fa-a6ac-f783ae90eb45"},
 "context":  {"request_context": "hub"},
 "evaluations": [{"action": {"name": "read"}}, {"action": {"name": "update"}}, {"action": {"name": "delete"}}]}
JSON

# Which streams may she read?
ask /access/v1/search/resource <<'JSON'
{"subject":  {"type": "user", "id": "ACME\\anna"},
 "action":   {"name": "read"},
 "resource": {"type": "Stream"},
 "context":  {"request_context": "hub"}}
JSON

# Is there a policy to decide by?
pdp /health/ready
