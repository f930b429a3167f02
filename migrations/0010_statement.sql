-- +goose Up

-- The county's own layouts of statements: text as in its sheet, and from which month it holds. Of several in force the
-- one that begins last counts.
CREATE TABLE statement_layout (
  {{record}},
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT statement_layout_kind_known CHECK (kind IN ('balance', 'income', 'statistics', 'ledger')),
  chart TEXT NOT NULL CONSTRAINT statement_layout_chart_known CHECK (chart IN ('2004', '2023')),
  version_name TEXT NOT NULL,
  from_month INTEGER NOT NULL,
  source TEXT NOT NULL,
  mark TEXT NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT statement_layout_name UNIQUE (tenant_id, name)
);
CREATE INDEX statement_layout_in_force ON statement_layout (tenant_id, kind, chart, from_month);
CREATE INDEX statement_layout_region ON statement_layout (tenant_id, region);
