-- +goose Up

-- What counts as stable income (稳定性收入口径) at a place and below it, by time. accounts is a list, a line each: the
-- accounting system, the account, what its lines are. Where no place has one, that of the program holds.
CREATE TABLE stable_definition (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  lease BOOLEAN NOT NULL,
  land BOOLEAN NOT NULL,
  service BOOLEAN NOT NULL,
  joint BOOLEAN NOT NULL,
  shares BOOLEAN NOT NULL,
  marked BOOLEAN NOT NULL,
  months INTEGER NOT NULL,
  one_off BOOLEAN NOT NULL,
  accounts TEXT NOT NULL,
  basis TEXT NOT NULL,
  CONSTRAINT stable_definition_no UNIQUE (tenant_id, no),
  CONSTRAINT stable_definition_dates CHECK (valid_to = '' OR valid_to >= valid_from)
);
CREATE INDEX stable_definition_region ON stable_definition (tenant_id, region, valid_from);

-- What is assumed of contracts that run out (续租假设); an empty kind or source stands for all.
CREATE TABLE renewal_rule (
  {{record}},
  no TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  share INTEGER NOT NULL CONSTRAINT renewal_rule_share_percent CHECK (share BETWEEN 0 AND 100),
  vacancy INTEGER NOT NULL CONSTRAINT renewal_rule_vacancy_not_negative CHECK (vacancy >= 0),
  change INTEGER NOT NULL CONSTRAINT renewal_rule_change_percent CHECK (change BETWEEN -100 AND 100),
  basis TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT renewal_rule_no UNIQUE (tenant_id, no),
  CONSTRAINT renewal_rule_dates CHECK (valid_to = '' OR valid_to >= valid_from)
);
CREATE INDEX renewal_rule_region ON renewal_rule (tenant_id, region, valid_from);
