package access

// The kinds of record by who works with them; a role's permissions are built from these groups.
var (
	bookKinds = []string{"books", "voucher", "member", "asset", "asset_unit", "asset_certificate", "depreciation", "contract", "party", "person", "person_role"}
	// What hangs on contracts, and the texts that they are printed from.
	leaseKinds  = []string{"turnover"}
	paperKinds  = []string{"contract_template"}
	workKinds   = []string{"work_order", "work_settlement"}
	deskKinds   = []string{"entry_template", "recurring", "check_item", "file_type"}
	reportKinds = []string{"statement", "layout", "journal"}
	// What a village's bookkeeper records of cash, and what the township keeps over it.
	cashKinds    = []string{"receipt", "cash_deposit", "petty_entry", "advance", "advance_entry", "cash_count", "budget", "budget_line"}
	fundKinds    = []string{"receipt_book", "petty_cash", "fund_rule"}
	closingKinds = []string{"year_end", "distribution", "migration"}
	closingRules = []string{"close_rule", "distribution_rule", "account_map"}
	// What counts as stable income, and what is assumed of contracts that run out.
	stableKinds = []string{"stable_definition", "renewal_rule"}
	// Letting in the open: what a village does, and the rules that it does it by.
	lettingKinds = []string{"letting", "letting_step", "letting_bid", "letting_objection"}
	lettingRules = []string{"letting_rule", "letting_threshold"}
	// What is billed and received on contracts.
	rentKinds = []string{"rent_item", "rent_run", "rent_receipt", "rent_writeoff", "rent_promise", "rent_notice"}
	rentRules = []string{"rent_rule"}
	// What is kept of banks: accounts, statements, reconciliations, payments.
	bankKinds   = []string{"bank_account", "bank_import", "bank_line", "bank_reconciliation", "payment", "payment_line", "bank_rule", "bank_layout", "payment_layout"}
	policyKinds = []string{"policy", "policy_version", "award", "chamber", "chamber_member", "brand", "product", "sale", "event"}
	// Award runs: rounds, their lines with the steps of village, township and county, payments, objections.
	runKinds      = []string{"award_round", "award_line", "award_payment", "award_objection"}
	planKinds     = []string{"plan", "plan_measure", "plan_item", "plan_target", "plan_review"}
	jointKinds    = []string{"agreement", "agreement_party", "agreement_item", "joint", "joint_input", "joint_milestone", "joint_income", "joint_party", "joint_item"}
	serviceKinds  = []string{"lead", "lead_fact", "party_body", "body_meeting", "campaign", "visit", "request", "sla"}
	secretaryKind = []string{"cycle", "criterion", "project", "measure", "milestone", "target", "next_step"}
	// What rules find (alerts), and the rules themselves.
	riskKinds    = []string{"alert", "risk_rule"}
	insightKinds = []string{"figure", "tier", "showcase", "board", "light_rule"}
)

func perms(verbs []string, groups ...[]string) []string {
	var out []string
	for _, g := range groups {
		for _, k := range g {
			for _, v := range verbs {
				out = append(out, k+":"+v)
			}
		}
	}
	return out
}

func join(lists ...[]string) []string {
	var out []string
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// everything that a township's officer may look at.
var viewAll = join(perms([]string{View}, propertyKinds, rentKinds, rentRules, bookKinds, closingKinds, closingRules, deskKinds, reportKinds, cashKinds, fundKinds, []string{"cash"}, lettingKinds, lettingRules, planKinds, policyKinds, jointKinds, serviceKinds, secretaryKind, insightKinds, riskKinds, []string{"overview", "search", "region"}, stableKinds, []string{"stable_income"}),
	perms([]string{View}, leaseKinds, paperKinds, workKinds),
	perms([]string{View}, runKinds),
)

// viewBank is for those who answer for money or watch it: payments say whom the village pays how much.
var viewBank = perms([]string{View}, bankKinds)

// statementKinds are what is worked on with the bank's statements.
var statementKinds = []string{"bank_import", "bank_line", "bank_reconciliation"}

// Who answers for alerts, reviews the answers and sets the rules; who keeps the register of those with an interest
// (利害关系人), and who may look into it, since it names relatives.
var (
	riskAnswered = []string{"alert:edit"}
	riskReviewed = []string{"alert:approve"}
	riskRuled    = []string{"risk_rule:edit"}
	riskWatched  = perms([]string{View}, []string{"related_person"})
	riskKept     = join(riskAnswered, perms([]string{View, Edit}, []string{"related_person"}))
)

// Roles are the roles that can be granted. The three administrators of 等级保护 are apart: who runs the system
// (sysadmin) sees no business records, who reads the audit log (auditor) changes nothing.
var Roles = []Role{
	{"system", "系统", []string{"*:*"}},
	{"town_secretary", "镇党委书记", join(riskKept, riskReviewed, riskRuled, propertyDecided, viewAll, viewBank, []string{"payment:approve", "bank_rule:edit", "rent_writeoff:approve"},
		perms([]string{Edit}, stableKinds),
		perms([]string{Edit}, stableKinds),
		perms([]string{Edit, Approve}, policyKinds, jointKinds, serviceKinds, secretaryKind, insightKinds, []string{"asset", "asset_unit", "asset_certificate", "contract", "party", "person", "person_role", "fund_rule"}),
		perms([]string{Approve}, []string{"advance", "budget", "cash_count"}),
		perms([]string{Edit}, paperKinds), perms([]string{Approve}, leaseKinds, workKinds),
		perms([]string{Approve}, runKinds), []string{"award_line:review", "award_line:return", "award_objection:edit"},
		perms([]string{Edit, Approve}, lettingKinds, lettingRules, planKinds))},
	{"town_accountant", "镇代理会计", join(riskKept, riskReviewed, propertyKept, propertyDecided, viewAll, viewBank,
		perms([]string{Edit}, []string{"renewal_rule"}),
		perms([]string{Edit}, rentKinds, rentRules),
		perms([]string{Edit}, bankKinds), []string{"payment:approve", "payment:release", "bank_account:approve", "bank_reconciliation:approve"},
		perms([]string{Edit, Approve}, leaseKinds, workKinds), perms([]string{Edit}, paperKinds),
		perms([]string{Edit}, bookKinds, deskKinds, cashKinds, fundKinds, []string{"award", "product", "sale"}),
		perms([]string{Edit}, runKinds), []string{"award_line:review", "award_line:return"},
		[]string{"voucher:post", "voucher:approve", "books:post", "contract:approve", "asset:approve"},
		perms([]string{Approve}, []string{"receipt_book", "petty_cash", "advance", "cash_count", "budget"}), []string{"receipt_book:use"},
		perms([]string{Edit}, closingKinds), []string{"distribution:post", "migration:approve"},
		perms([]string{Edit}, lettingKinds, lettingRules))},
	// Whoever lets money go neither books nor checks it.
	{"town_cashier", "镇资金会计（出纳）", join(viewAll, viewBank, perms([]string{Edit}, statementKinds, []string{"bank_layout"}), []string{"payment:release"})},
	{"village_bookkeeper", "村报账员", join(riskKept, propertyWorked, viewAll, viewBank, []string{"rent_receipt:edit", "rent_writeoff:edit", "rent_promise:edit", "rent_notice:edit"},
		perms([]string{Edit}, statementKinds, []string{"payment", "payment_line", "bank_layout"}),
		perms([]string{Edit}, leaseKinds, []string{"work_order"}),
		perms([]string{Edit}, cashKinds, []string{"voucher", "asset", "asset_unit", "asset_certificate", "contract", "product", "sale", "event", "party", "person", "person_role"}),
		[]string{"receipt_book:use"}, []string{"award_line:plan", "award_objection:edit"},
		perms([]string{Edit}, lettingKinds, planKinds))},
	{"liaison", "助企联络员", join(riskAnswered, viewAll, []string{"work_order:edit"},
		perms([]string{Edit}, jointKinds, serviceKinds, []string{"chamber", "chamber_member", "party", "person", "person_role", "brand", "event"}),
		perms([]string{Approve}, []string{"visit", "request"}))},
	{"county_supervisor", "县级监管员", join(riskWatched, riskReviewed, riskRuled, viewAll, viewBank, perms([]string{Edit}, stableKinds), []string{"audit:view"}, perms([]string{Edit}, []string{"bank_rule", "bank_layout", "payment_layout"}),
		perms([]string{Edit, Approve}, []string{"cycle", "criterion", "light_rule", "sla"}, closingRules, lettingRules), perms([]string{Edit}, paperKinds), []string{"award_line:recheck", "award_line:return"}, []string{"project:approve", "board:edit", "board:approve", "layout:edit", "entry_template:edit", "check_item:edit", "file_type:edit"})},
	{"auditor", "审计员（只读）", join(riskWatched, viewAll, viewBank, []string{"audit:view"})},
	{"sysadmin", "系统管理员", []string{"account:*", "region:*", "overview:view"}},
}
