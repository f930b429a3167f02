-- +goose Up

-- What stands on an account at the beginning of a year, debits less credits, kept from the year's first use on: a
-- statement then reads one year's movements however many years there are.
CREATE TABLE ledger_carry (
  tenant_id BIGINT NOT NULL,
  books_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  account TEXT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, books_id, year, account),
  CONSTRAINT ledger_carry_account FOREIGN KEY (tenant_id, books_id, account) REFERENCES ledger_account (tenant_id, books_id, code)
);
INSERT INTO ledger_carry (tenant_id, books_id, year, account, fen)
  SELECT b.tenant_id, b.books_id, y.year, b.account, CAST(SUM(b.debit_fen - b.credit_fen) AS BIGINT)
  FROM balance b JOIN (SELECT DISTINCT tenant_id, books_id, month / 100 AS year FROM ledger_period) y
    ON y.tenant_id = b.tenant_id AND y.books_id = b.books_id AND b.month <= y.year * 100
  GROUP BY b.tenant_id, b.books_id, y.year, b.account;
