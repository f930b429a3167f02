package migrations

// The tenant tables of the upper floors, parents before children.
var (
	books = []string{
		"ledger_books", "ledger_account", "ledger_period", "voucher", "voucher_line", "balance",
		"asset", "asset_unit", "contract", "contract_unit", "charge",
	}
	policyTables    = []string{}
	jointTables     = []string{}
	serviceTables   = []string{}
	secretaryTables = []string{}
	insightTables   = []string{}
)
