-- +goose Up

-- The card of an asset: class, nature, where the money came from, and what depreciation needs. life_months counts months,
-- residual_rate 1/100 of a per cent; accumulated_fen is prior_fen and what the standing runs of depreciation added.
ALTER TABLE asset ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN nature TEXT NOT NULL DEFAULT ''
  CONSTRAINT asset_nature_known CHECK (nature IN ('', 'operating', 'nonoperating', 'welfare', 'resource'));
ALTER TABLE asset ADD COLUMN land_class TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN aided BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE asset ADD COLUMN nominal BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE asset ADD COLUMN funding TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN acquired_on TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN way TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN method TEXT NOT NULL DEFAULT ''
  CONSTRAINT asset_method_known CHECK (method IN ('', 'none', 'straight'));
ALTER TABLE asset ADD COLUMN charge TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN life_months INTEGER NOT NULL DEFAULT 0
  CONSTRAINT asset_life_range CHECK (life_months BETWEEN 0 AND 1200);
ALTER TABLE asset ADD COLUMN residual_rate INTEGER NOT NULL DEFAULT 0
  CONSTRAINT asset_residual_range CHECK (residual_rate BETWEEN 0 AND 10000);
ALTER TABLE asset ADD COLUMN prior_fen BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_prior_not_negative CHECK (prior_fen >= 0);
ALTER TABLE asset ADD COLUMN prior_to TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN accumulated_fen BIGINT NOT NULL DEFAULT 0
  CONSTRAINT asset_accumulated_not_negative CHECK (accumulated_fen >= 0);
ALTER TABLE asset ADD COLUMN keeper TEXT NOT NULL DEFAULT '';
ALTER TABLE asset ADD COLUMN retired_on TEXT NOT NULL DEFAULT '';
CREATE INDEX asset_by_owner ON asset (tenant_id, owner_id);

-- Documents that prove whose an asset is.
CREATE TABLE asset_certificate (
  {{record}},
  no TEXT NOT NULL,
  asset_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  holder TEXT NOT NULL,
  area BIGINT NOT NULL,
  unit TEXT NOT NULL,
  issued_on TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  place TEXT NOT NULL,
  CONSTRAINT asset_certificate_no UNIQUE (tenant_id, no),
  CONSTRAINT asset_certificate_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
CREATE INDEX asset_certificate_by_asset ON asset_certificate (tenant_id, asset_id);
CREATE INDEX asset_certificate_region ON asset_certificate (tenant_id, region);
