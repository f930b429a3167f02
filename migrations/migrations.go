// Package migrations holds the one history of the schema, as portable SQL, and every table's class.
//
// Write types as BIGINT, INTEGER, TEXT, BOOLEAN, BYTEA; {{record}} stands for the columns that every business
// record carries. Unique constraints are named table_column[_column] without tenant_id. No triggers, sequences,
// enums or engine-specific functions.
package migrations

import (
	"embed"

	"huicun/internal/kit/db"
)

// FS holds the migrations in order.
//
//go:embed *.sql
var FS embed.FS

// Classes gives every table's class: a directory table is on every node of a cluster, a tenant table lives with
// its county. Parents stand before children.
var Classes = map[string]db.Class{
	"region": db.Directory, "region_successor": db.Directory, "tenant": db.Directory,
	"account": db.Directory, "account_grant": db.Directory, "session": db.Directory, "login_failure": db.Directory,

	"command": db.Tenant, "audit_log": db.Tenant, "search_term": db.Tenant, "search_doc": db.Tenant, "search_rebuild": db.Tenant, "serial_no": db.Tenant, "job": db.Tenant, "job_file": db.Tenant,
	"party": db.Tenant, "person": db.Tenant, "person_role": db.Tenant, "figure_def": db.Tenant, "tier": db.Tenant,
}

func init() {
	for _, t := range books {
		Classes[t] = db.Tenant
	}
	for _, group := range [][]string{assetTables, ledgerTables, bankTables, cashTables, rentTables, closingTables, stableTables, lettingTables, policyTables, runTables, jointTables, serviceTables, secretaryTables, planTables, insightTables, riskTables, deskTables} {
		for _, t := range group {
			Classes[t] = db.Tenant
		}
	}
}
