-- +goose Up

-- Books of collectives, village committees and groups are kept apart: entity follows the party's kind. series says
-- how vouchers are numbered (one series, or 收付转), duties how far maker, reviewer and poster must differ.
ALTER TABLE ledger_books ADD COLUMN entity TEXT NOT NULL DEFAULT 'collective'
  CONSTRAINT ledger_books_entity_known CHECK (entity IN ('collective', 'committee', 'group'));
ALTER TABLE ledger_books ADD COLUMN series TEXT NOT NULL DEFAULT 'one'
  CONSTRAINT ledger_books_series_known CHECK (series IN ('one', 'three'));
ALTER TABLE ledger_books ADD COLUMN duties TEXT NOT NULL DEFAULT 'two'
  CONSTRAINT ledger_books_duties_known CHECK (duties IN ('two', 'three'));

-- zero: when the account must stand at nothing ('', month, year). dims: what its lines belong to, e.g. "member/party!"
-- (either, required). An account that is no longer active takes no new entries.
ALTER TABLE ledger_account ADD COLUMN zero TEXT NOT NULL DEFAULT ''
  CONSTRAINT ledger_account_zero_known CHECK (zero IN ('', 'month', 'year'));
ALTER TABLE ledger_account ADD COLUMN dims TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger_account ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE ledger_account SET zero = 'month' WHERE code = '181';
UPDATE ledger_account SET zero = 'year' WHERE substr(code, 1, 3) = '321';

-- Posted vouchers of books form a chain: seq without gaps, each hash over the voucher and the hash before it.
-- corrects_id is the voucher that this one puts right; origin and origin_id are the record that caused it.
ALTER TABLE voucher ADD COLUMN chain_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE voucher ADD COLUMN chain_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE voucher ADD COLUMN corrects_id BIGINT;
ALTER TABLE voucher ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE voucher ADD COLUMN origin_id BIGINT;
ALTER TABLE voucher_line ADD COLUMN member_id BIGINT;
CREATE INDEX voucher_chain ON voucher (tenant_id, books_id, chain_seq);
CREATE INDEX voucher_origin ON voucher (tenant_id, origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX voucher_corrects_id ON voucher (tenant_id, corrects_id) WHERE corrects_id IS NOT NULL;
CREATE INDEX voucher_line_member ON voucher_line (tenant_id, member_id) WHERE member_id IS NOT NULL;

-- The end of each books' chain. Its row is what everything that posts, opens or closes in the books locks first.
CREATE TABLE ledger_chain (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  head TEXT NOT NULL,
  PRIMARY KEY (tenant_id, books_id),
  CONSTRAINT ledger_chain_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
INSERT INTO ledger_chain (tenant_id, books_id, seq, head) SELECT tenant_id, id, 0, '' FROM ledger_books;

-- Numbers are gapless per books, month and kind of voucher.
CREATE TABLE ledger_series (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  kind TEXT NOT NULL,
  last_no BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, month, kind),
  CONSTRAINT ledger_series_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
INSERT INTO ledger_series (tenant_id, books_id, month, kind, last_no)
  SELECT tenant_id, books_id, month, kind, MAX(no) FROM voucher WHERE no > 0 GROUP BY tenant_id, books_id, month, kind;
DROP INDEX voucher_books_id_month_no;
CREATE UNIQUE INDEX voucher_books_id_month_kind_no ON voucher (tenant_id, books_id, month, kind, no) WHERE no > 0;
ALTER TABLE ledger_period DROP COLUMN last_no;

-- Opening balances (期初余额): opening_fen is debits less credits at the first day of the year in which the books
-- begin; debit_fen and credit_fen are what had moved in that year before their first month. Both also stand in
-- balance, at month YYYY00 and in the month before the first one.
CREATE TABLE ledger_opening (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  account TEXT NOT NULL,
  opening_fen BIGINT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  party_id BIGINT,
  contract_id BIGINT,
  asset_id BIGINT,
  project_id BIGINT,
  member_id BIGINT,
  PRIMARY KEY (tenant_id, books_id, line_no),
  CONSTRAINT ledger_opening_account FOREIGN KEY (tenant_id, books_id, account) REFERENCES ledger_account (tenant_id, books_id, code)
);

-- Members (成员户) of a collective, as far as the books need them: 内部往来 is kept by household.
CREATE TABLE member (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  collective_id BIGINT NOT NULL,
  persons INTEGER NOT NULL,
  joined_on TEXT NOT NULL,
  left_on TEXT NOT NULL,
  CONSTRAINT member_no UNIQUE (tenant_id, no),
  CONSTRAINT member_persons_not_negative CHECK (persons >= 0),
  CONSTRAINT member_collective FOREIGN KEY (tenant_id, collective_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX member_region ON member (tenant_id, region);
