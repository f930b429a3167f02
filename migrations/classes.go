package migrations

// The tenant tables of the upper floors, parents before children.
var (
	books = []string{
		"ledger_books", "ledger_account", "ledger_period", "voucher", "voucher_line", "balance",
		"asset", "asset_unit", "asset_certificate", "depreciation", "depreciation_line", "contract", "contract_unit", "charge", "contract_version", "statement_layout",
		"turnover", "contract_template", "work_settlement", "work_order",
	}
	assetTables = []string{
		"asset_change", "stocktake", "stocktake_line", "asset_rule", "disposal", "asset_funding",
		"village_outline", "asset_alteration", "asset_alteration_part",
	}
	bankTables = []string{
		"bank_rule", "bank_layout", "payment_layout", "bank_account", "bank_import", "bank_line", "bank_match", "bank_match_line", "bank_match_entry",
		"bank_reconciliation", "bank_reconciliation_item", "payment", "payment_line",
	}
	ledgerTables = []string{"ledger_chain", "ledger_series", "ledger_opening", "ledger_carry", "member"}
	cashTables   = []string{
		"fund_rule", "receipt_prefix", "receipt_book", "cash_deposit", "receipt", "petty_cash", "petty_entry", "advance", "advance_entry",
		"cash_count", "budget", "budget_line",
	}
	rentTables = []string{
		"rent_rule", "rent_run", "rent_item", "rent_receipt", "rent_allocation", "rent_account", "rent_posting", "rent_voucher",
		"rent_writeoff", "rent_promise", "rent_notice",
	}
	closingTables = []string{
		"ledger_period_log", "close_rule", "year_end", "distribution_rule", "distribution", "distribution_line", "distribution_share",
		"account_map", "migration", "migration_row",
	}
	stableTables    = []string{"stable_definition", "renewal_rule"}
	policyTables    = []string{"policy", "policy_version", "award", "chamber", "chamber_member", "brand", "product", "event", "sale"}
	jointTables     = []string{"agreement", "agreement_party", "agreement_item", "joint", "joint_party", "joint_input", "joint_item", "joint_milestone", "joint_income"}
	serviceTables   = []string{"lead", "lead_fact", "party_body", "body_meeting", "sla_profile", "campaign", "visit", "request", "request_codepartment"}
	secretaryTables = []string{
		"secretary_cycle", "secretary_criterion", "secretary_project", "secretary_measure", "secretary_milestone",
		"secretary_target", "secretary_next_step",
	}
	deskTables = []string{
		"entry_template", "entry_pick", "recurring", "recurring_run", "voucher_check", "check_item", "file_blob", "file_chunk", "attachment", "file_type",
	}
	lettingTables = []string{"letting_rule", "letting_threshold", "letting", "letting_unit", "letting_step", "letting_bid", "letting_objection"}
	planTables    = []string{"village_plan", "plan_measure", "plan_item", "plan_target", "plan_review"}
	insightTables = []string{"light_rule", "board_snapshot", "showcase", "showcase_issue"}
	riskTables    = []string{"risk_rule", "related_person", "alert", "alert_event", "alert_run"}
	runTables     = []string{
		"award_round", "award_line", "award_calc", "award_payee", "award_due", "award_payment", "award_part", "award_objection", "award_clawback",
		"award_payer", "award_share", "award_borne",
	}
)
