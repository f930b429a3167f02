-- +goose Up

-- Payments that no terms give, such as a share of turnover or a settlement of work orders: origin and source_id name the
-- record that called for them, why says how they are counted. Amendments make only the schedule ('') anew.
ALTER TABLE charge ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE charge ADD COLUMN source_id BIGINT;
ALTER TABLE charge ADD COLUMN why TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX charge_origin_source_id ON charge (tenant_id, origin, source_id) WHERE origin <> '';

-- What a tenant reports of turnover (营业额申报); confirmed by another person, it charges the share beyond the guarantee.
CREATE TABLE turnover (
  {{record}},
  no TEXT NOT NULL,
  contract_id BIGINT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  turnover_fen BIGINT NOT NULL,
  reported_on TEXT NOT NULL,
  share_fen BIGINT NOT NULL,
  least_fen BIGINT NOT NULL,
  charged_fen BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  confirmed_on TEXT NOT NULL,
  CONSTRAINT turnover_no UNIQUE (tenant_id, no),
  CONSTRAINT turnover_span CHECK (from_date <= to_date),
  CONSTRAINT turnover_not_negative CHECK (turnover_fen >= 0),
  CONSTRAINT turnover_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id)
);
CREATE INDEX turnover_region ON turnover (tenant_id, region, from_date);
CREATE INDEX turnover_by_contract ON turnover (tenant_id, contract_id, from_date);

-- The texts that contracts are printed from (合同范本): those of a place and of the places above it.
CREATE TABLE contract_template (
  {{record}},
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  since TEXT NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT contract_template_name UNIQUE (tenant_id, name)
);
CREATE INDEX contract_template_region ON contract_template (tenant_id, region, kind);
