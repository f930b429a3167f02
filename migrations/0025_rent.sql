-- +goose Up

-- Which payments of a schedule were billed: they are never made anew, whatever the contract becomes.
ALTER TABLE charge ADD COLUMN billed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX charge_unbilled ON charge (tenant_id, contract_id, due_on) WHERE billed = FALSE;

-- Rules on rent (应收租金规则) hold at a place and below it from a day on; what is empty there is settled above.
CREATE TABLE rent_rule (
  {{record}},
  name TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT rent_rule_from_given CHECK (from_date <> ''),
  basis TEXT NOT NULL CONSTRAINT rent_rule_basis_known CHECK (basis IN ('', 'accrual', 'receipt')),
  spread_months INTEGER NOT NULL,
  bands TEXT NOT NULL,
  late_rate INTEGER NOT NULL,
  late_grace INTEGER NOT NULL,
  late_cap INTEGER NOT NULL,
  letter TEXT NOT NULL,
  CONSTRAINT rent_rule_name UNIQUE (tenant_id, name)
);
CREATE INDEX rent_rule_region ON rent_rule (tenant_id, region, from_date);

-- The billing of one month of books; at most one stands.
CREATE TABLE rent_run (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  basis TEXT NOT NULL,
  items INTEGER NOT NULL,
  total_fen BIGINT NOT NULL,
  earned_fen BIGINT NOT NULL,
  CONSTRAINT rent_run_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_run_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
CREATE UNIQUE INDEX rent_run_books_id_month ON rent_run (tenant_id, books_id, month) WHERE state = 'done';
CREATE INDEX rent_run_region ON rent_run (tenant_id, region, month);

-- Open items (应收款项). What was billed never changes; settled_fen and lost_fen say how much of it was covered and written off, and
-- cleared_on since when nothing is open. An item below zero is a credit of the tenant.
CREATE TABLE rent_item (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  run_id BIGINT,
  kind TEXT NOT NULL CONSTRAINT rent_item_kind_known CHECK (kind IN ('rent', 'fee')),
  charge_seq INTEGER NOT NULL,
  of_item_id BIGINT,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  due_on TEXT NOT NULL CONSTRAINT rent_item_dated CHECK (due_on <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT rent_item_amount_given CHECK (amount_fen <> 0),
  settled_fen BIGINT NOT NULL,
  lost_fen BIGINT NOT NULL,
  cleared_on TEXT NOT NULL,
  CONSTRAINT rent_item_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_item_settled_within CHECK (amount_fen > 0 AND settled_fen >= 0 AND lost_fen >= 0 AND settled_fen + lost_fen <= amount_fen
    OR amount_fen < 0 AND settled_fen <= 0 AND lost_fen = 0 AND settled_fen >= amount_fen),
  CONSTRAINT rent_item_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id),
  CONSTRAINT rent_item_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT rent_item_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT rent_item_run FOREIGN KEY (tenant_id, run_id) REFERENCES rent_run (tenant_id, id)
);
CREATE UNIQUE INDEX rent_item_contract_id_charge_seq ON rent_item (tenant_id, contract_id, charge_seq) WHERE kind = 'rent' AND state <> 'void';
CREATE INDEX rent_item_open ON rent_item (tenant_id, region, cleared_on, due_on);
CREATE INDEX rent_item_due ON rent_item (tenant_id, region, due_on);
CREATE INDEX rent_item_party_id ON rent_item (tenant_id, party_id, due_on);
CREATE INDEX rent_item_run_id ON rent_item (tenant_id, run_id);

-- Money received for contracts (收款), deposits taken and returned, and money that was booked before without a receipt here.
CREATE TABLE rent_receipt (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT rent_receipt_kind_known CHECK (kind IN ('rent', 'deposit', 'return', 'offset', 'refund', 'booked')),
  on_date TEXT NOT NULL CONSTRAINT rent_receipt_dated CHECK (on_date <> ''),
  method TEXT NOT NULL,
  account TEXT NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT rent_receipt_amount_positive CHECK (amount_fen > 0),
  allocated_fen BIGINT NOT NULL,
  payer TEXT NOT NULL,
  slip TEXT NOT NULL,
  bank_line_id BIGINT,
  CONSTRAINT rent_receipt_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_receipt_allocated_within CHECK (allocated_fen BETWEEN 0 AND amount_fen),
  CONSTRAINT rent_receipt_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id),
  CONSTRAINT rent_receipt_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT rent_receipt_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT rent_receipt_bank_line FOREIGN KEY (tenant_id, bank_line_id) REFERENCES bank_line (tenant_id, id)
);
CREATE INDEX rent_receipt_region ON rent_receipt (tenant_id, region, on_date);
CREATE INDEX rent_receipt_contract_id ON rent_receipt (tenant_id, contract_id, on_date);
CREATE INDEX rent_receipt_party_id ON rent_receipt (tenant_id, party_id, on_date);
CREATE UNIQUE INDEX rent_receipt_bank_line_id ON rent_receipt (tenant_id, bank_line_id) WHERE bank_line_id IS NOT NULL AND state = 'done';

-- What covers which item from which day: a receipt, a credit (source_id is its item), or a refund of a receipt (item_id is the refund).
CREATE TABLE rent_allocation (
  tenant_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  on_date TEXT NOT NULL,
  contract_id BIGINT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source_id, item_id, on_date),
  CONSTRAINT rent_allocation_fen_given CHECK (fen <> 0),
  CONSTRAINT rent_allocation_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id)
);
CREATE INDEX rent_allocation_item_id ON rent_allocation (tenant_id, item_id, on_date);

-- How a tenant stands on a contract: what was earned, received and written off, and what of it the books hold by our vouchers
-- (booked_…) and by others' (outside_…). The booked columns are what earned, received and lost make them.
CREATE TABLE rent_account (
  tenant_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  region TEXT NOT NULL,
  earned_fen BIGINT NOT NULL,
  fee_fen BIGINT NOT NULL,
  received_fen BIGINT NOT NULL,
  lost_fen BIGINT NOT NULL,
  deposit_fen BIGINT NOT NULL CONSTRAINT rent_account_deposit_not_negative CHECK (deposit_fen >= 0),
  booked_receivable_fen BIGINT NOT NULL,
  booked_prepaid_fen BIGINT NOT NULL,
  booked_income_fen BIGINT NOT NULL,
  booked_fee_fen BIGINT NOT NULL,
  booked_loss_fen BIGINT NOT NULL,
  outside_income_fen BIGINT NOT NULL,
  outside_receivable_fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, party_id),
  CONSTRAINT rent_account_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT rent_account_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX rent_account_region ON rent_account (tenant_id, region);

-- What each run, receipt or act changed on an account and on the ledger, so that it can be taken back.
CREATE TABLE rent_posting (
  tenant_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  earned_fen BIGINT NOT NULL,
  receivable_fen BIGINT NOT NULL,
  prepaid_fen BIGINT NOT NULL,
  income_fen BIGINT NOT NULL,
  fee_fen BIGINT NOT NULL,
  loss_fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source_id, contract_id, party_id),
  CONSTRAINT rent_posting_account FOREIGN KEY (tenant_id, contract_id, party_id) REFERENCES rent_account (tenant_id, contract_id, party_id)
);

-- The vouchers that a run, a receipt or an act drafted.
CREATE TABLE rent_voucher (
  tenant_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  voucher_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source_id, voucher_id),
  CONSTRAINT rent_voucher_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX rent_voucher_voucher_id ON rent_voucher (tenant_id, voucher_id);
