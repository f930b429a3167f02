-- +goose Up

-- The depreciation of one month of books; at most one stands. voucher_id is the draft that it made, posted or not.
CREATE TABLE depreciation (
  {{record}},
  no TEXT NOT NULL,
  books_id BIGINT NOT NULL,
  month INTEGER NOT NULL,
  total_fen BIGINT NOT NULL CONSTRAINT depreciation_total_positive CHECK (total_fen > 0),
  cards INTEGER NOT NULL,
  voucher_id BIGINT,
  CONSTRAINT depreciation_no UNIQUE (tenant_id, no),
  CONSTRAINT depreciation_books FOREIGN KEY (tenant_id, books_id) REFERENCES ledger_books (tenant_id, id),
  CONSTRAINT depreciation_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE UNIQUE INDEX depreciation_books_id_month ON depreciation (tenant_id, books_id, month) WHERE state = 'done';
CREATE INDEX depreciation_region ON depreciation (tenant_id, region, month);
CREATE INDEX depreciation_by_voucher ON depreciation (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;

-- What a run took from each card, and what it had been depreciated to then. charge and account are accounts of the chart.
CREATE TABLE depreciation_line (
  tenant_id BIGINT NOT NULL,
  run_id BIGINT NOT NULL,
  line_no INTEGER NOT NULL,
  asset_id BIGINT NOT NULL,
  fen BIGINT NOT NULL CONSTRAINT depreciation_line_fen_positive CHECK (fen > 0),
  after_fen BIGINT NOT NULL,
  charge TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (tenant_id, run_id, line_no),
  CONSTRAINT depreciation_line_run FOREIGN KEY (tenant_id, run_id) REFERENCES depreciation (tenant_id, id),
  CONSTRAINT depreciation_line_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id)
);
CREATE UNIQUE INDEX depreciation_line_asset_run ON depreciation_line (tenant_id, asset_id, run_id);
