package naming

import (
	"errors"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// ErrNoSite means that a user cannot be found because there is no site.
var ErrNoSite = errors.New("no user is on record")

// OnRecordError means that a request describes a user who is on record: the record counts.
type OnRecordError struct {
	// Subject is the id of the user in requests.
	Subject string
}

// Error implements error.
func (e *OnRecordError) Error() string {
	return e.Subject + " is on record and cannot be described: the record counts"
}

// Error is the part of a request with a name that is not known or is ambiguous.
type Error struct {
	Part authzen.Part
	// Err is ErrNoSite, an *OnRecordError, or a message with a suggestion.
	Err error
}

// Error implements error.
func (e *Error) Error() string { return string(e.Part) + ": " + e.Err.Error() }

// Unwrap implements errors.Unwrap.
func (e *Error) Unwrap() error { return e.Err }

// Names are the names on a site. They are not safe for concurrent use.
type Names struct {
	Records Records
	// types are the types that a request may have, as they are spelled.
	types []string
	// inactive maps the lower-case ids of users who cannot log in to the reason.
	inactive map[string]string
}

// OfBundle returns the names in the data of a bundle. inactive maps the lower-case ids of users
// who cannot log in to the reason; it is nil if that is not known.
func OfBundle(data *bundles.Document, s *schema.Schema, inactive map[string]string) *Names {
	return &Names{InBundle(data), TypeNames(s, data), inactive}
}

// OfSite returns the names on a site in memory; see InSite for present and OfBundle for inactive.
func OfSite(of *snapshot.Site, present bool, s *schema.Schema, inactive map[string]string) *Names {
	return &Names{InSite(of, present), TypeNames(s, nil), inactive}
}

// Resolve replaces the names in a request by the ids of users and resources. It returns notes for
// people about users and resources that are not on the site or cannot log in. The error is an
// *Error; notes are valid with it, too.
func (n *Names) Resolve(r *authzen.Request) (notes []string, err error) {
	if r.Subject.ID != "" {
		if r.Subject.ID, err = n.Subject(r.Subject.ID, r.Subject.Properties != nil); err != nil {
			return nil, &Error{authzen.SubjectPart, err}
		}
		if note := n.unknownUser(r.Subject); note != "" {
			notes = append(notes, note)
		}
		if why := n.WhyInactive(r.Subject.ID); why != "" {
			notes = append(notes, InactiveNote(r.Subject.ID, why))
		}
	}
	if r.Resource.Type == "" || r.Resource.ID == "" {
		return notes, nil
	}
	described := r.Resource.Properties != nil
	if r.Resource.Type, r.Resource.ID, err = n.Resource(r.Resource.Type, r.Resource.ID, described); err != nil {
		return notes, &Error{authzen.ResourcePart, err}
	}
	if note := n.unknownResource(r.Resource); note != "" {
		notes = append(notes, note)
	}
	return notes, nil
}

// maxListed is the number of entities that a message lists.
const maxListed = 10

// listed lists entities for a message.
func listed(all []Record, show func(Record) string) string {
	var words []string
	for _, r := range all[:min(len(all), maxListed)] {
		words = append(words, show(r))
	}
	if more := len(all) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}
