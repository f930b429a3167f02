-- +goose Up

-- An article (晒项目) whose prose refers to figures. issue_no is the newest issue, withdrawn_issue the newest
-- one that was withdrawn: issues up to it are no longer shown.
CREATE TABLE showcase (
  {{record}},
  no TEXT NOT NULL,
  title TEXT NOT NULL,
  kicker TEXT NOT NULL,
  author TEXT NOT NULL,
  issuer TEXT NOT NULL,
  year INTEGER NOT NULL,
  as_of TEXT NOT NULL CONSTRAINT showcase_as_of_day CHECK (length(as_of) = 10),
  body TEXT NOT NULL,
  allowed TEXT NOT NULL,
  issue_no INTEGER NOT NULL,
  published_on TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  withdrawn_issue INTEGER NOT NULL,
  withdrawn_on TEXT NOT NULL,
  withdrawn_reason TEXT NOT NULL,
  CONSTRAINT showcase_no UNIQUE (tenant_id, no),
  CONSTRAINT showcase_year_range CHECK (year >= 1978 AND year <= 2200),
  CONSTRAINT showcase_issue_no_range CHECK (issue_no >= 0 AND withdrawn_issue >= 0 AND withdrawn_issue <= issue_no),
  CONSTRAINT showcase_published_dated CHECK ((issue_no = 0) = (published_on = '')),
  CONSTRAINT showcase_published_state CHECK (state <> 'published' OR issue_no > withdrawn_issue),
  CONSTRAINT showcase_withdrawn_reasoned CHECK ((withdrawn_issue = 0) = (withdrawn_on = '') AND (withdrawn_issue = 0) = (withdrawn_reason = ''))
);
CREATE INDEX showcase_public ON showcase (tenant_id, state, published_on);
CREATE INDEX showcase_region ON showcase (tenant_id, region);

-- What was published, frozen: nothing in the code updates or deletes a row. sha256 is over content.
CREATE TABLE showcase_issue (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  showcase_id BIGINT NOT NULL,
  issue_no INTEGER NOT NULL CONSTRAINT showcase_issue_no_positive CHECK (issue_no > 0),
  region TEXT NOT NULL CONSTRAINT showcase_issue_region_length CHECK (length(region) = 12),
  published_at BIGINT NOT NULL,
  published_by BIGINT NOT NULL,
  published_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  content TEXT NOT NULL,
  sha256 TEXT NOT NULL CONSTRAINT showcase_issue_digest_length CHECK (length(sha256) = 64),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT showcase_issue_showcase_id_issue_no UNIQUE (tenant_id, showcase_id, issue_no),
  CONSTRAINT showcase_issue_showcase FOREIGN KEY (tenant_id, showcase_id) REFERENCES showcase (tenant_id, id)
);
