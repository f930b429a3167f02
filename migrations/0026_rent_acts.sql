-- +goose Up

-- Bad debts: asked for by one person, approved by another (坏账核销), and set up again when the debtor pays after all.
CREATE TABLE rent_writeoff (
  {{record}},
  no TEXT NOT NULL,
  item_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT rent_writeoff_dated CHECK (on_date <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT rent_writeoff_amount_positive CHECK (amount_fen > 0),
  reason TEXT NOT NULL,
  evidence TEXT NOT NULL,
  approver TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  CONSTRAINT rent_writeoff_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_writeoff_approved CHECK (state NOT IN ('approved', 'recovered') OR approver <> '' AND approved_on <> ''),
  CONSTRAINT rent_writeoff_item FOREIGN KEY (tenant_id, item_id) REFERENCES rent_item (tenant_id, id)
);
CREATE INDEX rent_writeoff_region ON rent_writeoff (tenant_id, region, on_date);
CREATE INDEX rent_writeoff_item_id ON rent_writeoff (tenant_id, item_id);

-- What a debtor promised to pay until when.
CREATE TABLE rent_promise (
  {{record}},
  no TEXT NOT NULL,
  contract_id BIGINT NOT NULL,
  due_on TEXT NOT NULL CONSTRAINT rent_promise_dated CHECK (due_on <> ''),
  amount_fen BIGINT NOT NULL CONSTRAINT rent_promise_amount_positive CHECK (amount_fen > 0),
  person TEXT NOT NULL,
  CONSTRAINT rent_promise_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_promise_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id)
);
CREATE INDEX rent_promise_region ON rent_promise (tenant_id, region, due_on);
CREATE INDEX rent_promise_contract_id ON rent_promise (tenant_id, contract_id);

-- Dunning letters as they were written (催款通知书).
CREATE TABLE rent_notice (
  {{record}},
  no TEXT NOT NULL,
  unit_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT rent_notice_dated CHECK (on_date <> ''),
  days INTEGER NOT NULL,
  items INTEGER NOT NULL,
  amount_fen BIGINT NOT NULL,
  since TEXT NOT NULL,
  body TEXT NOT NULL,
  served_on TEXT NOT NULL,
  CONSTRAINT rent_notice_no UNIQUE (tenant_id, no),
  CONSTRAINT rent_notice_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES party (tenant_id, id),
  CONSTRAINT rent_notice_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX rent_notice_region ON rent_notice (tenant_id, region, on_date);
CREATE INDEX rent_notice_party_id ON rent_notice (tenant_id, party_id);

CREATE INDEX rent_item_of_item_id ON rent_item (tenant_id, of_item_id) WHERE of_item_id IS NOT NULL;
CREATE INDEX rent_item_contract ON rent_item (tenant_id, contract_id, party_id, cleared_on);
