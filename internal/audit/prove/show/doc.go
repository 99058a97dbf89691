// Package show renders the results of assertions as text, Markdown, JUnit and SARIF.
package show
