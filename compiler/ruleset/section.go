package ruleset

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// The prefixes of the ids of sections of the QMC and the hub, case-folded.
const (
	qmcSection = "qmcsection_"
	hubSection = "hubsection_"
)

// sections are the sections of the QMC that rules of Qlik and of sites name. There may be more.
var sections = strings.Fields(`AnalyticConnection App App.Object AppDistributionStatus Audit Certificates Certificates.Export
	CloudDistribution CompositeEvent ContentLibrary CustomPropertyDefinition DataConnection DeploymentSetup EngineHealth EngineService
	Event Extension License LoadBalancingRule PrintingService ProxyService ReloadTask RepositoryService SchedulerService SchemaEvent
	ServerNodeConfiguration ServiceCluster Stream SyncRule SystemRule Tag Task Templates Token User UserDirectory UserSyncTask
	VirtualProxyConfig`)

// isSection reports whether a case-folded filter item matches sections only.
func isSection(item string) bool {
	return strings.HasPrefix(item, qmcSection) || strings.HasPrefix(item, hubSection)
}

// isOneOf reports whether case-folded text is one of the names.
func isOneOf(names []string, text string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return schema.Fold(name) == text })
}

// begins reports whether one of the names begins with case-folded text.
func begins(names []string, text string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(schema.Fold(name), text) })
}
