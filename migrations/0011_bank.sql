-- +goose Up

-- Rules of a place about its bank accounts, about matching and about payments; the nearest place's hold.
CREATE TABLE bank_rule (
  {{record}},
  name TEXT NOT NULL,
  one_basic BOOLEAN NOT NULL,
  holder_match BOOLEAN NOT NULL,
  approver_apart BOOLEAN NOT NULL,
  dup_days INTEGER NOT NULL,
  window_days INTEGER NOT NULL,
  early_days INTEGER NOT NULL,
  amount_score INTEGER NOT NULL,
  day_score INTEGER NOT NULL,
  serial_score INTEGER NOT NULL,
  party_score INTEGER NOT NULL,
  text_score INTEGER NOT NULL,
  auto_score INTEGER NOT NULL,
  show_score INTEGER NOT NULL,
  group_most INTEGER NOT NULL,
  warn_days INTEGER NOT NULL,
  late_days INTEGER NOT NULL,
  CONSTRAINT bank_rule_name UNIQUE (tenant_id, name),
  CONSTRAINT bank_rule_days_not_negative CHECK (dup_days >= 0 AND window_days >= 0 AND early_days >= 0 AND warn_days >= 0 AND late_days >= warn_days)
);
CREATE UNIQUE INDEX bank_rule_region ON bank_rule (tenant_id, region);

-- How the columns of a bank's statement file are read, by their titles.
CREATE TABLE bank_layout (
  {{record}},
  name TEXT NOT NULL,
  header_row INTEGER NOT NULL,
  date_format TEXT NOT NULL,
  skip_words TEXT NOT NULL,
  out_words TEXT NOT NULL,
  in_words TEXT NOT NULL,
  col_day TEXT NOT NULL,
  col_in TEXT NOT NULL,
  col_out TEXT NOT NULL,
  col_amount TEXT NOT NULL,
  col_flag TEXT NOT NULL,
  col_balance TEXT NOT NULL,
  col_serial TEXT NOT NULL,
  col_counterparty TEXT NOT NULL,
  col_number TEXT NOT NULL,
  col_text TEXT NOT NULL,
  CONSTRAINT bank_layout_name UNIQUE (tenant_id, name)
);
CREATE INDEX bank_layout_region ON bank_layout (tenant_id, region);

-- How a payment file is written and its result file read.
CREATE TABLE payment_layout (
  {{record}},
  name TEXT NOT NULL,
  columns_text TEXT NOT NULL,
  total_row BOOLEAN NOT NULL,
  gbk BOOLEAN NOT NULL,
  col_ref TEXT NOT NULL,
  col_result TEXT NOT NULL,
  ok_words TEXT NOT NULL,
  bad_words TEXT NOT NULL,
  col_reason TEXT NOT NULL,
  col_day TEXT NOT NULL,
  col_serial TEXT NOT NULL,
  CONSTRAINT payment_layout_name UNIQUE (tenant_id, name)
);
CREATE INDEX payment_layout_region ON payment_layout (tenant_id, region);

-- Bank accounts of books. The number is sealed; number_index finds an equal one. account is the ledger account that
-- the bank account stands behind: one each.
CREATE TABLE bank_account (
  {{record}},
  name TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  bank TEXT NOT NULL,
  holder TEXT NOT NULL,
  number_sealed TEXT NOT NULL,
  number_index TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT bank_account_kind_known CHECK (kind IN ('basic', 'general', 'special', 'temporary')),
  account TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  start_on TEXT NOT NULL,
  channel TEXT NOT NULL,
  CONSTRAINT bank_account_name UNIQUE (tenant_id, name),
  CONSTRAINT bank_account_number_index UNIQUE (tenant_id, number_index),
  CONSTRAINT bank_account_books_id_account UNIQUE (tenant_id, books_id, account),
  CONSTRAINT bank_account_ledger FOREIGN KEY (tenant_id, books_id, account) REFERENCES ledger_account (tenant_id, books_id, code)
);
CREATE INDEX bank_account_region ON bank_account (tenant_id, region);

-- One import of a statement: which file by which layout, its first and last day and its balances.
CREATE TABLE bank_import (
  {{record}},
  no TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  file_name TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  layout TEXT NOT NULL,
  importer TEXT NOT NULL,
  first_on TEXT NOT NULL,
  last_on TEXT NOT NULL,
  opening_fen BIGINT NOT NULL,
  closing_fen BIGINT NOT NULL,
  in_fen BIGINT NOT NULL,
  out_fen BIGINT NOT NULL,
  line_count INTEGER NOT NULL,
  known_count INTEGER NOT NULL,
  remark TEXT NOT NULL,
  CONSTRAINT bank_import_no UNIQUE (tenant_id, no),
  CONSTRAINT bank_import_account FOREIGN KEY (tenant_id, account_id) REFERENCES bank_account (tenant_id, id)
);
CREATE INDEX bank_import_by_account ON bank_import (tenant_id, account_id, last_on);
CREATE INDEX bank_import_region ON bank_import (tenant_id, region);

-- Lines of statements: stored once, by their hash, and never changed. ord is their order within a day.
CREATE TABLE bank_line (
  {{record}},
  no TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  import_id BIGINT NOT NULL,
  ord INTEGER NOT NULL,
  on_date TEXT NOT NULL,
  in_fen BIGINT NOT NULL,
  out_fen BIGINT NOT NULL,
  balance_fen BIGINT NOT NULL,
  serial TEXT NOT NULL,
  counterparty TEXT NOT NULL,
  number_sealed TEXT NOT NULL,
  number_index TEXT NOT NULL,
  memo TEXT NOT NULL,
  line_hash TEXT NOT NULL,
  CONSTRAINT bank_line_no UNIQUE (tenant_id, no),
  CONSTRAINT bank_line_account_id_line_hash UNIQUE (tenant_id, account_id, line_hash),
  CONSTRAINT bank_line_one_side CHECK ((in_fen = 0) <> (out_fen = 0)),
  CONSTRAINT bank_line_account FOREIGN KEY (tenant_id, account_id) REFERENCES bank_account (tenant_id, id),
  CONSTRAINT bank_line_import FOREIGN KEY (tenant_id, import_id) REFERENCES bank_import (tenant_id, id)
);
CREATE INDEX bank_line_by_account ON bank_line (tenant_id, account_id, on_date, ord);
CREATE INDEX bank_line_by_import ON bank_line (tenant_id, import_id);
CREATE INDEX bank_line_region ON bank_line (tenant_id, region, on_date);
CREATE INDEX bank_line_number ON bank_line (tenant_id, number_index) WHERE number_index <> '';

-- A match says that some statement lines and some entries of the books are the same movement; their sums are equal. A
-- line and an entry are in one match at most.
CREATE TABLE bank_match (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT bank_match_kind_known CHECK (kind IN ('auto', 'accepted', 'manual')),
  score INTEGER NOT NULL,
  reason TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  last_on TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT bank_match_account FOREIGN KEY (tenant_id, account_id) REFERENCES bank_account (tenant_id, id)
);
CREATE INDEX bank_match_by_account ON bank_match (tenant_id, account_id, last_on);

CREATE TABLE bank_match_line (
  tenant_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  match_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, line_id),
  CONSTRAINT bank_match_line_match FOREIGN KEY (tenant_id, match_id) REFERENCES bank_match (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT bank_match_line_line FOREIGN KEY (tenant_id, line_id) REFERENCES bank_line (tenant_id, id)
);
CREATE INDEX bank_match_line_by_match ON bank_match_line (tenant_id, match_id);
CREATE INDEX bank_match_line_by_account ON bank_match_line (tenant_id, account_id);

CREATE TABLE bank_match_entry (
  tenant_id BIGINT NOT NULL,
  voucher_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  match_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  on_date TEXT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, voucher_id, line_no),
  CONSTRAINT bank_match_entry_match FOREIGN KEY (tenant_id, match_id) REFERENCES bank_match (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT bank_match_entry_line FOREIGN KEY (tenant_id, voucher_id, line_no) REFERENCES voucher_line (tenant_id, voucher_id, line_no)
);
CREATE INDEX bank_match_entry_by_match ON bank_match_entry (tenant_id, match_id);
CREATE INDEX bank_match_entry_by_account ON bank_match_entry (tenant_id, account_id);

-- 银行存款余额调节表, one per account and month, as it was when it was prepared.
CREATE TABLE bank_reconciliation (
  {{record}},
  no TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  book_fen BIGINT NOT NULL,
  bank_fen BIGINT NOT NULL,
  book_adjusted_fen BIGINT NOT NULL,
  bank_adjusted_fen BIGINT NOT NULL,
  start_gap_fen BIGINT NOT NULL,
  item_count INTEGER NOT NULL,
  preparer TEXT NOT NULL,
  preparer_id BIGINT,
  prepared_on TEXT NOT NULL,
  confirmer TEXT NOT NULL,
  confirmer_id BIGINT,
  confirmed_on TEXT NOT NULL,
  CONSTRAINT bank_reconciliation_no UNIQUE (tenant_id, no),
  CONSTRAINT bank_reconciliation_account_id_month UNIQUE (tenant_id, account_id, month),
  CONSTRAINT bank_reconciliation_account FOREIGN KEY (tenant_id, account_id) REFERENCES bank_account (tenant_id, id)
);
CREATE INDEX bank_reconciliation_region ON bank_reconciliation (tenant_id, region, month);

-- The items in transit (未达账项) of a prepared statement.
CREATE TABLE bank_reconciliation_item (
  tenant_id BIGINT NOT NULL,
  reconciliation_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  list TEXT NOT NULL CONSTRAINT bank_reconciliation_item_list_known CHECK (list IN ('bank_in', 'bank_out', 'book_in', 'book_out')),
  on_date TEXT NOT NULL,
  title TEXT NOT NULL,
  doc_no TEXT NOT NULL,
  fen BIGINT NOT NULL,
  line_id BIGINT,
  voucher_id BIGINT,
  line_no INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, reconciliation_id, seq),
  CONSTRAINT bank_reconciliation_item_of FOREIGN KEY (tenant_id, reconciliation_id) REFERENCES bank_reconciliation (tenant_id, id) ON DELETE CASCADE
);

-- Payment batches (付款批次). maker, checker and releaser are three persons. frozen_hash seals payees and amounts at the
-- approval. send_key is the one key under which the batch is ever handed to a bank; send_state says what is known of it.
CREATE TABLE payment (
  {{record}},
  no TEXT NOT NULL,
  title TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  plan_on TEXT NOT NULL,
  layout TEXT NOT NULL,
  total_fen BIGINT NOT NULL,
  line_count INTEGER NOT NULL,
  maker TEXT NOT NULL,
  maker_id BIGINT,
  checker TEXT NOT NULL,
  checker_id BIGINT,
  approver TEXT NOT NULL,
  approver_id BIGINT,
  approved_on TEXT NOT NULL,
  releaser TEXT NOT NULL,
  releaser_id BIGINT,
  released_on TEXT NOT NULL,
  frozen_hash TEXT NOT NULL,
  send_key TEXT NOT NULL,
  send_state TEXT NOT NULL CONSTRAINT payment_send_state_known CHECK (send_state IN ('', 'sending', 'sent', 'unknown', 'refused')),
  send_ref TEXT NOT NULL,
  send_control TEXT NOT NULL,
  send_text TEXT NOT NULL,
  send_tries INTEGER NOT NULL,
  send_at BIGINT NOT NULL,
  CONSTRAINT payment_no UNIQUE (tenant_id, no),
  CONSTRAINT payment_three_persons CHECK (releaser = '' OR (releaser_id <> maker_id AND releaser_id <> checker_id AND checker_id <> maker_id)),
  CONSTRAINT payment_account FOREIGN KEY (tenant_id, account_id) REFERENCES bank_account (tenant_id, id)
);
CREATE INDEX payment_region ON payment (tenant_id, region, state);
CREATE INDEX payment_by_account ON payment (tenant_id, account_id, state);
CREATE UNIQUE INDEX payment_send_key ON payment (tenant_id, send_key) WHERE send_key <> '';

CREATE TABLE payment_line (
  {{record}},
  no TEXT NOT NULL,
  batch_id BIGINT NOT NULL,
  party_id BIGINT,
  member_id BIGINT,
  payee TEXT NOT NULL,
  number_sealed TEXT NOT NULL,
  number_index TEXT NOT NULL,
  bank TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  account TEXT NOT NULL,
  contract_id BIGINT,
  project_id BIGINT,
  voucher_id BIGINT,
  dup_reason TEXT NOT NULL,
  result TEXT NOT NULL CONSTRAINT payment_line_result_known CHECK (result IN ('pending', 'success', 'failed')),
  result_text TEXT NOT NULL,
  settled_on TEXT NOT NULL,
  serial TEXT NOT NULL,
  bank_line_id BIGINT,
  made_id BIGINT,
  retry_of_id BIGINT,
  CONSTRAINT payment_line_no UNIQUE (tenant_id, no),
  CONSTRAINT payment_line_amount_positive CHECK (amount_fen > 0),
  CONSTRAINT payment_line_batch FOREIGN KEY (tenant_id, batch_id) REFERENCES payment (tenant_id, id),
  CONSTRAINT payment_line_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT payment_line_member FOREIGN KEY (tenant_id, member_id) REFERENCES member (tenant_id, id),
  CONSTRAINT payment_line_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT payment_line_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id),
  CONSTRAINT payment_line_bank_line FOREIGN KEY (tenant_id, bank_line_id) REFERENCES bank_line (tenant_id, id),
  CONSTRAINT payment_line_made FOREIGN KEY (tenant_id, made_id) REFERENCES voucher (tenant_id, id),
  CONSTRAINT payment_line_retry_of FOREIGN KEY (tenant_id, retry_of_id) REFERENCES payment_line (tenant_id, id)
);
CREATE INDEX payment_line_by_batch ON payment_line (tenant_id, batch_id, no);
CREATE INDEX payment_line_region ON payment_line (tenant_id, region);
CREATE INDEX payment_line_number ON payment_line (tenant_id, number_index, amount_fen) WHERE number_index <> '';
CREATE INDEX payment_line_payee ON payment_line (tenant_id, payee, amount_fen);
CREATE UNIQUE INDEX payment_line_bank_line_id ON payment_line (tenant_id, bank_line_id) WHERE bank_line_id IS NOT NULL;
CREATE INDEX payment_line_made ON payment_line (tenant_id, made_id) WHERE made_id IS NOT NULL;
CREATE UNIQUE INDEX payment_line_retry_of_id ON payment_line (tenant_id, retry_of_id) WHERE retry_of_id IS NOT NULL;
