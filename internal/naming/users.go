package naming

import (
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Subject returns the id in requests of the user with a login, an id or a name. It keeps an
// unknown login: the decision then reports that the subject is unknown. described says that the
// request describes the user. The error is ErrNoSite, an *OnRecordError, or a message with a
// suggestion.
func (n *Names) Subject(given string, described bool) (string, error) {
	login := given
	if directory, user, ok := strings.Cut(given, "/"); ok && !strings.Contains(given, `\`) {
		login = directory + `\` + user
	}
	directory, _, isLogin := strings.Cut(login, `\`)
	if isLogin && strings.EqualFold(directory, "NONE") {
		return given, nil
	}
	r, ok := n.Records.User(login)
	if !ok {
		r, ok = n.Records.Find(userType, given)
	}
	switch {
	case ok && described:
		return "", &OnRecordError{r.Subject()}
	case ok:
		return r.Subject(), nil
	case described:
		return login, nil
	case !n.Records.Present():
		return "", ErrNoSite
	}
	switch called := n.usersCalled(given); {
	case len(called) == 1:
		return called[0].Subject(), nil
	case len(called) > 1:
		return "", fmt.Errorf("%d users on record are called %q: %s", len(called), given, listed(called, Record.Subject))
	case isLogin:
		return given, nil
	}
	return "", fmt.Errorf(`no user on record has the login DIRECTORY\user, the id or the name %q%s`, given, n.MeantUser(given))
}

// usersCalled returns the users with a name or a user id, which ignore case.
func (n *Names) usersCalled(given string) []Record {
	var called []Record
	for _, r := range n.Records.All(userType) {
		_, user, _ := strings.Cut(r.Login, `\`)
		if schema.Fold(r.Name) == schema.Fold(given) || schema.Fold(user) == schema.Fold(given) {
			called = append(called, r)
		}
	}
	return called
}

// MeantUser suggests a user with a similar name for a message, or returns "".
func (n *Names) MeantUser(given string) string {
	var words []string
	subjects := map[string]string{}
	for _, r := range n.Records.All(userType) {
		_, user, _ := strings.Cut(r.Login, `\`)
		for _, word := range []string{r.Login, user, r.Name} {
			if _, ok := subjects[word]; word != "" && !ok {
				words, subjects[word] = append(words, word), r.Subject()
			}
		}
	}
	return diag.DidYouMean(given, words, func(word string) string {
		if word == subjects[word] {
			return word
		}
		return fmt.Sprintf("%s (%s)", subjects[word], word)
	})
}

// User returns the existing user whom a request identifies by a login or an id.
func (n *Names) User(subject string) (Record, bool) {
	if r, ok := n.Records.User(subject); ok {
		return r, true
	}
	return n.Records.Find(userType, subject)
}

// WhyInactive returns the reason why an existing user cannot log in, or "".
func (n *Names) WhyInactive(subject string) string {
	r, ok := n.User(subject)
	if !ok {
		return ""
	}
	return n.inactive[schema.Fold(r.ID)]
}

// InactiveNote says for people what it means that a user is inactive.
func InactiveNote(user, why string) string {
	return fmt.Sprintf("%s is %s: Qlik rejects such users, but rules do not see this", user, why)
}

// unknownUser returns a note about a user who is not on record, not described and not anonymous,
// or "".
func (n *Names) unknownUser(subject authzen.Entity) string {
	directory, _, _ := strings.Cut(subject.ID, `\`)
	if subject.Properties != nil || strings.EqualFold(directory, "NONE") {
		return ""
	}
	if _, ok := n.User(subject.ID); ok {
		return ""
	}
	return fmt.Sprintf("no user of the snapshot is %s%s", subject.ID, n.MeantUser(subject.ID))
}
