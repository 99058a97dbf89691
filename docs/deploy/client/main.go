// Command client is an example of a program that uses a decision point: copy client.go, which
// needs only the standard library.
//
//	go run ./docs/deploy/client -subject 'ACME\anna' -action read App:40000000-0000-4000-8000-000000000001
//
// The exit code is 0 if everything is allowed, 1 if something is denied, 2 for wrong usage, and 3
// if there is no answer, which a program has to treat as a denial.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("client", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("pdp", "http://127.0.0.1:8181", "the decision point, a URL or unix:PATH")
	tokenFile := flags.String("token-file", "", "the `FILE` with the token of this caller")
	subject := flags.String("subject", "", `the user, DIRECTORY\id`)
	action := flags.String("action", "read", "what the user wants to do")
	qlikContext := flags.String("context", "hub", "hub or qmc")
	timeout := flags.Duration("timeout", 2*time.Second, "time for an answer")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: client -subject USER [flags] TYPE:ID...")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	questions, err := questions(*subject, *action, *qlikContext, flags.Args())
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		flags.Usage()
		return 2
	}
	token, err := readToken(*tokenFile)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return 3
	}
	return report(ctx, NewClient(*address, token, *timeout), questions, stdout, stderr)
}

func questions(subject, action, qlikContext string, resources []string) ([]Question, error) {
	if subject == "" || len(resources) == 0 {
		return nil, errors.New("a subject and a resource are required")
	}
	var all []Question
	for _, r := range resources {
		typ, id, ok := strings.Cut(r, ":")
		if !ok {
			return nil, fmt.Errorf("%q is not TYPE:ID", r)
		}
		all = append(all, Question{
			Subject:  Entity{Type: "user", ID: subject},
			Action:   Action{Name: action},
			Resource: Entity{Type: typ, ID: id},
			Context:  map[string]any{"request_context": qlikContext},
		})
	}
	return all, nil
}

// readToken reads a token from a file: a token on the command line would be visible to all
// users of the machine.
func readToken(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	token, err := os.ReadFile(file)
	return strings.TrimSpace(string(token)), err
}

func report(ctx context.Context, c *Client, questions []Question, stdout, stderr io.Writer) int {
	answers, err := c.AskAll(ctx, questions)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "no answer, so it is denied: %v\n", err)
		return 3
	}
	code := 0
	for i, a := range answers {
		word := "allowed"
		if !a.Decision {
			word, code = "denied", 1
		}
		r := questions[i].Resource
		_, _ = fmt.Fprintf(stdout, "%s %s:%s (%s) %s\n", word, r.Type, r.ID, a.Reason, strings.Join(a.GrantedBy, ", "))
	}
	return code
}
