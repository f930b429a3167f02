-- +goose Up

-- What contracts say of money beyond an amount every so many months. The defaults are what contracts meant before.
ALTER TABLE contract ADD COLUMN anchor TEXT NOT NULL DEFAULT 'start' CONSTRAINT contract_anchor_known CHECK (anchor IN ('start', 'calendar'));
ALTER TABLE contract ADD COLUMN due_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN due_day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN prorate TEXT NOT NULL DEFAULT 'days' CONSTRAINT contract_prorate_known CHECK (prorate IN ('days', 'd360', 'months'));
ALTER TABLE contract ADD COLUMN prepay_months INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN price_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN price_per TEXT NOT NULL DEFAULT 'month' CONSTRAINT contract_price_per_known CHECK (price_per IN ('month', 'year'));
ALTER TABLE contract ADD COLUMN price_quantity BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN price_unit TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN rise_months INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN rise_first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN rise_percent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN rise_of_base BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE contract ADD COLUMN rise_amount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN rise_unit TEXT NOT NULL DEFAULT 'fen' CONSTRAINT contract_rise_unit_known CHECK (rise_unit IN ('fen', 'yuan', 'ten'));
ALTER TABLE contract ADD COLUMN free_spans TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN rates TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN fixed_list TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN share_percent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN share_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contract ADD COLUMN effective_on TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN file_no TEXT NOT NULL DEFAULT '';
ALTER TABLE contract ADD COLUMN previous_id BIGINT;
ALTER TABLE contract ADD COLUMN sublet_id BIGINT;
CREATE INDEX contract_previous ON contract (tenant_id, previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX contract_sublet ON contract (tenant_id, sublet_id) WHERE sublet_id IS NOT NULL;

-- The terms as they were agreed at first and as each amendment (变更) put them; a contract that was never amended has none.
-- kept says how many payments had been billed when it was made: those are never rewritten.
CREATE TABLE contract_version (
  tenant_id BIGINT NOT NULL,
  contract_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  effective_on TEXT NOT NULL,
  made_on TEXT NOT NULL,
  kept INTEGER NOT NULL,
  terms TEXT NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, seq),
  CONSTRAINT contract_version_kept_not_negative CHECK (kept >= 0),
  CONSTRAINT contract_version_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id) ON DELETE CASCADE
);
