-- +goose Up

-- A settlement of work orders (工单结算): those of one contract and month, summed up to a payment of the contract.
CREATE TABLE work_settlement (
  {{record}},
  no TEXT NOT NULL,
  contract_id BIGINT NOT NULL,
  month TEXT NOT NULL,
  due_on TEXT NOT NULL,
  orders INTEGER NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT work_settlement_amount_positive CHECK (amount_fen > 0),
  CONSTRAINT work_settlement_no UNIQUE (tenant_id, no),
  CONSTRAINT work_settlement_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id)
);
CREATE INDEX work_settlement_region ON work_settlement (tenant_id, region, month);
CREATE INDEX work_settlement_by_contract ON work_settlement (tenant_id, contract_id, month);

-- A piece of work under a service contract (工单).
CREATE TABLE work_order (
  {{record}},
  no TEXT NOT NULL,
  contract_id BIGINT NOT NULL,
  brand_id BIGINT,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  client TEXT NOT NULL,
  place TEXT NOT NULL,
  requested_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  worker TEXT NOT NULL,
  assigned_on TEXT NOT NULL,
  done_on TEXT NOT NULL,
  done_by BIGINT,
  result TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  price_fen BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  signer TEXT NOT NULL,
  confirmed_on TEXT NOT NULL,
  settlement_id BIGINT,
  CONSTRAINT work_order_no UNIQUE (tenant_id, no),
  CONSTRAINT work_order_not_negative CHECK (quantity >= 0 AND price_fen >= 0 AND amount_fen >= 0),
  CONSTRAINT work_order_settled CHECK ((state = 'settled') = (settlement_id IS NOT NULL)),
  CONSTRAINT work_order_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id),
  CONSTRAINT work_order_settlement FOREIGN KEY (tenant_id, settlement_id) REFERENCES work_settlement (tenant_id, id)
);
CREATE INDEX work_order_region ON work_order (tenant_id, region, requested_on);
CREATE INDEX work_order_by_contract ON work_order (tenant_id, contract_id, state, done_on);
CREATE INDEX work_order_by_settlement ON work_order (tenant_id, settlement_id) WHERE settlement_id IS NOT NULL;
CREATE INDEX work_order_by_brand ON work_order (tenant_id, brand_id) WHERE brand_id IS NOT NULL;
