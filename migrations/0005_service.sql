-- +goose Up

-- Leads (项目信息). Every arrow of the state machine stamps its own date, so that the stage on any day can be
-- computed from the row; investor_folded is the investor's name as duplicates are compared.
CREATE TABLE lead (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  investor TEXT NOT NULL,
  investor_folded TEXT NOT NULL,
  credit_code TEXT NOT NULL,
  industry TEXT NOT NULL,
  source TEXT NOT NULL,
  talent_id BIGINT,
  reporter_id BIGINT NOT NULL,
  reporter_role TEXT NOT NULL,
  reported_on TEXT NOT NULL CONSTRAINT lead_reported_on_length CHECK (length(reported_on) = 10),
  content TEXT NOT NULL,
  total_fen BIGINT NOT NULL,
  fixed_fen BIGINT NOT NULL,
  papers TEXT NOT NULL,
  firm_id BIGINT,
  duplicate_of_id BIGINT,
  screened_on TEXT NOT NULL,
  effective_on TEXT NOT NULL,
  talking_on TEXT NOT NULL,
  terms_on TEXT NOT NULL,
  signed_on TEXT NOT NULL,
  registered_on TEXT NOT NULL,
  started_on TEXT NOT NULL,
  completed_on TEXT NOT NULL,
  producing_on TEXT NOT NULL,
  capacity_on TEXT NOT NULL,
  paused_on TEXT NOT NULL,
  resumed_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  CONSTRAINT lead_no UNIQUE (tenant_id, no),
  CONSTRAINT lead_fixed_fen_part CHECK (fixed_fen >= 0 AND fixed_fen <= total_fen),
  CONSTRAINT lead_signed_on_total CHECK (signed_on = '' OR total_fen > 0),
  CONSTRAINT lead_talent_id_source CHECK (source <> 'talent' OR talent_id IS NOT NULL),
  CONSTRAINT lead_duplicate_of_id_other CHECK (duplicate_of_id IS NULL OR duplicate_of_id <> id),
  CONSTRAINT lead_talent FOREIGN KEY (tenant_id, talent_id) REFERENCES person (tenant_id, id),
  CONSTRAINT lead_reporter FOREIGN KEY (tenant_id, reporter_id) REFERENCES party (tenant_id, id),
  CONSTRAINT lead_firm FOREIGN KEY (tenant_id, firm_id) REFERENCES party (tenant_id, id),
  CONSTRAINT lead_duplicate_of FOREIGN KEY (tenant_id, duplicate_of_id) REFERENCES lead (tenant_id, id)
);
CREATE INDEX lead_region ON lead (tenant_id, region, reported_on);
CREATE INDEX lead_talent_id ON lead (tenant_id, talent_id) WHERE talent_id IS NOT NULL;
CREATE INDEX lead_firm_id ON lead (tenant_id, firm_id) WHERE firm_id IS NOT NULL;
-- One lead under way per investor: what the rule says in Chinese also holds between two transactions at once.
CREATE UNIQUE INDEX lead_credit_code ON lead (tenant_id, credit_code)
  WHERE credit_code <> '' AND state IN ('effective', 'talking', 'terms', 'signed', 'registered', 'started', 'completed', 'paused');
CREATE UNIQUE INDEX lead_investor_folded ON lead (tenant_id, investor_folded)
  WHERE state IN ('effective', 'talking', 'terms', 'signed', 'registered', 'started', 'completed', 'paused');
CREATE INDEX lead_by_credit_code ON lead (tenant_id, credit_code);
CREATE INDEX lead_by_investor_folded ON lead (tenant_id, investor_folded);

-- What a lead came to in a year, as reported on a day: cumulative, so the latest row up to a day speaks for it.
CREATE TABLE lead_fact (
  {{record}},
  no TEXT NOT NULL,
  lead_id BIGINT NOT NULL,
  year INTEGER NOT NULL CONSTRAINT lead_fact_year_range CHECK (year BETWEEN 1978 AND 2200),
  kind TEXT NOT NULL CONSTRAINT lead_fact_kind_known CHECK (kind IN ('fixed_assets', 'taxable_sales', 'capital', 'jobs')),
  expected_fen BIGINT NOT NULL,
  realised_fen BIGINT NOT NULL,
  expected_jobs INTEGER NOT NULL,
  realised_jobs INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT lead_fact_on_date_length CHECK (length(on_date) = 10),
  CONSTRAINT lead_fact_no UNIQUE (tenant_id, no),
  CONSTRAINT lead_fact_lead_id_year_kind_on_date UNIQUE (tenant_id, lead_id, year, kind, on_date),
  CONSTRAINT lead_fact_not_negative CHECK (expected_fen >= 0 AND realised_fen >= 0 AND expected_jobs >= 0 AND realised_jobs >= 0),
  CONSTRAINT lead_fact_measure CHECK ((kind = 'jobs' AND expected_fen = 0 AND realised_fen = 0)
    OR (kind <> 'jobs' AND expected_jobs = 0 AND realised_jobs = 0)),
  CONSTRAINT lead_fact_lead FOREIGN KEY (tenant_id, lead_id) REFERENCES lead (tenant_id, id)
);
CREATE INDEX lead_fact_region ON lead_fact (tenant_id, region, year, kind);

-- Temporary Party bodies (临时党支部, 临时党小组) for attracting projects or helping one.
CREATE TABLE party_body (
  {{record}},
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT party_body_kind_known CHECK (kind IN ('branch', 'group')),
  purpose TEXT NOT NULL CONSTRAINT party_body_purpose_known CHECK (purpose IN ('attraction', 'help')),
  lead_id BIGINT,
  approver_id BIGINT,
  approval_no TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  active_on TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  members INTEGER NOT NULL,
  leader TEXT NOT NULL,
  duty TEXT NOT NULL,
  CONSTRAINT party_body_name UNIQUE (tenant_id, name),
  CONSTRAINT party_body_lead_id_purpose CHECK (purpose <> 'help' OR lead_id IS NOT NULL),
  CONSTRAINT party_body_active CHECK (state <> 'active' OR (approval_no <> '' AND approved_on <> '' AND active_on <> '')),
  CONSTRAINT party_body_branch_members CHECK (state <> 'active' OR kind <> 'branch' OR members >= 3),
  CONSTRAINT party_body_lead FOREIGN KEY (tenant_id, lead_id) REFERENCES lead (tenant_id, id),
  CONSTRAINT party_body_approver FOREIGN KEY (tenant_id, approver_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX party_body_region ON party_body (tenant_id, region, purpose);
CREATE INDEX party_body_lead_id ON party_body (tenant_id, lead_id) WHERE lead_id IS NOT NULL;

CREATE TABLE body_meeting (
  {{record}},
  no TEXT NOT NULL,
  body_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT body_meeting_on_date_length CHECK (length(on_date) = 10),
  place TEXT NOT NULL,
  attendance INTEGER NOT NULL,
  agenda TEXT NOT NULL,
  conclusions TEXT NOT NULL,
  CONSTRAINT body_meeting_no UNIQUE (tenant_id, no),
  CONSTRAINT body_meeting_body FOREIGN KEY (tenant_id, body_id) REFERENCES party_body (tenant_id, id)
);
CREATE INDEX body_meeting_body_id ON body_meeting (tenant_id, body_id, on_date);
CREATE INDEX body_meeting_region ON body_meeting (tenant_id, region, on_date);

-- Time limits of requests (办理时限) in working days, by place, urgency and period of validity.
CREATE TABLE sla_profile (
  {{record}},
  name TEXT NOT NULL,
  urgency TEXT NOT NULL,
  accept_days INTEGER NOT NULL,
  answer_days INTEGER NOT NULL,
  close_days INTEGER NOT NULL,
  ask_days INTEGER NOT NULL,
  extend_days INTEGER NOT NULL,
  problem_after INTEGER NOT NULL,
  valid_from TEXT NOT NULL CONSTRAINT sla_profile_valid_from_length CHECK (length(valid_from) = 10),
  valid_to TEXT NOT NULL,
  CONSTRAINT sla_profile_name UNIQUE (tenant_id, name),
  CONSTRAINT sla_profile_days_order CHECK (accept_days >= 0 AND accept_days <= answer_days AND answer_days <= close_days AND close_days > 0),
  CONSTRAINT sla_profile_limits CHECK (ask_days >= 0 AND extend_days >= 0 AND problem_after > 0)
);
CREATE INDEX sla_profile_region ON sla_profile (tenant_id, region);

CREATE TABLE campaign (
  {{record}},
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT campaign_from_date_length CHECK (length(from_date) = 10),
  to_date TEXT NOT NULL,
  content TEXT NOT NULL,
  CONSTRAINT campaign_name UNIQUE (tenant_id, name),
  CONSTRAINT campaign_period CHECK (to_date = '' OR to_date >= from_date)
);
CREATE INDEX campaign_region ON campaign (tenant_id, region, from_date);

CREATE TABLE visit (
  {{record}},
  no TEXT NOT NULL,
  campaign_id BIGINT,
  officer_id BIGINT NOT NULL,
  officer_role TEXT NOT NULL,
  firm_id BIGINT NOT NULL,
  on_date TEXT NOT NULL CONSTRAINT visit_on_date_length CHECK (length(on_date) = 10),
  place TEXT NOT NULL,
  notes TEXT NOT NULL,
  CONSTRAINT visit_no UNIQUE (tenant_id, no),
  CONSTRAINT visit_done_notes CHECK (state <> 'done' OR notes <> ''),
  CONSTRAINT visit_campaign FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
  CONSTRAINT visit_officer FOREIGN KEY (tenant_id, officer_id) REFERENCES party (tenant_id, id),
  CONSTRAINT visit_firm FOREIGN KEY (tenant_id, firm_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX visit_region ON visit (tenant_id, region, on_date);
CREATE INDEX visit_campaign_id ON visit (tenant_id, campaign_id) WHERE campaign_id IS NOT NULL;
CREATE INDEX visit_firm_id ON visit (tenant_id, firm_id);

-- Requests of firms (诉求). The due days are counted from the profile when the request is made and stay as they
-- were when the profile changes.
CREATE TABLE request (
  {{record}},
  no TEXT NOT NULL,
  visit_id BIGINT,
  firm_id BIGINT NOT NULL,
  lead_id BIGINT,
  channel TEXT NOT NULL,
  class TEXT NOT NULL,
  urgency TEXT NOT NULL,
  content TEXT NOT NULL,
  raised_on TEXT NOT NULL CONSTRAINT request_raised_on_length CHECK (length(raised_on) = 10),
  sla_id BIGINT NOT NULL,
  department_id BIGINT,
  accept_due TEXT NOT NULL,
  answer_due TEXT NOT NULL,
  due_on TEXT NOT NULL CONSTRAINT request_due_on_length CHECK (length(due_on) = 10),
  extension_to TEXT NOT NULL,
  extension_reason TEXT NOT NULL,
  extended_on TEXT NOT NULL,
  accepted_on TEXT NOT NULL,
  assigned_on TEXT NOT NULL,
  answered_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  result TEXT NOT NULL,
  satisfaction TEXT NOT NULL,
  reopened INTEGER NOT NULL,
  reopened_on TEXT NOT NULL,
  returned INTEGER NOT NULL,
  problem BOOLEAN NOT NULL,
  CONSTRAINT request_no UNIQUE (tenant_id, no),
  CONSTRAINT request_closed CHECK (state <> 'closed' OR (closed_on <> '' AND result <> '' AND satisfaction IN ('satisfied', 'basic'))),
  CONSTRAINT request_closed_on_state CHECK (closed_on = '' OR state = 'closed'),
  CONSTRAINT request_counts CHECK (reopened >= 0 AND returned >= 0),
  CONSTRAINT request_visit FOREIGN KEY (tenant_id, visit_id) REFERENCES visit (tenant_id, id),
  CONSTRAINT request_firm FOREIGN KEY (tenant_id, firm_id) REFERENCES party (tenant_id, id),
  CONSTRAINT request_lead FOREIGN KEY (tenant_id, lead_id) REFERENCES lead (tenant_id, id),
  CONSTRAINT request_sla FOREIGN KEY (tenant_id, sla_id) REFERENCES sla_profile (tenant_id, id),
  CONSTRAINT request_department FOREIGN KEY (tenant_id, department_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX request_region ON request (tenant_id, region, raised_on);
CREATE INDEX request_region_due ON request (tenant_id, region, due_on);
CREATE INDEX request_visit_id ON request (tenant_id, visit_id) WHERE visit_id IS NOT NULL;
CREATE INDEX request_lead_id ON request (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX request_firm_id ON request (tenant_id, firm_id);

-- The departments that help the lead department with a request, in the order given.
CREATE TABLE request_codepartment (
  tenant_id BIGINT NOT NULL,
  request_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, request_id, party_id),
  CONSTRAINT request_codepartment_request FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id) ON DELETE CASCADE,
  CONSTRAINT request_codepartment_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
