-- +goose Up

-- Policies (政策文件). A policy is in force from in_force_on, not from suspended_on to the day before resumed_on,
-- and no longer from ended_on. The days are kept beside the state, so that any past day can be asked about.
CREATE TABLE policy (
  {{record}},
  no TEXT NOT NULL,
  title TEXT NOT NULL,
  family TEXT NOT NULL CONSTRAINT policy_family_known CHECK (family IN ('village', 'attract', 'other')),
  issuer_id BIGINT NOT NULL,
  drafted_on TEXT NOT NULL,
  consulted_on TEXT NOT NULL,
  consult_days INTEGER NOT NULL CONSTRAINT policy_consult_days_range CHECK (consult_days BETWEEN 0 AND 365),
  approved_on TEXT NOT NULL,
  in_force_on TEXT NOT NULL,
  suspended_on TEXT NOT NULL,
  resumed_on TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  superseded_by_id BIGINT,
  CONSTRAINT policy_no UNIQUE (tenant_id, no),
  CONSTRAINT policy_not_by_itself CHECK (superseded_by_id IS NULL OR superseded_by_id <> id),
  CONSTRAINT policy_issuer FOREIGN KEY (tenant_id, issuer_id) REFERENCES party (tenant_id, id),
  CONSTRAINT policy_superseded_by FOREIGN KEY (tenant_id, superseded_by_id) REFERENCES policy (tenant_id, id)
);
CREATE INDEX policy_region ON policy (tenant_id, region, state);
CREATE INDEX policy_title ON policy (tenant_id, title);

-- One wording of a policy with its span of days, both ends included; to_date '' is open. Spans of one policy do
-- not overlap (checked under a lock on the policy). publicity_days is how long awards are published before approval.
CREATE TABLE policy_version (
  {{record}},
  no TEXT NOT NULL,
  policy_id BIGINT NOT NULL,
  version_no INTEGER NOT NULL CONSTRAINT policy_version_positive CHECK (version_no > 0),
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  summary TEXT NOT NULL,
  assessments TEXT NOT NULL,
  publicity_days INTEGER NOT NULL CONSTRAINT policy_version_publicity_range CHECK (publicity_days BETWEEN 0 AND 365),
  CONSTRAINT policy_version_no UNIQUE (tenant_id, no),
  CONSTRAINT policy_version_policy_id_version_no UNIQUE (tenant_id, policy_id, version_no),
  CONSTRAINT policy_version_span CHECK (to_date = '' OR from_date <= to_date),
  CONSTRAINT policy_version_policy FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id)
);

-- Awards (奖励) to one organisation or one person each.
CREATE TABLE award (
  {{record}},
  no TEXT NOT NULL,
  policy_id BIGINT NOT NULL,
  version_id BIGINT NOT NULL,
  award_year INTEGER NOT NULL,
  payee_party_id BIGINT,
  payee_person_id BIGINT,
  purpose TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  published_on TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  paid_on TEXT NOT NULL,
  clawed_back_on TEXT NOT NULL,
  voucher_no TEXT NOT NULL,
  CONSTRAINT award_no UNIQUE (tenant_id, no),
  CONSTRAINT award_one_payee CHECK ((payee_party_id IS NULL) <> (payee_person_id IS NULL)),
  CONSTRAINT award_amount_positive CHECK (amount_fen > 0),
  CONSTRAINT award_paid_dated CHECK (state NOT IN ('paid', 'filed', 'clawed_back') OR paid_on <> ''),
  CONSTRAINT award_clawed_back_dated CHECK (state <> 'clawed_back' OR clawed_back_on <> ''),
  CONSTRAINT award_policy FOREIGN KEY (tenant_id, policy_id) REFERENCES policy (tenant_id, id),
  CONSTRAINT award_version FOREIGN KEY (tenant_id, version_id) REFERENCES policy_version (tenant_id, id),
  CONSTRAINT award_payee_party FOREIGN KEY (tenant_id, payee_party_id) REFERENCES party (tenant_id, id),
  CONSTRAINT award_payee_person FOREIGN KEY (tenant_id, payee_person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX award_region ON award (tenant_id, region, paid_on);
CREATE INDEX award_by_policy ON award (tenant_id, policy_id, award_year);
CREATE INDEX award_by_party ON award (tenant_id, payee_party_id) WHERE payee_party_id IS NOT NULL;
CREATE INDEX award_by_person ON award (tenant_id, payee_person_id) WHERE payee_person_id IS NOT NULL;

-- Village chambers (商会, 企业联合会). Active from active_on to the day before ended_on.
CREATE TABLE chamber (
  {{record}},
  name TEXT NOT NULL,
  party_id BIGINT NOT NULL,
  approval_no TEXT NOT NULL,
  charter_on TEXT NOT NULL,
  dues TEXT NOT NULL,
  founded_on TEXT NOT NULL,
  term_years INTEGER NOT NULL CONSTRAINT chamber_term_years_range CHECK (term_years BETWEEN 0 AND 10),
  term_to TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  active_on TEXT NOT NULL,
  renewed_on TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  CONSTRAINT chamber_name UNIQUE (tenant_id, name),
  CONSTRAINT chamber_party_id UNIQUE (tenant_id, party_id),
  CONSTRAINT chamber_active_dated CHECK (state NOT IN ('active', 'renewed') OR active_on <> ''),
  CONSTRAINT chamber_ended_dated CHECK (state <> 'dissolved' OR ended_on <> ''),
  CONSTRAINT chamber_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
-- A place has one working chamber at most.
CREATE UNIQUE INDEX chamber_region ON chamber (tenant_id, region) WHERE state IN ('active', 'renewed');
CREATE INDEX chamber_list ON chamber (tenant_id, region, name);

CREATE TABLE chamber_member (
  {{record}},
  no TEXT NOT NULL,
  chamber_id BIGINT NOT NULL,
  firm_id BIGINT,
  person_id BIGINT,
  office TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  CONSTRAINT chamber_member_no UNIQUE (tenant_id, no),
  CONSTRAINT chamber_member_one CHECK ((firm_id IS NULL) <> (person_id IS NULL)),
  CONSTRAINT chamber_member_span CHECK (to_date = '' OR from_date <= to_date),
  CONSTRAINT chamber_member_chamber FOREIGN KEY (tenant_id, chamber_id) REFERENCES chamber (tenant_id, id),
  CONSTRAINT chamber_member_firm FOREIGN KEY (tenant_id, firm_id) REFERENCES party (tenant_id, id),
  CONSTRAINT chamber_member_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX chamber_member_by_chamber ON chamber_member (tenant_id, chamber_id, from_date);
CREATE INDEX chamber_member_region ON chamber_member (tenant_id, region);
CREATE INDEX chamber_member_by_firm ON chamber_member (tenant_id, firm_id) WHERE firm_id IS NOT NULL;
CREATE INDEX chamber_member_by_person ON chamber_member (tenant_id, person_id) WHERE person_id IS NOT NULL;

-- Brands (品牌) of collectives, their products, events and sales.
CREATE TABLE brand (
  {{record}},
  name TEXT NOT NULL,
  holder_id BIGINT NOT NULL,
  class TEXT NOT NULL CONSTRAINT brand_class_known CHECK (class IN ('farm', 'service', 'tourism')),
  mark_no TEXT NOT NULL,
  certificates TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  founded_on TEXT NOT NULL,
  licensed_on TEXT NOT NULL,
  active_on TEXT NOT NULL,
  withdrawn_on TEXT NOT NULL,
  CONSTRAINT brand_name UNIQUE (tenant_id, name),
  CONSTRAINT brand_withdrawn_dated CHECK (state <> 'withdrawn' OR withdrawn_on <> ''),
  CONSTRAINT brand_holder FOREIGN KEY (tenant_id, holder_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX brand_region ON brand (tenant_id, region);

CREATE TABLE product (
  {{record}},
  name TEXT NOT NULL,
  brand_id BIGINT,
  site TEXT NOT NULL,
  category TEXT NOT NULL,
  unit TEXT NOT NULL,
  CONSTRAINT product_name UNIQUE (tenant_id, name),
  CONSTRAINT product_brand FOREIGN KEY (tenant_id, brand_id) REFERENCES brand (tenant_id, id)
);
CREATE INDEX product_region ON product (tenant_id, region);
CREATE INDEX product_site ON product (tenant_id, site);
CREATE INDEX product_by_brand ON product (tenant_id, brand_id) WHERE brand_id IS NOT NULL;

CREATE TABLE event (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  brand_id BIGINT,
  site TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  visitors BIGINT NOT NULL,
  visitor_method TEXT NOT NULL,
  sales_fen BIGINT NOT NULL,
  cost_fen BIGINT NOT NULL,
  CONSTRAINT event_no UNIQUE (tenant_id, no),
  CONSTRAINT event_span CHECK (from_date <= to_date),
  CONSTRAINT event_not_negative CHECK (visitors >= 0 AND sales_fen >= 0 AND cost_fen >= 0),
  CONSTRAINT event_brand FOREIGN KEY (tenant_id, brand_id) REFERENCES brand (tenant_id, id)
);
CREATE INDEX event_region ON event (tenant_id, region, from_date);
CREATE INDEX event_by_brand ON event (tenant_id, brand_id) WHERE brand_id IS NOT NULL;

-- One row per sale or per day's, month's total of a product and channel; forecast rows are expected sales. A
-- forecast no longer counts from closed_on (met or given up).
CREATE TABLE sale (
  {{record}},
  no TEXT NOT NULL,
  product_id BIGINT NOT NULL,
  event_id BIGINT,
  on_date TEXT NOT NULL,
  channel TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  forecast BOOLEAN NOT NULL,
  share_fen BIGINT NOT NULL,
  closed_on TEXT NOT NULL,
  CONSTRAINT sale_no UNIQUE (tenant_id, no),
  CONSTRAINT sale_amount_positive CHECK (amount_fen > 0),
  CONSTRAINT sale_share_within CHECK (share_fen >= 0 AND share_fen <= amount_fen),
  CONSTRAINT sale_quantity_not_negative CHECK (quantity >= 0),
  CONSTRAINT sale_met_dated CHECK (state <> 'met' OR closed_on <> ''),
  CONSTRAINT sale_product FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id),
  CONSTRAINT sale_event FOREIGN KEY (tenant_id, event_id) REFERENCES event (tenant_id, id)
);
CREATE INDEX sale_by_product ON sale (tenant_id, product_id, on_date);
CREATE INDEX sale_region ON sale (tenant_id, region, on_date);
CREATE INDEX sale_by_event ON sale (tenant_id, event_id) WHERE event_id IS NOT NULL;
