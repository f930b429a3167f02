package migrations

// The tenant tables of the upper floors, parents before children.
var (
	books = []string{
		"ledger_books", "ledger_account", "ledger_period", "voucher", "voucher_line", "balance",
		"asset", "asset_unit", "contract", "contract_unit", "charge",
	}
	policyTables    = []string{"policy", "policy_version", "award", "chamber", "chamber_member", "brand", "product", "event", "sale"}
	jointTables     = []string{"agreement", "agreement_party", "agreement_item", "joint", "joint_party", "joint_input", "joint_item", "joint_milestone", "joint_income"}
	serviceTables   = []string{}
	secretaryTables = []string{}
	insightTables   = []string{}
)
