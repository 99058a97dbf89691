// Package scenarios embeds the sites and rules of the user stories in this folder, which
// the command site demo serves.
package scenarios

import "embed"

// FS holds NAME/rules.json and NAME/site/*.json. A story with several sets of rules has
// them one folder below: NAME/VARIANT/rules.json.
//
//go:embed */rules.json */*/rules.json */site/*.json
var FS embed.FS
