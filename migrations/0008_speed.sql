-- +goose Up

-- When a line counts as received on its contract: the date of its posted voucher, '' when it does not. So that what has
-- been received is read from one index.
ALTER TABLE voucher_line ADD COLUMN received_on TEXT NOT NULL DEFAULT '';

UPDATE voucher_line SET received_on = v.on_date
FROM voucher v, ledger_account a
WHERE v.tenant_id = voucher_line.tenant_id AND v.id = voucher_line.voucher_id
  AND a.tenant_id = voucher_line.tenant_id AND a.books_id = voucher_line.books_id AND a.code = voucher_line.account
  AND voucher_line.contract_id IS NOT NULL AND voucher_line.posted AND v.kind <> '结转'
  AND (a.class = 'income' OR substr(a.code, 1, 3) IN ('112', '113'));

CREATE INDEX voucher_line_received ON voucher_line (tenant_id, region, contract_id, received_on, credit_fen, debit_fen) WHERE received_on <> '';

-- What waits is a small part of all vouchers.
CREATE INDEX voucher_waiting ON voucher (tenant_id, region) WHERE state <> 'posted';

-- Counting contracts, and adding up those in force, without reading them.
DROP INDEX contract_region;
CREATE INDEX contract_scope ON contract (tenant_id, region, kind, state, stable, from_date, to_date, ended_on, annual_fen, id);

-- The orders of the list of contracts, with what it is narrowed by.
CREATE INDEX contract_by_no ON contract (tenant_id, no, id, region, kind, state, stable);
CREATE INDEX contract_by_name ON contract (tenant_id, name, id, region, kind, state, stable);
CREATE INDEX contract_by_from ON contract (tenant_id, from_date, id, region, kind, state, stable);
CREATE INDEX contract_by_to ON contract (tenant_id, to_date, id, region, kind, state, stable);
CREATE INDEX contract_by_pay ON contract (tenant_id, pay_fen, id, region, kind, state, stable);
CREATE INDEX contract_by_annual ON contract (tenant_id, annual_fen, id, region, kind, state, stable);

-- What fell due of a contract, without reading its schedule.
CREATE INDEX charge_due ON charge (tenant_id, contract_id, due_on, amount_fen);
