-- +goose Up

-- Every closing and re-opening of a month: who, when, and why or what was accepted. Append-only.
CREATE TABLE ledger_period_log (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  action TEXT NOT NULL CONSTRAINT ledger_period_log_action_known CHECK (action IN ('closed', 'reopened')),
  at BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT ledger_period_log_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ledger_period_log_by_books ON ledger_period_log (tenant_id, books_id, id);

-- Which checks of the month-close list stop a closing, warn or are left out, by place and date; what is not here goes
-- by the check's own default.
CREATE TABLE close_rule (
  {{record}},
  no TEXT NOT NULL,
  code TEXT NOT NULL,
  level TEXT NOT NULL CONSTRAINT close_rule_level_known CHECK (level IN ('off', 'warn', 'block')),
  basis TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT close_rule_no UNIQUE (tenant_id, no)
);
CREATE INDEX close_rule_region ON close_rule (tenant_id, region);

-- The year end of books: one batch of closing vouchers, which bear its id as their origin. At most one stands.
CREATE TABLE year_end (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  net_fen BIGINT NOT NULL,
  vouchers INTEGER NOT NULL,
  posted_by TEXT NOT NULL,
  posted_on TEXT NOT NULL,
  reversed_by TEXT NOT NULL,
  reversed_on TEXT NOT NULL,
  reason TEXT NOT NULL,
  CONSTRAINT year_end_no UNIQUE (tenant_id, no),
  CONSTRAINT year_end_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
CREATE UNIQUE INDEX year_end_books_id_year ON year_end (tenant_id, books_id, year) WHERE state = 'posted';
CREATE INDEX year_end_region ON year_end (tenant_id, region);

-- What a distribution must keep to, by place and date: how much of the income is kept, how long the plan is published
-- before the meeting, how many must agree. Rates in 1/100 of a per cent.
CREATE TABLE distribution_rule (
  {{record}},
  name TEXT NOT NULL,
  reserve_rate INTEGER NOT NULL CONSTRAINT distribution_rule_reserve_rate_range CHECK (reserve_rate BETWEEN 0 AND 10000),
  publish_days INTEGER NOT NULL CONSTRAINT distribution_rule_publish_days_range CHECK (publish_days BETWEEN 0 AND 365),
  agree_num INTEGER NOT NULL,
  agree_den INTEGER NOT NULL CONSTRAINT distribution_rule_agree_part CHECK (agree_den > 0 AND agree_num BETWEEN 0 AND agree_den),
  basis TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT distribution_rule_name UNIQUE (tenant_id, name)
);
CREATE INDEX distribution_rule_region ON distribution_rule (tenant_id, region);

-- The distribution of a year's income: proposed, published, resolved by the members, posted, or undone.
CREATE TABLE distribution (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  net_fen BIGINT NOT NULL,
  opening_fen BIGINT NOT NULL,
  other_in_fen BIGINT NOT NULL,
  cover_fen BIGINT NOT NULL CONSTRAINT distribution_cover_not_negative CHECK (cover_fen >= 0),
  charter_rate INTEGER NOT NULL,
  method TEXT NOT NULL CONSTRAINT distribution_method_known CHECK (method IN ('', 'equal', 'persons', 'shares')),
  published_on TEXT NOT NULL,
  meeting_kind TEXT NOT NULL,
  meeting_on TEXT NOT NULL,
  should_attend INTEGER NOT NULL,
  attended INTEGER NOT NULL,
  agreed INTEGER NOT NULL,
  resolution_no TEXT NOT NULL,
  post_on TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposer_id BIGINT,
  posted_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  vouchers INTEGER NOT NULL,
  CONSTRAINT distribution_no UNIQUE (tenant_id, no),
  CONSTRAINT distribution_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id)
);
CREATE INDEX distribution_region ON distribution (tenant_id, region);
-- A year has one plan that stands.
CREATE UNIQUE INDEX distribution_books_id_year ON distribution (tenant_id, books_id, year) WHERE state <> 'reversed';

CREATE TABLE distribution_line (
  tenant_id BIGINT NOT NULL,
  distribution_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  purpose TEXT NOT NULL CONSTRAINT distribution_line_purpose_known CHECK (purpose IN ('reserve', 'welfare', 'investor', 'member', 'other')),
  label TEXT NOT NULL,
  rate INTEGER NOT NULL,
  fen BIGINT NOT NULL CONSTRAINT distribution_line_fen_positive CHECK (fen > 0),
  account TEXT NOT NULL,
  party_id BIGINT,
  PRIMARY KEY (tenant_id, distribution_id, line_no),
  CONSTRAINT distribution_line_distribution FOREIGN KEY (tenant_id, distribution_id) REFERENCES distribution (tenant_id, id) ON DELETE CASCADE
);

-- What each household gets: weight is 1, its persons or its shares (shares in 1/10000).
CREATE TABLE distribution_share (
  tenant_id BIGINT NOT NULL,
  distribution_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  member_id BIGINT NOT NULL,
  weight BIGINT NOT NULL CONSTRAINT distribution_share_weight_not_negative CHECK (weight >= 0),
  fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, distribution_id, line_no),
  CONSTRAINT distribution_share_member UNIQUE (tenant_id, distribution_id, member_id),
  CONSTRAINT distribution_share_distribution FOREIGN KEY (tenant_id, distribution_id) REFERENCES distribution (tenant_id, id) ON DELETE CASCADE
);
