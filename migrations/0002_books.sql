-- +goose Up

-- Books (账套): one per legal entity and accounting system; chart is the system's version.
CREATE TABLE ledger_books (
  {{record}},
  name TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  chart TEXT NOT NULL CONSTRAINT ledger_books_chart_known CHECK (chart IN ('2004', '2023')),
  from_month INTEGER NOT NULL,
  to_month INTEGER NOT NULL,
  CONSTRAINT ledger_books_name UNIQUE (tenant_id, name),
  CONSTRAINT ledger_books_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX ledger_books_region ON ledger_books (tenant_id, region);
CREATE INDEX ledger_books_by_party ON ledger_books (tenant_id, party_id);

-- Accounts per books: level 1 from the chart, sub-accounts added by the books.
CREATE TABLE ledger_account (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  class TEXT NOT NULL CONSTRAINT ledger_account_class_known CHECK (class IN ('asset', 'liability', 'equity', 'cost', 'income', 'expense')),
  direction TEXT NOT NULL CONSTRAINT ledger_account_direction_known CHECK (direction IN ('debit', 'credit', 'both')),
  leaf BOOLEAN NOT NULL,
  search TEXT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, code),
  CONSTRAINT ledger_account_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);

-- last_no hands out voucher numbers by guarded UPDATE: number, check and lock in one statement.
CREATE TABLE ledger_period (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  state TEXT NOT NULL CONSTRAINT ledger_period_state_known CHECK (state IN ('open', 'closed')),
  last_no BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  closed_by TEXT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, month),
  CONSTRAINT ledger_period_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);

CREATE TABLE voucher (
  {{record}},
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  kind TEXT NOT NULL,
  no BIGINT NOT NULL,
  full_no TEXT NOT NULL,
  on_date TEXT NOT NULL,
  summary TEXT NOT NULL,
  total_fen BIGINT NOT NULL,
  attachments INTEGER NOT NULL,
  maker TEXT NOT NULL,
  maker_id BIGINT,
  reviewer TEXT NOT NULL,
  poster TEXT NOT NULL,
  reverses_id BIGINT,
  source_no TEXT NOT NULL,
  CONSTRAINT voucher_total_not_zero CHECK (total_fen <> 0),
  CONSTRAINT voucher_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id),
  CONSTRAINT voucher_reverses FOREIGN KEY (tenant_id, reverses_id) REFERENCES voucher (tenant_id, id)
);
-- A draft has no number yet (no = 0); posted ones are numbered per books and month, all kinds in one series.
CREATE UNIQUE INDEX voucher_books_id_month_no ON voucher (tenant_id, books_id, month, no) WHERE no > 0;
CREATE INDEX voucher_full_no ON voucher (tenant_id, full_no);
CREATE INDEX voucher_pending ON voucher (tenant_id, books_id, month) WHERE state <> 'posted';
CREATE UNIQUE INDEX voucher_books_id_source_no ON voucher (tenant_id, books_id, source_no) WHERE source_no <> '';
CREATE UNIQUE INDEX voucher_reverses_id ON voucher (tenant_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX voucher_region ON voucher (tenant_id, region, on_date);
CREATE INDEX voucher_month ON voucher (tenant_id, month, region);
CREATE INDEX voucher_on_date ON voucher (tenant_id, on_date, id);

CREATE TABLE voucher_line (
  {{clustered}}
  tenant_id BIGINT NOT NULL,
  voucher_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  posted BOOLEAN NOT NULL,
  region TEXT NOT NULL,
  summary TEXT NOT NULL,
  account TEXT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  party_id BIGINT,
  contract_id BIGINT,
  asset_id BIGINT,
  project_id BIGINT,
  PRIMARY KEY (tenant_id, voucher_id, line_no),
  CONSTRAINT voucher_line_one_side CHECK ((debit_fen = 0) <> (credit_fen = 0)),
  CONSTRAINT voucher_line_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT voucher_line_account FOREIGN KEY (tenant_id, books_id, account) REFERENCES ledger_account (tenant_id, books_id, code)
);
CREATE INDEX voucher_line_books ON voucher_line (tenant_id, books_id, account, month);
CREATE INDEX voucher_line_contract ON voucher_line (tenant_id, contract_id) WHERE contract_id IS NOT NULL;
CREATE INDEX voucher_line_asset ON voucher_line (tenant_id, asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX voucher_line_project ON voucher_line (tenant_id, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX voucher_line_party ON voucher_line (tenant_id, party_id) WHERE party_id IS NOT NULL;

-- Movements per account and month, kept in the posting transaction, so that a statement costs the number of
-- accounts and not the number of vouchers. The closing columns say how much of the movement is by closing entries
-- (结转), so that a year's income can still be read after it has been carried to the result.
CREATE TABLE balance (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  account TEXT NOT NULL,
  month INTEGER NOT NULL,
  region TEXT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  closing_debit_fen BIGINT NOT NULL,
  closing_credit_fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, account, month),
  CONSTRAINT balance_in_range CHECK (debit_fen BETWEEN -90000000000000000 AND 90000000000000000
    AND credit_fen BETWEEN -90000000000000000 AND 90000000000000000),
  CONSTRAINT balance_account FOREIGN KEY (tenant_id, books_id, account) REFERENCES ledger_account (tenant_id, books_id, code)
);
CREATE INDEX balance_region ON balance (tenant_id, region, month);

CREATE TABLE asset (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  owner_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  origin TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  cost_fen BIGINT NOT NULL,
  prior_income_fen BIGINT NOT NULL,
  ready_on TEXT NOT NULL,
  address TEXT NOT NULL,
  CONSTRAINT asset_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_quantity_positive CHECK (quantity > 0),
  CONSTRAINT asset_money_not_negative CHECK (cost_fen >= 0 AND prior_income_fen >= 0),
  CONSTRAINT asset_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX asset_region ON asset (tenant_id, region, kind);

CREATE TABLE asset_unit (
  {{record}},
  no TEXT NOT NULL,
  asset_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  CONSTRAINT asset_unit_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_unit_quantity_positive CHECK (quantity > 0),
  CONSTRAINT asset_unit_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
CREATE INDEX asset_unit_by_asset ON asset_unit (tenant_id, asset_id);
CREATE INDEX asset_unit_region ON asset_unit (tenant_id, region);

-- Contracts of kind lease and service. annual_fen is the yearly recurring amount, derived at saving from the
-- payment and its interval; stable says that it counts as 稳定性收入.
CREATE TABLE contract (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  party_a_id BIGINT NOT NULL,
  party_b_id BIGINT NOT NULL,
  content TEXT NOT NULL,
  signed_on TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  free_months INTEGER NOT NULL,
  pay_fen BIGINT NOT NULL,
  pay_months INTEGER NOT NULL,
  pay_advance BOOLEAN NOT NULL,
  deposit_fen BIGINT NOT NULL,
  annual_fen BIGINT NOT NULL,
  stable BOOLEAN NOT NULL,
  brand_id BIGINT,
  project_id BIGINT,
  CONSTRAINT contract_no UNIQUE (tenant_id, no),
  CONSTRAINT contract_term CHECK (from_date <= to_date),
  CONSTRAINT contract_money_not_negative CHECK (pay_fen >= 0 AND deposit_fen >= 0 AND annual_fen >= 0),
  CONSTRAINT contract_party_a FOREIGN KEY (tenant_id, party_a_id) REFERENCES party (tenant_id, id),
  CONSTRAINT contract_party_b FOREIGN KEY (tenant_id, party_b_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX contract_region ON contract (tenant_id, region, kind, from_date);
CREATE INDEX contract_by_b ON contract (tenant_id, party_b_id);
CREATE INDEX contract_brand ON contract (tenant_id, brand_id) WHERE brand_id IS NOT NULL;
CREATE INDEX contract_project ON contract (tenant_id, project_id) WHERE project_id IS NOT NULL;

CREATE TABLE contract_unit (
  tenant_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, unit_id),
  CONSTRAINT contract_unit_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT contract_unit_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES asset_unit (tenant_id, id)
);
CREATE INDEX contract_unit_by_unit ON contract_unit (tenant_id, unit_id);

-- The payment schedule (应收计划): one row per payment.
CREATE TABLE charge (
  tenant_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  due_on TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, seq),
  CONSTRAINT charge_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id) ON DELETE CASCADE
);
