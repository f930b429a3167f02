-- +goose Up

-- Vouchers are looked for by the amount of a line, whatever its side and sign.
CREATE INDEX voucher_line_amount ON voucher_line (tenant_id, abs(debit_fen + credit_fen), voucher_id);
