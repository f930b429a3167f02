-- +goose Up

-- Rounds of awards (核算批次): a policy's version worked out for a year over a place, with inputs frozen. budget_fen 0 is no
-- budget; procedure are the steps before an approval as the document had them; digest seals what was frozen.
CREATE TABLE award_round (
  {{record}},
  no TEXT NOT NULL,
  policy_id BIGINT NOT NULL,
  version_id BIGINT NOT NULL,
  round_year INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  budget_fen BIGINT NOT NULL CONSTRAINT award_round_budget_not_negative CHECK (budget_fen >= 0),
  pro_rata BOOLEAN NOT NULL,
  payer_id BIGINT,
  publish_days INTEGER NOT NULL CONSTRAINT award_round_days_range CHECK (publish_days BETWEEN 0 AND 365),
  procedure_steps TEXT NOT NULL,
  lines INTEGER NOT NULL,
  total_fen BIGINT NOT NULL,
  digest TEXT NOT NULL,
  CONSTRAINT award_round_no UNIQUE (tenant_id, no),
  CONSTRAINT award_round_policy FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id),
  CONSTRAINT award_round_version FOREIGN KEY (tenant_id, version_id) REFERENCES policy_version (tenant_id, id),
  CONSTRAINT award_round_payer FOREIGN KEY (tenant_id, payer_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX award_round_region ON award_round (tenant_id, region, round_year);
CREATE INDEX award_round_by_version ON award_round (tenant_id, version_id);
CREATE INDEX award_round_by_policy ON award_round (tenant_id, policy_id, round_year);

-- What a round gives one subject (a village; subject_id is for others). result_fen is what the rules give, amount_fen what it
-- comes to within the budget; computer, reviewer and approver are accounts.
CREATE TABLE award_line (
  {{record}},
  no TEXT NOT NULL,
  round_id BIGINT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id BIGINT,
  name TEXT NOT NULL,
  party_id BIGINT,
  result_fen BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT award_line_within CHECK (amount_fen BETWEEN 0 AND result_fen),
  calcs INTEGER NOT NULL,
  why TEXT NOT NULL,
  planned_on TEXT NOT NULL,
  plan TEXT NOT NULL,
  voted_on TEXT NOT NULL,
  vote_due INTEGER NOT NULL,
  vote_present INTEGER NOT NULL,
  vote_agree INTEGER NOT NULL,
  reviewed_on TEXT NOT NULL,
  review TEXT NOT NULL,
  rechecked_on TEXT NOT NULL,
  recheck TEXT NOT NULL,
  published_on TEXT NOT NULL,
  published_to TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  approval_no TEXT NOT NULL,
  filed_on TEXT NOT NULL,
  paid_fen BIGINT NOT NULL CONSTRAINT award_line_paid_within CHECK (paid_fen BETWEEN 0 AND amount_fen),
  clawed_fen BIGINT NOT NULL CONSTRAINT award_line_clawed_within CHECK (clawed_fen BETWEEN 0 AND paid_fen),
  computer_id BIGINT,
  reviewer_id BIGINT,
  approver_id BIGINT,
  CONSTRAINT award_line_no UNIQUE (tenant_id, no),
  CONSTRAINT award_line_votes CHECK (vote_agree BETWEEN 0 AND vote_present AND vote_present <= vote_due),
  CONSTRAINT award_line_round FOREIGN KEY (tenant_id, round_id) REFERENCES award_round (tenant_id, id),
  CONSTRAINT award_line_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE UNIQUE INDEX award_line_subject ON award_line (tenant_id, round_id, subject_kind, region, name);
CREATE INDEX award_line_region ON award_line (tenant_id, region);

-- Each computation of a line, never changed: the inputs with where they come from (JSON), their SHA-256, and what came out.
CREATE TABLE award_calc (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  inputs TEXT NOT NULL,
  hash TEXT NOT NULL,
  result TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  actor_id BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_calc_line_id_seq UNIQUE (tenant_id, line_id, seq),
  CONSTRAINT award_calc_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id)
);

-- Who gets a line: as the policy calls them (to_label), and who that is once the village has said so.
CREATE TABLE award_payee (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  to_label TEXT NOT NULL,
  person_name TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  party_id BIGINT,
  person_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_payee_line_id_seq UNIQUE (tenant_id, line_id, seq),
  CONSTRAINT award_payee_one CHECK (party_id IS NULL OR person_id IS NULL),
  CONSTRAINT award_payee_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id),
  CONSTRAINT award_payee_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT award_payee_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

-- The instalments of a line. own_fen is what the village itself bears of it.
CREATE TABLE award_due (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  label TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  own_fen BIGINT NOT NULL,
  ready BOOLEAN NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_due_line_id_seq UNIQUE (tenant_id, line_id, seq),
  CONSTRAINT award_due_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id)
);

-- Payments of instalments (kind pay) and what was got back (kind claw), with their vouchers.
CREATE TABLE award_payment (
  {{record}},
  no TEXT NOT NULL,
  line_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT award_payment_kind_known CHECK (kind IN ('pay', 'claw')),
  due_seq INTEGER NOT NULL,
  label TEXT NOT NULL,
  paid_on TEXT NOT NULL CONSTRAINT award_payment_dated CHECK (paid_on <> ''),
  doc_no TEXT NOT NULL,
  amount_fen BIGINT NOT NULL CONSTRAINT award_payment_amount_positive CHECK (amount_fen > 0),
  own_fen BIGINT NOT NULL,
  payer_id BIGINT,
  reason TEXT NOT NULL,
  voucher_id BIGINT,
  payer_voucher_id BIGINT,
  CONSTRAINT award_payment_no UNIQUE (tenant_id, no),
  CONSTRAINT award_payment_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id),
  CONSTRAINT award_payment_payer FOREIGN KEY (tenant_id, payer_id) REFERENCES party (tenant_id, id),
  CONSTRAINT award_payment_voucher FOREIGN KEY (tenant_id, voucher_id) REFERENCES voucher (tenant_id, id),
  CONSTRAINT award_payment_payer_voucher FOREIGN KEY (tenant_id, payer_voucher_id) REFERENCES voucher (tenant_id, id)
);
CREATE INDEX award_payment_by_line ON award_payment (tenant_id, line_id);
CREATE INDEX award_payment_region ON award_payment (tenant_id, region);
CREATE INDEX award_payment_by_voucher ON award_payment (tenant_id, voucher_id) WHERE voucher_id IS NOT NULL;
CREATE INDEX award_payment_by_payer_voucher ON award_payment (tenant_id, payer_voucher_id) WHERE payer_voucher_id IS NOT NULL;

-- Each payee's part of each instalment; payment_id is set once it is paid.
CREATE TABLE award_part (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  due_seq INTEGER NOT NULL,
  payee_id BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL,
  payment_id BIGINT,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_part_due_seq_payee_id UNIQUE (tenant_id, line_id, due_seq, payee_id),
  CONSTRAINT award_part_payee FOREIGN KEY (tenant_id, payee_id) REFERENCES award_payee (tenant_id, id),
  CONSTRAINT award_part_payment FOREIGN KEY (tenant_id, payment_id) REFERENCES award_payment (tenant_id, id)
);
CREATE INDEX award_part_by_payee ON award_part (tenant_id, payee_id);
CREATE INDEX award_part_by_payment ON award_part (tenant_id, payment_id) WHERE payment_id IS NOT NULL;

-- Objections to published lines.
CREATE TABLE award_objection (
  {{record}},
  no TEXT NOT NULL,
  line_id BIGINT NOT NULL,
  raised_on TEXT NOT NULL,
  raised_by TEXT NOT NULL,
  text TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_on TEXT NOT NULL,
  CONSTRAINT award_objection_no UNIQUE (tenant_id, no),
  CONSTRAINT award_objection_answered CHECK (state <> 'answered' OR answer <> ''),
  CONSTRAINT award_objection_line FOREIGN KEY (tenant_id, line_id) REFERENCES award_line (tenant_id, id)
);
CREATE INDEX award_objection_by_line ON award_objection (tenant_id, line_id);
CREATE INDEX award_objection_region ON award_objection (tenant_id, region);

-- An award that a payment made knows its line and its payment.
ALTER TABLE award ADD COLUMN line_id BIGINT;
ALTER TABLE award ADD COLUMN payment_id BIGINT;
CREATE INDEX award_by_line ON award (tenant_id, line_id) WHERE line_id IS NOT NULL;
CREATE INDEX award_by_payment ON award (tenant_id, payment_id) WHERE payment_id IS NOT NULL;

-- What was got back of an award, whole or in part; figures take it off from its day on.
CREATE TABLE award_clawback (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  award_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  on_date TEXT NOT NULL,
  fen BIGINT NOT NULL CONSTRAINT award_clawback_positive CHECK (fen > 0),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT award_clawback_award FOREIGN KEY (tenant_id, award_id) REFERENCES award (tenant_id, id),
  CONSTRAINT award_clawback_payment FOREIGN KEY (tenant_id, payment_id) REFERENCES award_payment (tenant_id, id)
);
CREATE INDEX award_clawback_by_award ON award_clawback (tenant_id, award_id);
CREATE INDEX award_clawback_by_payment ON award_clawback (tenant_id, payment_id);
