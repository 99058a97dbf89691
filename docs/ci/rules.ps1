# Security rules of the site prod, on a Windows server without CI. Run it in the folder with
# sites.yaml and rules: .\rules.ps1 plan, then .\rules.ps1 apply, nightly .\rules.ps1 drift.
param([ValidateSet("plan", "apply", "drift")][string]$Step = "plan")
$ErrorActionPreference = "Stop"
switch ($Step) {
    "plan" {
        qlik2rego check rules
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        qlik2rego plan . --site prod -o plan.json
    }
    "apply" {
        qlik2rego apply plan.json --site prod --rollback-on mismatch
    }
    "drift" {
        qlik2rego pull --site prod -o now
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        qlik2rego audit now --html access.html
        qlik2rego plan . --site prod --fail-on drift
    }
}
exit $LASTEXITCODE
