-- +goose Up

-- Which account of a new chart takes an account of old books, by place and date; what is not here goes by the tables
-- that come with the program. sub chooses by the name of the sub-account, under is the sub-account in the new books.
CREATE TABLE account_map (
  {{record}},
  no TEXT NOT NULL,
  system TEXT NOT NULL CONSTRAINT account_map_system_known CHECK (system IN ('2004', '2023', 'other')),
  chart TEXT NOT NULL CONSTRAINT account_map_chart_known CHECK (chart IN ('2004', '2023')),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  sub TEXT NOT NULL,
  target TEXT NOT NULL,
  under TEXT NOT NULL,
  how TEXT NOT NULL CONSTRAINT account_map_how_known CHECK (how IN ('direct', 'choose', 'record')),
  basis TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT account_map_no UNIQUE (tenant_id, no)
);
CREATE INDEX account_map_region ON account_map (tenant_id, region);

-- Taking over old books: the old trial balance, what becomes of each of its rows, who signed, and what was made.
-- report is the frozen list of differences and decisions, report_hash its SHA-256.
CREATE TABLE migration (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  system TEXT NOT NULL,
  source TEXT NOT NULL,
  source_books_id BIGINT,
  chart TEXT NOT NULL,
  from_month INTEGER NOT NULL,
  books_name TEXT NOT NULL,
  locked_month INTEGER NOT NULL,
  maker TEXT NOT NULL,
  maker_id BIGINT,
  made_on TEXT NOT NULL,
  signer TEXT NOT NULL,
  signed_on TEXT NOT NULL,
  books_id BIGINT,
  report TEXT NOT NULL,
  report_hash TEXT NOT NULL,
  CONSTRAINT migration_no UNIQUE (tenant_id, no),
  CONSTRAINT migration_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX migration_region ON migration (tenant_id, region);
CREATE INDEX migration_books ON migration (tenant_id, books_id) WHERE books_id IS NOT NULL;

-- A row of the old trial balance that has an amount and nothing below it. Amounts are debits less credits: what stood at
-- the year's beginning, and what moved in the year until the old books ended. path and targets are JSON.
CREATE TABLE migration_row (
  tenant_id BIGINT NOT NULL,
  migration_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  top_code TEXT NOT NULL,
  opening_fen BIGINT NOT NULL,
  debit_fen BIGINT NOT NULL,
  credit_fen BIGINT NOT NULL,
  how TEXT NOT NULL,
  hint TEXT NOT NULL,
  decided BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  targets TEXT NOT NULL,
  PRIMARY KEY (tenant_id, migration_id, line_no),
  CONSTRAINT migration_row_migration FOREIGN KEY (tenant_id, migration_id) REFERENCES migration (tenant_id, id) ON DELETE CASCADE
);
