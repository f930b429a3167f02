-- +goose Up

-- Administrative divisions (统计用区划代码, 12 digits); a parent is a prefix. Dated: a merged or renamed
-- division keeps its row and gets valid_to.
CREATE TABLE region (
  code TEXT NOT NULL CONSTRAINT region_code_length CHECK (length(code) = 12),
  name TEXT NOT NULL,
  level TEXT NOT NULL CONSTRAINT region_level_known CHECK (level IN ('nation', 'province', 'city', 'county', 'town', 'village')),
  kind TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  PRIMARY KEY (code)
);

-- What a closed division became; a scope reads its predecessors' records too.
CREATE TABLE region_successor (
  code TEXT NOT NULL,
  successor TEXT NOT NULL,
  on_date TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (code, successor)
);

-- A tenant is a county's data under an opaque id: placement only, it grants nothing.
CREATE TABLE tenant (
  id BIGINT NOT NULL,
  prefix TEXT NOT NULL CONSTRAINT tenant_prefix_county CHECK (length(prefix) = 6),
  name TEXT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT tenant_prefix UNIQUE (prefix)
);

CREATE TABLE account (
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  must_change BOOLEAN NOT NULL,
  disabled BOOLEAN NOT NULL,
  demo BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT account_login UNIQUE (login)
);

CREATE TABLE account_grant (
  account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  region TEXT NOT NULL CONSTRAINT account_grant_region_length CHECK (length(region) = 12),
  PRIMARY KEY (account_id, role, region)
);

CREATE TABLE session (
  token_hash TEXT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (token_hash)
);
CREATE INDEX session_account ON session (account_id);

-- Failed logins by login name and by address, for lockout.
CREATE TABLE login_failure (
  subject TEXT NOT NULL,
  failures INTEGER NOT NULL,
  first_at BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  PRIMARY KEY (subject)
);

-- Idempotency keys of write commands.
CREATE TABLE command (
  tenant_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, key)
);

-- Append-only: nothing in the code updates or deletes a row.
CREATE TABLE audit_log (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  action TEXT NOT NULL,
  kind TEXT NOT NULL,
  record_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  region TEXT NOT NULL,
  before_json TEXT NOT NULL,
  after_json TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_log_record ON audit_log (tenant_id, kind, record_id, id);
CREATE INDEX audit_log_region ON audit_log (tenant_id, region, id);

-- terms are the document's rows of search_term, separated by spaces, to find them again when it changes.
CREATE TABLE search_doc (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  detail TEXT NOT NULL,
  region TEXT NOT NULL,
  terms TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- The inverted index: some 60 rows per document, so it has one key and nothing else.
CREATE TABLE search_term (
  {{clustered}}
  tenant_id BIGINT NOT NULL,
  term TEXT NOT NULL,
  doc_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, term, doc_id)
);

-- Gapless document numbers: last_no is raised by a guarded UPDATE in the transaction that uses it.
CREATE TABLE serial_no (
  tenant_id BIGINT NOT NULL,
  series TEXT NOT NULL,
  last_no BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, series)
);

-- Parties: collectives, committees, towns, departments, enterprises, chambers, Party organisations, households.
CREATE TABLE party (
  {{record}},
  name TEXT NOT NULL,
  short_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  credit_code TEXT NOT NULL,
  parent_id BIGINT,
  industry TEXT NOT NULL,
  contact TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  address TEXT NOT NULL,
  founded TEXT NOT NULL,
  ended TEXT NOT NULL,
  CONSTRAINT party_name UNIQUE (tenant_id, name),
  CONSTRAINT party_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX party_region ON party (tenant_id, region, kind);
CREATE INDEX party_credit_code ON party (tenant_id, credit_code);
CREATE UNIQUE INDEX party_one_collective ON party (tenant_id, region) WHERE kind = 'collective' AND state = 'active';

CREATE TABLE person (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  gender TEXT NOT NULL,
  talent BOOLEAN NOT NULL,
  works_at TEXT NOT NULL,
  lives_at TEXT NOT NULL,
  trade TEXT NOT NULL,
  id_no_sealed TEXT NOT NULL,
  id_no_index TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  consent_on TEXT NOT NULL,
  CONSTRAINT person_no UNIQUE (tenant_id, no)
);
CREATE INDEX person_region ON person (tenant_id, region);
CREATE INDEX person_id_no ON person (tenant_id, id_no_index);

-- Dated roles of persons in parties (理事长, 报账员, 会长, 联络员 …).
CREATE TABLE person_role (
  {{record}},
  no TEXT NOT NULL,
  person_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  CONSTRAINT person_role_no UNIQUE (tenant_id, no),
  CONSTRAINT person_role_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  CONSTRAINT person_role_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX person_role_by_person ON person_role (tenant_id, person_id);
CREATE INDEX person_role_by_party ON person_role (tenant_id, party_id);

-- Named figures: an indicator with its parameters, scope and wording, as a town publishes it (F01 …).
CREATE TABLE figure_def (
  {{record}},
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  mechanism TEXT NOT NULL,
  indicator TEXT NOT NULL,
  params TEXT NOT NULL,
  scopes TEXT NOT NULL,
  qualifier TEXT NOT NULL,
  digits INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  CONSTRAINT figure_def_region_code UNIQUE (tenant_id, region, code)
);

-- Income tiers (规模梯队): boundaries as data; inclusive says whether the boundary itself belongs to the tier.
CREATE TABLE tier (
  {{record}},
  set_name TEXT NOT NULL,
  name TEXT NOT NULL,
  lower_fen BIGINT NOT NULL,
  inclusive BOOLEAN NOT NULL,
  tone TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT tier_region_set_name_name_valid_from UNIQUE (tenant_id, region, set_name, name, valid_from)
);
