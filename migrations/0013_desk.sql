-- +goose Up

-- A county's own event templates (业务模板): a version of a code from a day on, for its place and everything below. body
-- is the template as YAML; off says that nobody is offered the template any more.
CREATE TABLE entry_template (
  {{record}},
  no TEXT NOT NULL,
  code TEXT NOT NULL,
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  off BOOLEAN NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT entry_template_no UNIQUE (tenant_id, no),
  CONSTRAINT entry_template_region_code_from_date UNIQUE (tenant_id, region, code, from_date),
  CONSTRAINT entry_template_term CHECK (to_date = '' OR from_date <= to_date)
);

-- The account that books took last for a question of a template.
CREATE TABLE entry_pick (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  question TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, code, question),
  CONSTRAINT entry_pick_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id) ON DELETE CASCADE
);

-- Recurring vouchers (循环凭证): the entry of a voucher, every so many months on a day; lines is that entry as JSON.
CREATE TABLE recurring (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  every INTEGER NOT NULL CONSTRAINT recurring_every_positive CHECK (every BETWEEN 1 AND 60),
  on_day INTEGER NOT NULL CONSTRAINT recurring_on_day_known CHECK (on_day BETWEEN 1 AND 31),
  from_month INTEGER NOT NULL,
  to_month INTEGER NOT NULL,
  asked BOOLEAN NOT NULL,
  summary TEXT NOT NULL,
  lines TEXT NOT NULL,
  CONSTRAINT recurring_no UNIQUE (tenant_id, no),
  CONSTRAINT recurring_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
CREATE INDEX recurring_region ON recurring (tenant_id, region);

-- What became of a recurring voucher in a month: its voucher, or the reason why it was skipped.
CREATE TABLE recurring_run (
  tenant_id BIGINT NOT NULL,
  recurring_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  voucher_id BIGINT,
  reason TEXT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, recurring_id, month),
  CONSTRAINT recurring_run_recurring FOREIGN KEY (tenant_id, recurring_id) REFERENCES recurring (tenant_id, id) ON DELETE CASCADE
);

-- What reviewers found on drafts: failed are the points of the checklist that were not met, version is the draft's as it
-- was then.
CREATE TABLE voucher_check (
  tenant_id BIGINT NOT NULL,
  voucher_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  passed BOOLEAN NOT NULL,
  failed TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, voucher_id, id),
  CONSTRAINT voucher_check_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id) ON DELETE CASCADE
);

-- A county's own checklist and reasons for sending back (审核要点); without any, the embedded ones hold.
CREATE TABLE check_item (
  {{record}},
  no TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT check_item_kind_known CHECK (kind IN ('check', 'reason')),
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  CONSTRAINT check_item_no UNIQUE (tenant_id, no)
);

-- Files, by the SHA-256 of their content, in pieces; refs counts the attachments, the last of which takes the file away.
CREATE TABLE file_blob (
  tenant_id BIGINT NOT NULL,
  hash TEXT NOT NULL CONSTRAINT file_blob_hash_length CHECK (length(hash) = 64),
  size BIGINT NOT NULL,
  refs INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, hash)
);
CREATE TABLE file_chunk (
  tenant_id BIGINT NOT NULL,
  hash TEXT NOT NULL,
  seq INTEGER NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, hash, seq),
  CONSTRAINT file_chunk_blob FOREIGN KEY (tenant_id, hash) REFERENCES file_blob (tenant_id, hash) ON DELETE CASCADE
);

-- A file attached to a record of any kind. An electronic invoice is attached to one voucher only.
CREATE TABLE attachment (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  ext TEXT NOT NULL,
  size BIGINT NOT NULL,
  invoice_code TEXT NOT NULL,
  invoice_no TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT attachment_blob FOREIGN KEY (tenant_id, hash) REFERENCES file_blob (tenant_id, hash)
);
CREATE INDEX attachment_record ON attachment (tenant_id, kind, record_id);
CREATE INDEX attachment_hash ON attachment (tenant_id, hash);
CREATE UNIQUE INDEX attachment_invoice_code_invoice_no ON attachment (tenant_id, invoice_code, invoice_no) WHERE invoice_no <> '' AND kind = 'voucher';

-- A county's own limits for files (附件类型): the embedded ones hold for extensions that it says nothing of.
CREATE TABLE file_type (
  {{record}},
  no TEXT NOT NULL,
  ext TEXT NOT NULL,
  max_kb INTEGER NOT NULL,
  off BOOLEAN NOT NULL,
  CONSTRAINT file_type_no UNIQUE (tenant_id, no),
  CONSTRAINT file_type_region_ext UNIQUE (tenant_id, region, ext)
);

-- The digest of the files of a posted voucher: part of what its place in the chain seals.
ALTER TABLE voucher ADD COLUMN files TEXT NOT NULL DEFAULT '';
