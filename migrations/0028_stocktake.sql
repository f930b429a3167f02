-- +goose Up

-- What altered a card after it was made; *_fen, quantity and life_months are by how much. origin and origin_id are the record
-- that it was made for, state_was is the state of a card that it took out of the books.
CREATE TABLE asset_change (
  {{record}},
  no TEXT NOT NULL,
  asset_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  cost_fen BIGINT NOT NULL,
  accumulated_fen BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  life_months INTEGER NOT NULL,
  nature TEXT NOT NULL,
  nature_was TEXT NOT NULL,
  charge TEXT NOT NULL,
  charge_was TEXT NOT NULL,
  retired BOOLEAN NOT NULL,
  state_was TEXT NOT NULL,
  reason TEXT NOT NULL,
  resolution TEXT NOT NULL,
  origin TEXT NOT NULL,
  origin_id BIGINT,
  voucher_id BIGINT,
  CONSTRAINT asset_change_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_change_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT asset_change_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX asset_change_by_asset ON asset_change (tenant_id, asset_id, on_date);
CREATE INDEX asset_change_by_origin ON asset_change (tenant_id, origin, origin_id) WHERE origin_id IS NOT NULL;
CREATE INDEX asset_change_region ON asset_change (tenant_id, region, on_date);
CREATE INDEX asset_change_by_voucher ON asset_change (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;

-- The count of what a unit owns, once a year; at most one stands. voucher_id moves the differences to 待处理财产损溢,
-- settling_id clears them as was resolved.
CREATE TABLE stocktake (
  {{record}},
  no TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  year INTEGER NOT NULL CONSTRAINT stocktake_year_range CHECK (year BETWEEN 1950 AND 2200),
  base_on TEXT NOT NULL,
  leader TEXT NOT NULL,
  supervisor TEXT NOT NULL,
  resolution TEXT NOT NULL,
  booked_on TEXT NOT NULL,
  submitted_id BIGINT,
  submitted_by TEXT NOT NULL,
  voucher_id BIGINT,
  settling_id BIGINT,
  CONSTRAINT stocktake_no UNIQUE (tenant_id, no),
  CONSTRAINT stocktake_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT stocktake_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id),
  CONSTRAINT stocktake_settling FOREIGN KEY (tenant_id, settling_id) REFERENCES voucher (tenant_id, id)
);
CREATE UNIQUE INDEX stocktake_party_id_year ON stocktake (tenant_id, party_id, year) WHERE state <> 'void';
CREATE INDEX stocktake_region ON stocktake (tenant_id, region, year);
CREATE INDEX stocktake_by_voucher ON stocktake (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;
CREATE INDEX stocktake_by_settling ON stocktake (tenant_id, settling_id) WHERE settling_id IS NOT NULL;

-- What is counted: a card or a unit as it was when the count began, or what was found without a card. quantity is what the
-- card says, found what is there, in the same unit.
CREATE TABLE stocktake_line (
  {{record}},
  no TEXT NOT NULL,
  stocktake_id BIGINT NOT NULL,
  asset_id BIGINT,
  unit_id BIGINT,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  place TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  cost_fen BIGINT NOT NULL,
  accumulated_fen BIGINT NOT NULL,
  result TEXT NOT NULL CONSTRAINT stocktake_line_result_known CHECK (result IN ('', 'match', 'surplus', 'short', 'damaged', 'idle')),
  found BIGINT NOT NULL,
  found_place TEXT NOT NULL,
  cause TEXT NOT NULL,
  treatment TEXT NOT NULL CONSTRAINT stocktake_line_treatment_known CHECK (treatment IN ('', 'book', 'keep')),
  value_fen BIGINT NOT NULL CONSTRAINT stocktake_line_value_not_negative CHECK (value_fen >= 0),
  responsible_id BIGINT,
  charged_fen BIGINT NOT NULL CONSTRAINT stocktake_line_charged_not_negative CHECK (charged_fen >= 0),
  counter TEXT NOT NULL,
  counted_on TEXT NOT NULL,
  made_id BIGINT,
  CONSTRAINT stocktake_line_no UNIQUE (tenant_id, no),
  CONSTRAINT stocktake_line_stocktake FOREIGN KEY (tenant_id, stocktake_id) REFERENCES stocktake (tenant_id, id),
  CONSTRAINT stocktake_line_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT stocktake_line_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES asset_unit (tenant_id, id),
  CONSTRAINT stocktake_line_made FOREIGN KEY (tenant_id, made_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT stocktake_line_responsible FOREIGN KEY (tenant_id, responsible_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX stocktake_line_by_stocktake ON stocktake_line (tenant_id, stocktake_id, no);
CREATE INDEX stocktake_line_by_asset ON stocktake_line (tenant_id, asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX stocktake_line_by_unit ON stocktake_line (tenant_id, unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX stocktake_line_by_made ON stocktake_line (tenant_id, made_id) WHERE made_id IS NOT NULL;
CREATE INDEX stocktake_line_by_responsible ON stocktake_line (tenant_id, responsible_id) WHERE responsible_id IS NOT NULL;
CREATE INDEX stocktake_line_region ON stocktake_line (tenant_id, region);
