-- +goose Up

-- A blue copy (订正) takes the place of the voucher that it corrects. Until now this was said in the origin, which left no
-- place for the record that the wrong voucher had been made for.
ALTER TABLE voucher ADD COLUMN whole BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE voucher SET whole = TRUE WHERE corrects_id IS NOT NULL AND origin = 'voucher';

-- The last month that the old books had before the new ones were made, to give it back when these are taken back. Of what
-- was made before, it is not known: nothing is given back.
ALTER TABLE migration ADD COLUMN source_to INTEGER NOT NULL DEFAULT 0;
UPDATE migration SET source_to = locked_month;

-- How far the search index of a kind has been made anew by huicun reindex; no row when it is not at work.
CREATE TABLE search_rebuild (
  tenant_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  after_id BIGINT NOT NULL,
  docs BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind)
);
