package studio

import (
	"encoding/json"
	"errors"
	"net/http"
)

// routes returns the handler of all paths of the console.
func routes(c *console) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", servePage)
	m.HandleFunc("GET "+assetPath, serveAsset)
	m.HandleFunc("GET /api/state", answer(func(*http.Request, struct{}) (any, error) { return c.state() }))
	m.HandleFunc("POST /api/draft", answer(c.draft))
	m.HandleFunc("POST /api/complete", answer(c.complete))
	m.HandleFunc("POST /api/format", answer(c.format))
	m.HandleFunc("POST /api/save", answer(c.save))
	m.HandleFunc("POST /api/undo", answer(c.undo))
	m.HandleFunc("POST /api/effect", c.effect)
	m.HandleFunc("GET /api/reach", c.reach)
	m.HandleFunc("GET /api/checks", c.checks)
	m.HandleFunc("GET /api/users", answer(c.users))
	m.HandleFunc("POST /api/hub", c.hubOf)
	m.HandleFunc("POST /api/sheets", answer(c.sheets))
	m.HandleFunc("POST /api/explain", c.explain)
	m.HandleFunc("GET /api/access", c.access)
	m.HandleFunc("GET /api/access.csv", c.accessCSV)
	m.HandleFunc("GET /api/overview", c.overview)
	m.HandleFunc("GET /api/bases", answer(c.bases))
	m.HandleFunc("GET /api/changes", c.changes)
	m.HandleFunc("POST /api/plan", c.plan)
	m.HandleFunc("POST /api/apply", c.apply)
	m.HandleFunc("GET /api/tests", c.tests)
	m.HandleFunc("POST /api/tests", c.writeTests)
	m.HandleFunc("GET /api/escalation", c.escalation)
	m.HandleFunc("GET /api/assertions", c.assertions)
	return m
}

// maxBody is the maximum size of a request in bytes.
const maxBody = 4 << 20

// answer returns a handler for a function from a question to an answer, both JSON.
func answer[T any](of func(*http.Request, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var asked T
		if r.Method != http.MethodGet {
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&asked); err != nil {
				fail(w, http.StatusBadRequest, err)
				return
			}
		}
		result, err := guarded(func() (any, error) { return of(r, asked) })
		switch {
		case errors.Is(err, errConflict), errors.Is(err, errNoRule):
			fail(w, http.StatusConflict, err)
		case err != nil:
			fail(w, http.StatusUnprocessableEntity, err)
		default:
			writeJSON(w, http.StatusOK, result)
		}
	}
}

// asked parses the body of a request for a long computation.
func asked[T any](w http.ResponseWriter, r *http.Request) (T, bool) {
	var body T
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, err)
		return body, false
	}
	return body, true
}

func fail(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may have disconnected
}
