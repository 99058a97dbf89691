package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completionScripts ask the program itself for the possible next words.
var completionScripts = map[string]string{
	"bash": `_qlik2rego() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[@]:0:COMP_CWORD}" --generate-bash-completion 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _qlik2rego qlik2rego
`,
	"zsh": `#compdef qlik2rego
_qlik2rego() {
	local -a words_next
	words_next=("${(@f)$(${words[@]:0:#words[@]-1} --generate-bash-completion 2>/dev/null)}")
	_describe 'qlik2rego' words_next
	_files
}
compdef _qlik2rego qlik2rego
`,
	"powershell": `Register-ArgumentCompleter -Native -CommandName qlik2rego -ScriptBlock {
	param($wordToComplete, $commandAst, $cursorPosition)
	$words = $commandAst.CommandElements | ForEach-Object { $_.ToString() }
	if ($wordToComplete) { $words = $words | Select-Object -SkipLast 1 }
	$arguments = @($words | Select-Object -Skip 1) + '--generate-bash-completion'
	& $words[0] @arguments 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
		[System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
	}
}
`,
}

func completionCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a script that completes commands and flags in a shell",
		ArgsUsage: "bash|zsh|fish|powershell",
		Description: `EXAMPLES:
   qlik2rego completion bash > /etc/bash_completion.d/qlik2rego
   qlik2rego completion zsh > "${fpath[1]}/_qlik2rego"
   qlik2rego completion fish > ~/.config/fish/completions/qlik2rego.fish
   qlik2rego completion powershell >> $PROFILE`,
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Len() != 1 {
				return UsageOf(ctx.Command, "completion takes one shell: bash, zsh, fish or powershell")
			}
			shell := ctx.Args().First()
			script, ok := completionScripts[shell]
			if shell == "fish" {
				var err error
				if script, err = ctx.App.ToFishCompletion(); err != nil {
					return err
				}
				script += fishValues(ctx.App.Commands)
				ok = true
			}
			if !ok {
				return UsageOf(ctx.Command, "there is no completion for %q; use bash, zsh, fish or powershell", shell)
			}
			_, err := fmt.Fprint(streams.Out, script)
			return err
		},
	}
}

// fishValues completes the values of flags that have a fixed set of them.
func fishValues(commands []*cli.Command) string {
	var b strings.Builder
	for _, c := range commands {
		for _, f := range c.Flags {
			if f, ok := f.(*choice); ok {
				fmt.Fprintf(&b, "complete -c qlik2rego -n '__fish_seen_subcommand_from %s' -x -l %s -a '%s'\n", c.Name, f.Name, strings.Join(f.values, " "))
			}
		}
	}
	return b.String()
}

func manCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:  "man",
		Usage: "print the manual page",
		Description: `EXAMPLES:
   qlik2rego man > /usr/local/share/man/man1/qlik2rego.1
   qlik2rego man | man -l -`,
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "man takes no arguments: what is %q?", ctx.Args().First())
			}
			page, err := ctx.App.ToManWithSection(1)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(streams.Out, page)
			return err
		},
	}
}

// valuesNext returns the possible next values after a flag that has a fixed set of them;
// otherwise nil.
func valuesNext(app *cli.App, args []string) []string {
	if len(args) < 3 {
		return nil
	}
	c, last := app.Command(args[0]), args[len(args)-2]
	if c == nil || !strings.HasPrefix(last, "-") {
		return nil
	}
	for _, f := range c.Flags {
		if f, ok := f.(*choice); ok && slices.Contains(f.Names(), strings.TrimLeft(last, "-")) {
			return f.values
		}
	}
	return nil
}

// completing reports whether a shell asks for completions.
func completing(args []string) bool {
	return len(args) > 0 && strings.TrimLeft(args[len(args)-1], "-") == "generate-bash-completion"
}
