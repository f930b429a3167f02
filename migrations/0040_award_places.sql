-- +goose Up

-- A round over points says their unit; payee is what the policy calls who gets what no split gives away; direct: persons are paid
-- by the payers themselves, not through the village.
ALTER TABLE award_round ADD COLUMN unit TEXT NOT NULL DEFAULT '元';
ALTER TABLE award_round ADD COLUMN payee TEXT NOT NULL DEFAULT '';
ALTER TABLE award_round ADD COLUMN direct BOOLEAN NOT NULL DEFAULT FALSE;

-- points is an exact fraction, '' where money is awarded; place is 0 without one; undecided says what people have yet to decide.
ALTER TABLE award_line ADD COLUMN points TEXT NOT NULL DEFAULT '';
ALTER TABLE award_line ADD COLUMN place INTEGER NOT NULL DEFAULT 0 CONSTRAINT award_line_place_not_negative CHECK (place >= 0);
ALTER TABLE award_line ADD COLUMN prize TEXT NOT NULL DEFAULT '';
ALTER TABLE award_line ADD COLUMN undecided TEXT NOT NULL DEFAULT '';
-- Who a lead's or an informant's payee is, as its record says.
ALTER TABLE award_line ADD COLUMN payee_party_id BIGINT;
ALTER TABLE award_line ADD COLUMN payee_person_id BIGINT;
UPDATE award_line SET undecided = why, why = '' WHERE why LIKE '%还要由%';

-- The organisations that pay, by what the policy calls them; '' where it names none. From here on award_round.payer_id,
-- award_payment.payer_id and award_payment.payer_voucher_id are not written any more.
CREATE TABLE award_payer (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  round_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  to_label TEXT NOT NULL,
  party_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_payer_round_id_seq UNIQUE (tenant_id, round_id, seq),
  CONSTRAINT award_payer_round FOREIGN KEY (tenant_id, round_id) REFERENCES award_round (tenant_id, id),
  CONSTRAINT award_payer_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
INSERT INTO award_payer (tenant_id, id, round_id, seq, to_label, party_id) SELECT tenant_id, id, id, 1, '', payer_id FROM award_round;

-- What each of them bears of an instalment; with award_due.own_fen it makes the whole.
CREATE TABLE award_share (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  due_seq INTEGER NOT NULL,
  payer_seq INTEGER NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT award_share_not_negative CHECK (amount_fen >= 0),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_share_due_payer UNIQUE (tenant_id, line_id, due_seq, payer_seq),
  CONSTRAINT award_share_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id)
);
INSERT INTO award_share (tenant_id, id, line_id, due_seq, payer_seq, amount_fen) SELECT tenant_id, id, line_id, seq, 1, amount_fen - own_fen FROM award_due;

-- What each of them bore of a payment, or got back, with the voucher in its books.
CREATE TABLE award_borne (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  payer_seq INTEGER NOT NULL,
  party_id BIGINT,
  amount_fen BIGINT NOT NULL CONSTRAINT award_borne_not_negative CHECK (amount_fen >= 0),
  voucher_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_borne_payment_payer UNIQUE (tenant_id, payment_id, payer_seq),
  CONSTRAINT award_borne_payment FOREIGN KEY (tenant_id, payment_id) REFERENCES award_payment (tenant_id, id),
  CONSTRAINT award_borne_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT award_borne_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX award_borne_by_voucher ON award_borne (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;
INSERT INTO award_borne (tenant_id, id, payment_id, payer_seq, party_id, amount_fen, voucher_id)
  SELECT tenant_id, id, id, 1, payer_id, amount_fen - own_fen, payer_voucher_id FROM award_payment;
