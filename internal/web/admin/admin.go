// Package admin is the pages of those who run the system: accounts with their roles and sessions, the audit log,
// the administrative divisions, and what the system consists of.
package admin

import (
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

// The permissions of these pages.
const (
	permAccounts     = "account:" + access.View
	permAccountsEdit = "account:" + access.Edit
	permAudit        = "audit:" + access.View
	permRegions      = "region:" + access.View
)

// Mount adds the routes.
func Mount(s *shell.Shell) {
	get := func(pattern, perm string, fn shell.Handler) {
		s.Handle(shell.Route{Method: "GET", Pattern: pattern, Perm: perm, Fn: fn})
	}
	post := func(pattern, perm string, fn shell.Handler) {
		s.Handle(shell.Route{Method: "POST", Pattern: pattern, Perm: perm, Fn: fn})
	}
	get("/accounts", permAccounts, accountList)
	get("/accounts/new", permAccountsEdit, newAccountForm)
	post("/accounts", permAccountsEdit, createAccount)
	get("/accounts/{id}", permAccounts, showAccount)
	get("/accounts/{id}/edit", permAccountsEdit, editAccountForm)
	post("/accounts/{id}", permAccountsEdit, updateAccount)
	get("/accounts/{id}/grants", permAccountsEdit, grantsForm)
	post("/accounts/{id}/grants", permAccountsEdit, setGrants)
	post("/accounts/{id}/password", permAccountsEdit, resetPassword)
	post("/accounts/{id}/state", permAccountsEdit, setState)
	post("/accounts/{id}/sessions/revoke", permAccountsEdit, revokeSession)

	get("/audit", permAudit, auditPage)
	get("/audit/export", permAudit, auditExport)

	get("/regions", permRegions, regionList)
	get("/regions/export", permRegions, regionExport)
	resource.NewSet().Import(s, regionImport())
	get("/regions/change", region.PermEdit, regionChangeForm)
	post("/regions/change", region.PermEdit, regionChange)

	get("/system", permAccounts, systemPage)
}

// minute is how a time is shown.
const minute = "2006-01-02 15:04"

// placeName names a place, the nation included.
func placeName(c *shell.Ctx, code string) string {
	if code == region.Nation {
		return "全国"
	}
	return c.RegionName(code)
}
