-- +goose Up

-- How places let in the open (招租规则). What is 0 or empty is settled by the places above.
CREATE TABLE letting_rule (
  {{record}},
  name TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT letting_rule_dated CHECK (from_date <> ''),
  vacancy_days INTEGER NOT NULL,
  notice_days INTEGER NOT NULL,
  list_days INTEGER NOT NULL,
  result_days INTEGER NOT NULL,
  reserve_percent INTEGER NOT NULL,
  min_bidders INTEGER NOT NULL,
  failed_times INTEGER NOT NULL,
  compare_months INTEGER NOT NULL,
  compare_min INTEGER NOT NULL,
  tie TEXT NOT NULL CONSTRAINT letting_rule_tie_known CHECK (tie IN ('', 'first', 'draw')),
  sitting TEXT NOT NULL CONSTRAINT letting_rule_sitting_known CHECK (sitting IN ('', 'none', 'equal', 'match')),
  CONSTRAINT letting_rule_name UNIQUE (tenant_id, name)
);
CREATE INDEX letting_rule_region ON letting_rule (tenant_id, region, from_date);

-- From which size on which steps and whose decision a letting needs. All conditions given in a row must be met.
CREATE TABLE letting_threshold (
  {{record}},
  name TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT letting_threshold_dated CHECK (from_date <> ''),
  kind TEXT NOT NULL,
  annual_fen BIGINT NOT NULL,
  months INTEGER NOT NULL,
  area BIGINT NOT NULL,
  unit TEXT NOT NULL,
  level TEXT NOT NULL CONSTRAINT letting_threshold_level_known CHECK (level IN ('village', 'town', 'exchange')),
  steps TEXT NOT NULL,
  CONSTRAINT letting_threshold_name UNIQUE (tenant_id, name)
);
CREATE INDEX letting_threshold_region ON letting_threshold (tenant_id, region, from_date);

CREATE TABLE letting (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  owner_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  sitting_id BIGINT,
  basis TEXT NOT NULL CONSTRAINT letting_basis_known CHECK (basis IN ('last', 'neighbours', 'appraisal', 'own')),
  basis_fen BIGINT NOT NULL CONSTRAINT letting_basis_positive CHECK (basis_fen > 0),
  basis_note TEXT NOT NULL,
  reserve_fen BIGINT NOT NULL CONSTRAINT letting_reserve_positive CHECK (reserve_fen > 0),
  reserve_reason TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT letting_from_given CHECK (from_date <> ''),
  months INTEGER NOT NULL CONSTRAINT letting_months_range CHECK (months BETWEEN 1 AND 240),
  pay_months INTEGER NOT NULL CONSTRAINT letting_pay_months_range CHECK (pay_months BETWEEN 1 AND 120),
  advance BOOLEAN NOT NULL,
  free_months INTEGER NOT NULL,
  deposit_fen BIGINT NOT NULL,
  earnest_fen BIGINT NOT NULL,
  conditions TEXT NOT NULL,
  contact TEXT NOT NULL,
  closes_on TEXT NOT NULL,
  extended_why TEXT NOT NULL,
  exchange_no TEXT NOT NULL,
  again_id BIGINT,
  level TEXT NOT NULL,
  steps TEXT NOT NULL,
  round INTEGER NOT NULL CONSTRAINT letting_round_positive CHECK (round > 0),
  town_on TEXT NOT NULL,
  town_no TEXT NOT NULL,
  listed_on TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  way TEXT NOT NULL CONSTRAINT letting_way_known CHECK (way IN ('', 'bid', 'talk')),
  result_on TEXT NOT NULL,
  winner TEXT NOT NULL,
  price_fen BIGINT NOT NULL,
  closed_on TEXT NOT NULL,
  closed_why TEXT NOT NULL,
  contract_id BIGINT,
  CONSTRAINT letting_no UNIQUE (tenant_id, no),
  CONSTRAINT letting_listed CHECK (state NOT IN ('listed', 'opened', 'publicised', 'awarded', 'contracted', 'failed', 'withdrawn') OR listed_on <> '' AND closes_on >= listed_on),
  CONSTRAINT letting_opened CHECK (state NOT IN ('opened', 'publicised', 'awarded', 'contracted') OR opened_on > closes_on),
  CONSTRAINT letting_awarded CHECK (state NOT IN ('publicised', 'awarded', 'contracted') OR result_on <> '' AND winner <> '' AND price_fen > 0),
  CONSTRAINT letting_contracted CHECK (state <> 'contracted' OR contract_id IS NOT NULL),
  CONSTRAINT letting_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES party (tenant_id, id),
  CONSTRAINT letting_sitting FOREIGN KEY (tenant_id, sitting_id) REFERENCES party (tenant_id, id),
  CONSTRAINT letting_again FOREIGN KEY (tenant_id, again_id) REFERENCES letting (tenant_id, id),
  CONSTRAINT letting_contract FOREIGN KEY (tenant_id, contract_id) REFERENCES contract (tenant_id, id)
);
CREATE INDEX letting_region ON letting (tenant_id, region, state);
CREATE INDEX letting_contract_id ON letting (tenant_id, contract_id) WHERE contract_id IS NOT NULL;
CREATE INDEX letting_again_id ON letting (tenant_id, again_id) WHERE again_id IS NOT NULL;

CREATE TABLE letting_unit (
  tenant_id BIGINT NOT NULL,
  letting_id BIGINT NOT NULL,
  unit_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, letting_id, unit_id),
  CONSTRAINT letting_unit_letting FOREIGN KEY (tenant_id, letting_id) REFERENCES letting (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT letting_unit_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES asset_unit (tenant_id, id)
);
CREATE INDEX letting_unit_unit_id ON letting_unit (tenant_id, unit_id);

-- The steps of the decision (四议两公开) with their votes.
CREATE TABLE letting_step (
  {{record}},
  no TEXT NOT NULL,
  letting_id BIGINT NOT NULL,
  step TEXT NOT NULL CONSTRAINT letting_step_known CHECK (step IN ('propose', 'discuss', 'review', 'resolve', 'publish')),
  held_on TEXT NOT NULL CONSTRAINT letting_step_dated CHECK (held_on <> ''),
  until_date TEXT NOT NULL,
  due_count INTEGER NOT NULL,
  present INTEGER NOT NULL,
  agree INTEGER NOT NULL,
  against INTEGER NOT NULL,
  abstain INTEGER NOT NULL,
  content TEXT NOT NULL,
  CONSTRAINT letting_step_no UNIQUE (tenant_id, no),
  CONSTRAINT letting_step_once UNIQUE (tenant_id, letting_id, step),
  CONSTRAINT letting_step_votes CHECK (present <= due_count AND agree + against + abstain = present AND agree >= 0 AND against >= 0 AND abstain >= 0),
  CONSTRAINT letting_step_letting FOREIGN KEY (tenant_id, letting_id) REFERENCES letting (tenant_id, id)
);
CREATE INDEX letting_step_region ON letting_step (tenant_id, region);

-- Bids. amount_sealed is closed until the opening, which writes offer_fen.
CREATE TABLE letting_bid (
  {{record}},
  no TEXT NOT NULL,
  letting_id BIGINT NOT NULL,
  bidder TEXT NOT NULL,
  party_id BIGINT,
  name TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  amount_sealed TEXT NOT NULL,
  earnest_on TEXT NOT NULL,
  received_on TEXT NOT NULL CONSTRAINT letting_bid_dated CHECK (received_on <> ''),
  received_at BIGINT NOT NULL,
  out_reason TEXT NOT NULL,
  draw INTEGER NOT NULL,
  matches BOOLEAN NOT NULL,
  offer_fen BIGINT NOT NULL CONSTRAINT letting_bid_offer_not_negative CHECK (offer_fen >= 0),
  place INTEGER NOT NULL,
  won BOOLEAN NOT NULL,
  CONSTRAINT letting_bid_no UNIQUE (tenant_id, no),
  CONSTRAINT letting_bid_bidder UNIQUE (tenant_id, letting_id, bidder),
  CONSTRAINT letting_bid_letting FOREIGN KEY (tenant_id, letting_id) REFERENCES letting (tenant_id, id),
  CONSTRAINT letting_bid_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX letting_bid_region ON letting_bid (tenant_id, region);
CREATE INDEX letting_bid_party_id ON letting_bid (tenant_id, party_id) WHERE party_id IS NOT NULL;

-- Objections to a result while it is publicised.
CREATE TABLE letting_objection (
  {{record}},
  no TEXT NOT NULL,
  letting_id BIGINT NOT NULL,
  raised_on TEXT NOT NULL CONSTRAINT letting_objection_dated CHECK (raised_on <> ''),
  raiser TEXT NOT NULL,
  phone_sealed TEXT NOT NULL,
  content TEXT NOT NULL,
  reply TEXT NOT NULL,
  handled_on TEXT NOT NULL,
  CONSTRAINT letting_objection_no UNIQUE (tenant_id, no),
  CONSTRAINT letting_objection_answered CHECK (state = 'open' OR reply <> '' AND handled_on <> ''),
  CONSTRAINT letting_objection_letting FOREIGN KEY (tenant_id, letting_id) REFERENCES letting (tenant_id, id)
);
CREATE INDEX letting_objection_region ON letting_objection (tenant_id, region);
CREATE INDEX letting_objection_letting_id ON letting_objection (tenant_id, letting_id);
