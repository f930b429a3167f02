-- +goose Up

-- Where an asset or a unit lies: WGS-84 in 1e-7 degrees, both 0 for nowhere. entered_on is the day from which a card stands in
-- the books, where that is later than the asset was acquired (split off from another card).
ALTER TABLE asset ADD COLUMN lat BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_lat_range CHECK (lat BETWEEN -900000000 AND 900000000);
ALTER TABLE asset ADD COLUMN lon BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_lon_range CHECK (lon BETWEEN -1800000000 AND 1800000000);
ALTER TABLE asset ADD COLUMN entered_on TEXT NOT NULL DEFAULT '';
ALTER TABLE asset_unit ADD COLUMN lat BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_unit_lat_range CHECK (lat BETWEEN -900000000 AND 900000000);
ALTER TABLE asset_unit ADD COLUMN lon BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_unit_lon_range CHECK (lon BETWEEN -1800000000 AND 1800000000);

-- From which class and which way of depreciating a change turned a card.
ALTER TABLE asset_change ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE asset_change ADD COLUMN class_was TEXT NOT NULL DEFAULT '';
ALTER TABLE asset_change ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE asset_change ADD COLUMN method_was TEXT NOT NULL DEFAULT '';

-- From which value on another person approves an alteration of a card; 0: not settled.
ALTER TABLE asset_rule ADD COLUMN approve_from_fen BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_rule_approve_from_not_negative CHECK (approve_from_fen >= 0);

-- The outline of a place, as it was given: GeoJSON, or corners line by line.
CREATE TABLE village_outline (
  {{record}},
  name TEXT NOT NULL,
  rings TEXT NOT NULL,
  source TEXT NOT NULL,
  CONSTRAINT village_outline_name UNIQUE (tenant_id, name)
);
CREATE UNIQUE INDEX village_outline_region ON village_outline (tenant_id, region);

-- An alteration of a card: improved, revalued, turned to another use, split, merged. cost_fen is what an improvement adds or
-- to what a revaluation sets; parts are what a split makes or a merger takes in.
CREATE TABLE asset_alteration (
  {{record}},
  no TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT asset_alteration_kind_known CHECK (kind IN ('improve', 'revalue', 'turn', 'split', 'merge')),
  asset_id BIGINT NOT NULL,
  on_date TEXT NOT NULL,
  cost_fen BIGINT NOT NULL CONSTRAINT asset_alteration_cost_not_negative CHECK (cost_fen >= 0),
  accumulated_fen BIGINT NOT NULL CONSTRAINT asset_alteration_accumulated_not_negative CHECK (accumulated_fen >= 0),
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  life_months INTEGER NOT NULL,
  class TEXT NOT NULL,
  nature TEXT NOT NULL,
  charge TEXT NOT NULL,
  account TEXT NOT NULL,
  document TEXT NOT NULL,
  reason TEXT NOT NULL,
  resolution TEXT NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT asset_alteration_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_alteration_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT asset_alteration_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE UNIQUE INDEX asset_alteration_asset_id ON asset_alteration (tenant_id, asset_id) WHERE state = 'draft';
CREATE INDEX asset_alteration_by_asset ON asset_alteration (tenant_id, asset_id, on_date);
CREATE INDEX asset_alteration_region ON asset_alteration (tenant_id, region, on_date);
CREATE INDEX asset_alteration_by_voucher ON asset_alteration (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;

-- asset_id is the card that a split made, or that a merger took in; units are the numbers of the units that moved with it.
CREATE TABLE asset_alteration_part (
  tenant_id BIGINT NOT NULL,
  alteration_id BIGINT NOT NULL,
  part_no INTEGER NOT NULL,
  asset_id BIGINT,
  name TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  cost_fen BIGINT NOT NULL CONSTRAINT asset_alteration_part_cost_not_negative CHECK (cost_fen >= 0),
  units TEXT NOT NULL,
  PRIMARY KEY (tenant_id, alteration_id, part_no),
  CONSTRAINT asset_alteration_part_alteration FOREIGN KEY (tenant_id, alteration_id) REFERENCES asset_alteration (tenant_id, id),
  CONSTRAINT asset_alteration_part_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
CREATE INDEX asset_alteration_part_by_asset ON asset_alteration_part (tenant_id, asset_id) WHERE asset_id IS NOT NULL;
