-- +goose Up

-- What a place settles about property from a day on: how long a disposal is published, from which book value it is appraised
-- first, after how many days an asset counts as idle, how many days before its end a certificate is pointed out. 0: not settled.
CREATE TABLE asset_rule (
  {{record}},
  name TEXT NOT NULL,
  from_date TEXT NOT NULL,
  publish_days INTEGER NOT NULL,
  value_from_fen BIGINT NOT NULL,
  idle_days INTEGER NOT NULL,
  certificate_days INTEGER NOT NULL,
  CONSTRAINT asset_rule_name UNIQUE (tenant_id, name)
);
CREATE INDEX asset_rule_region ON asset_rule (tenant_id, region, from_date);

-- The disposal of one asset, from the request to its voucher; at most one stands.
CREATE TABLE disposal (
  {{record}},
  no TEXT NOT NULL,
  asset_id BIGINT NOT NULL,
  reason TEXT NOT NULL,
  cause TEXT NOT NULL,
  asked_on TEXT NOT NULL,
  value_fen BIGINT NOT NULL CONSTRAINT disposal_value_not_negative CHECK (value_fen >= 0),
  valuer TEXT NOT NULL,
  floor_fen BIGINT NOT NULL CONSTRAINT disposal_floor_not_negative CHECK (floor_fen >= 0),
  resolution TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  votes TEXT NOT NULL,
  opinion TEXT NOT NULL,
  published_on TEXT NOT NULL,
  published_to TEXT NOT NULL,
  disposed_on TEXT NOT NULL,
  taker_id BIGINT,
  proceeds_fen BIGINT NOT NULL CONSTRAINT disposal_proceeds_not_negative CHECK (proceeds_fen >= 0),
  proceeds_account TEXT NOT NULL,
  costs_fen BIGINT NOT NULL CONSTRAINT disposal_costs_not_negative CHECK (costs_fen >= 0),
  costs_account TEXT NOT NULL,
  result_account TEXT NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT disposal_no UNIQUE (tenant_id, no),
  CONSTRAINT disposal_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT disposal_taker FOREIGN KEY (tenant_id, taker_id) REFERENCES party (tenant_id, id),
  CONSTRAINT disposal_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE UNIQUE INDEX disposal_asset_id ON disposal (tenant_id, asset_id) WHERE state <> 'void';
CREATE INDEX disposal_region ON disposal (tenant_id, region);
CREATE INDEX disposal_by_taker ON disposal (tenant_id, taker_id) WHERE taker_id IS NOT NULL;
CREATE INDEX disposal_by_voucher ON disposal (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;

-- Where the money for an asset came from, when it came from several: amounts that sum to the cost at the time.
CREATE TABLE asset_funding (
  {{record}},
  no TEXT NOT NULL,
  asset_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  fen BIGINT NOT NULL CONSTRAINT asset_funding_fen_positive CHECK (fen > 0),
  document TEXT NOT NULL,
  CONSTRAINT asset_funding_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_funding_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
CREATE INDEX asset_funding_by_asset ON asset_funding (tenant_id, asset_id);
CREATE INDEX asset_funding_region ON asset_funding (tenant_id, region);
