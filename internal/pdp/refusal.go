package pdp

import (
	"errors"
	"fmt"
	"net/http"
)

// refusal is an answer other than 200: about the request, the caller or the state of the
// server, never about the decision.
type refusal struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
	header  [2]string
}

// Error implements error.
func (r *refusal) Error() string { return r.Message }

// bad is the refusal of an invalid request.
func bad(format string, args ...any) error {
	return &refusal{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

func refuse(status int, header, value, format string, args ...any) error {
	return &refusal{Status: status, Message: fmt.Sprintf(format, args...), header: [2]string{header, value}}
}

// busy asks the caller to retry later.
func busy(message string) *refusal {
	return &refusal{Status: http.StatusServiceUnavailable, Message: message, header: [2]string{"Retry-After", "1"}}
}

var errInternal = &refusal{Status: http.StatusInternalServerError, Message: "the decision point failed; its log says why"}

// asRefusal returns the refusal for an error. Any other error is an internal failure, whose
// details are not shown to the caller.
func asRefusal(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return errInternal
}

// errorAnswer is the body of a refusal.
type errorAnswer struct {
	Error *refusal `json:"error"`
}
