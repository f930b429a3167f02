-- +goose Up

-- Rules on cash (资金管理规则) hold at a place and below it from a day on; what is 0 there is settled above.
CREATE TABLE fund_rule (
  {{record}},
  name TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT fund_rule_from_given CHECK (from_date <> ''),
  cash_limit_fen BIGINT NOT NULL,
  bank_days INTEGER NOT NULL,
  petty_limit_fen BIGINT NOT NULL,
  petty_single_fen BIGINT NOT NULL,
  petty_days INTEGER NOT NULL,
  advance_days INTEGER NOT NULL,
  book_days INTEGER NOT NULL,
  bands TEXT NOT NULL,
  CONSTRAINT fund_rule_name UNIQUE (tenant_id, name)
);
CREATE INDEX fund_rule_region ON fund_rule (tenant_id, region, from_date);

-- The prefixes under which receipts are printed. Their row is locked while a book's numbers are compared with others'.
CREATE TABLE receipt_prefix (
  tenant_id BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  PRIMARY KEY (tenant_id, prefix)
);

-- Receipt books (统一收据). used_to is the last number that was written, 0 for none: it is taken by a guarded UPDATE and
-- never written with the record, so that numbers neither skip nor repeat. The other figures are set when the book is settled.
CREATE TABLE receipt_book (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  prefix TEXT NOT NULL,
  first_no BIGINT NOT NULL,
  last_no BIGINT NOT NULL,
  digits INTEGER NOT NULL,
  used_to BIGINT NOT NULL DEFAULT 0,
  holder TEXT NOT NULL,
  issuer TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  handed_on TEXT NOT NULL,
  settler TEXT NOT NULL,
  settled_on TEXT NOT NULL,
  used_count INTEGER NOT NULL,
  void_count INTEGER NOT NULL,
  used_fen BIGINT NOT NULL,
  CONSTRAINT receipt_book_no UNIQUE (tenant_id, no),
  CONSTRAINT receipt_book_numbers CHECK (first_no > 0 AND last_no >= first_no),
  CONSTRAINT receipt_book_used CHECK (used_to = 0 OR used_to BETWEEN first_no AND last_no),
  CONSTRAINT receipt_book_issued_dated CHECK (state IN ('stock', 'lost') OR issued_on <> '' AND holder <> ''),
  CONSTRAINT receipt_book_settled_dated CHECK (state <> 'settled' OR settled_on <> ''),
  CONSTRAINT receipt_book_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX receipt_book_region ON receipt_book (tenant_id, region);
CREATE INDEX receipt_book_party_id ON receipt_book (tenant_id, party_id, state);
CREATE INDEX receipt_book_prefix ON receipt_book (tenant_id, prefix, first_no);

-- Cash that was taken to the bank.
CREATE TABLE cash_deposit (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT cash_deposit_dated CHECK (on_date <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT cash_deposit_amount_positive CHECK (amount_fen > 0),
  account TEXT NOT NULL,
  slip_no TEXT NOT NULL,
  depositor TEXT NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT cash_deposit_no UNIQUE (tenant_id, no),
  CONSTRAINT cash_deposit_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT cash_deposit_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX cash_deposit_region ON cash_deposit (tenant_id, region, on_date);
CREATE INDEX cash_deposit_party_id ON cash_deposit (tenant_id, party_id);

-- Receipts, one row per number that was written or cancelled.
CREATE TABLE receipt (
  {{record}},
  no TEXT NOT NULL,
  book_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  serial BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT receipt_dated CHECK (on_date <> ''),
  payer TEXT NOT NULL,
  payer_party_id BIGINT,
  summary TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  method TEXT NOT NULL CONSTRAINT receipt_method_known CHECK (method IN ('', 'cash', 'bank')),
  account TEXT NOT NULL,
  paid_into TEXT NOT NULL,
  contract_id BIGINT,
  collector TEXT NOT NULL,
  void_reason TEXT NOT NULL,
  voided_on TEXT NOT NULL,
  deposit_id BIGINT,
  voucher_id BIGINT,
  CONSTRAINT receipt_no UNIQUE (tenant_id, no),
  CONSTRAINT receipt_book_id_serial UNIQUE (tenant_id, book_id, serial),
  CONSTRAINT receipt_amount_positive CHECK (amount_fen > 0 OR state = 'void'),
  CONSTRAINT receipt_void_reasoned CHECK (state <> 'void' OR void_reason <> ''),
  CONSTRAINT receipt_book_known FOREIGN KEY (tenant_id, book_id) REFERENCES receipt_book (tenant_id, id),
  CONSTRAINT receipt_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT receipt_payer FOREIGN KEY (tenant_id, payer_party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT receipt_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT receipt_deposit FOREIGN KEY (tenant_id, deposit_id) REFERENCES cash_deposit (tenant_id, id),
  CONSTRAINT receipt_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX receipt_region ON receipt (tenant_id, region, on_date);
CREATE INDEX receipt_deposit_id ON receipt (tenant_id, deposit_id) WHERE deposit_id IS NOT NULL;
CREATE INDEX receipt_voucher_id ON receipt (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;
CREATE INDEX receipt_held ON receipt (tenant_id, party_id, on_date) WHERE state = 'used' AND method = 'cash' AND deposit_id IS NULL;

-- Petty cash (备用金): one that is open per unit.
CREATE TABLE petty_cash (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  holder TEXT NOT NULL,
  holder_party_id BIGINT,
  member_id BIGINT,
  account TEXT NOT NULL,
  opened_on TEXT NOT NULL CONSTRAINT petty_cash_dated CHECK (opened_on <> ''),
  closed_on TEXT NOT NULL,
  CONSTRAINT petty_cash_no UNIQUE (tenant_id, no),
  CONSTRAINT petty_cash_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT petty_cash_holder_party FOREIGN KEY (tenant_id, holder_party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT petty_cash_member FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id)
);
CREATE INDEX petty_cash_region ON petty_cash (tenant_id, region);
CREATE UNIQUE INDEX petty_cash_open_party ON petty_cash (tenant_id, party_id) WHERE state = 'open';

CREATE TABLE petty_entry (
  {{record}},
  no TEXT NOT NULL,
  petty_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT petty_entry_kind_known CHECK (kind IN ('topup', 'spend', 'refund')),
  on_date TEXT NOT NULL CONSTRAINT petty_entry_dated CHECK (on_date <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT petty_entry_amount_positive CHECK (amount_fen > 0),
  summary TEXT NOT NULL,
  payee TEXT NOT NULL,
  account TEXT NOT NULL,
  bills INTEGER NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT petty_entry_no UNIQUE (tenant_id, no),
  CONSTRAINT petty_entry_petty FOREIGN KEY (tenant_id, petty_id) REFERENCES petty_cash (tenant_id, id),
  CONSTRAINT petty_entry_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT petty_entry_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX petty_entry_region ON petty_entry (tenant_id, region, on_date);
CREATE INDEX petty_entry_petty_id ON petty_entry (tenant_id, petty_id, on_date);

-- Advances (借支).
CREATE TABLE advance (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  borrower TEXT NOT NULL,
  borrower_party_id BIGINT,
  member_id BIGINT,
  purpose TEXT NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT advance_amount_positive CHECK (amount_fen > 0),
  applied_on TEXT NOT NULL CONSTRAINT advance_dated CHECK (applied_on <> ''),
  due_on TEXT NOT NULL,
  account TEXT NOT NULL,
  pay_account TEXT NOT NULL,
  approver TEXT NOT NULL,
  paid_on TEXT NOT NULL,
  settled_on TEXT NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT advance_no UNIQUE (tenant_id, no),
  CONSTRAINT advance_due CHECK (due_on = '' OR due_on >= applied_on),
  CONSTRAINT advance_paid_dated CHECK (state NOT IN ('paid', 'settled') OR paid_on <> ''),
  CONSTRAINT advance_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT advance_borrower_party FOREIGN KEY (tenant_id, borrower_party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT advance_member FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
  CONSTRAINT advance_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX advance_region ON advance (tenant_id, region, due_on);
CREATE INDEX advance_party_id ON advance (tenant_id, party_id, state);

CREATE TABLE advance_entry (
  {{record}},
  no TEXT NOT NULL,
  advance_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT advance_entry_kind_known CHECK (kind IN ('spend', 'refund')),
  on_date TEXT NOT NULL CONSTRAINT advance_entry_dated CHECK (on_date <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT advance_entry_amount_positive CHECK (amount_fen > 0),
  summary TEXT NOT NULL,
  account TEXT NOT NULL,
  bills INTEGER NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT advance_entry_no UNIQUE (tenant_id, no),
  CONSTRAINT advance_entry_advance FOREIGN KEY (tenant_id, advance_id) REFERENCES advance (tenant_id, id),
  CONSTRAINT advance_entry_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT advance_entry_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX advance_entry_region ON advance_entry (tenant_id, region, on_date);
CREATE INDEX advance_entry_advance_id ON advance_entry (tenant_id, advance_id, on_date);

-- Counts of the cash on hand (库存现金盘点). waiting_fen is what vouchers move that are not posted yet.
CREATE TABLE cash_count (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT cash_count_dated CHECK (on_date <> ''),
  n100 INTEGER NOT NULL,
  n50 INTEGER NOT NULL,
  n20 INTEGER NOT NULL,
  n10 INTEGER NOT NULL,
  n5 INTEGER NOT NULL,
  n1 INTEGER NOT NULL,
  change_fen BIGINT NOT NULL,
  counted_fen BIGINT NOT NULL CONSTRAINT cash_count_counted_not_negative CHECK (counted_fen >= 0),
  book_fen BIGINT NOT NULL,
  waiting_fen BIGINT NOT NULL,
  difference_fen BIGINT NOT NULL,
  counter TEXT NOT NULL,
  supervisor TEXT NOT NULL,
  cause TEXT NOT NULL,
  account TEXT NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT cash_count_no UNIQUE (tenant_id, no),
  CONSTRAINT cash_count_adds_up CHECK (difference_fen = counted_fen - book_fen - waiting_fen),
  CONSTRAINT cash_count_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT cash_count_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX cash_count_region ON cash_count (tenant_id, region, on_date);
CREATE INDEX cash_count_party_id ON cash_count (tenant_id, party_id, on_date);

-- Yearly budgets per books. version counts the budgets of a year; one of them is in force.
CREATE TABLE budget (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  edition INTEGER NOT NULL,
  amends_id BIGINT,
  resolved_on TEXT NOT NULL,
  meeting TEXT NOT NULL,
  document TEXT NOT NULL,
  warn_percent INTEGER NOT NULL,
  CONSTRAINT budget_no UNIQUE (tenant_id, no),
  CONSTRAINT budget_books_id_year_edition UNIQUE (tenant_id, books_id, year, edition),
  CONSTRAINT budget_resolved CHECK (state NOT IN ('adopted', 'replaced') OR resolved_on <> '' AND meeting <> '' AND document <> ''),
  CONSTRAINT budget_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id),
  CONSTRAINT budget_amends FOREIGN KEY (tenant_id, amends_id) REFERENCES budget (tenant_id, id)
);
CREATE INDEX budget_region ON budget (tenant_id, region, year);
CREATE UNIQUE INDEX budget_in_force ON budget (tenant_id, books_id, year) WHERE state = 'adopted';

CREATE TABLE budget_line (
  {{record}},
  no TEXT NOT NULL,
  budget_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  side TEXT NOT NULL CONSTRAINT budget_line_side_known CHECK (side IN ('income', 'expense')),
  accounts TEXT NOT NULL CONSTRAINT budget_line_accounts_given CHECK (accounts <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT budget_line_amount_not_negative CHECK (amount_fen >= 0),
  q1_fen BIGINT NOT NULL,
  q2_fen BIGINT NOT NULL,
  q3_fen BIGINT NOT NULL,
  q4_fen BIGINT NOT NULL,
  CONSTRAINT budget_line_no UNIQUE (tenant_id, no),
  CONSTRAINT budget_line_quarters CHECK (q1_fen + q2_fen + q3_fen + q4_fen IN (0, amount_fen)),
  CONSTRAINT budget_line_budget FOREIGN KEY (tenant_id, budget_id) REFERENCES budget (tenant_id, id)
);
CREATE INDEX budget_line_region ON budget_line (tenant_id, region);
CREATE INDEX budget_line_budget_id ON budget_line (tenant_id, budget_id);
