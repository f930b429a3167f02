-- +goose Up

-- Who was party B under a version: after a transfer the old tenant's arrears stay the old tenant's. NULL for versions of before.
ALTER TABLE contract_version ADD COLUMN party_id BIGINT;

-- A payment whose time a transfer cuts is an item of each tenant.
DROP INDEX rent_item_contract_id_charge_seq;
CREATE UNIQUE INDEX rent_item_contract_id_charge_seq ON rent_item (tenant_id, contract_id, charge_seq, party_id) WHERE kind = 'rent' AND state <> 'void';

-- The reversals by which records took their vouchers back are theirs too; what people reversed or corrected by hand is not.
INSERT INTO rent_voucher (tenant_id, source_id, voucher_id)
  SELECT r.tenant_id, r.origin_id, r.id FROM voucher r
  JOIN rent_voucher o ON o.tenant_id = r.tenant_id AND o.source_id = r.origin_id AND o.voucher_id = r.reverses_id
  WHERE NOT EXISTS (SELECT 1 FROM rent_posting p WHERE p.tenant_id = r.tenant_id AND p.source_id = r.origin_id);

-- Whether a place shows everybody what it lets and to what rent ('' as the place above).
ALTER TABLE rent_rule ADD COLUMN disclose TEXT NOT NULL DEFAULT '';

-- The contracts of one collective, which each billing reads and locks.
CREATE INDEX contract_party_a_id ON contract (tenant_id, party_a_id);
