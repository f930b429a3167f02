-- +goose Up

-- Pairing agreements (结对共建协议). Days on which an agreement was in force are computed from its dates, so a
-- coverage can be asked for any day; signed_on, in_force_on, reviewed_on, renewed_on and ended_on count only
-- once the state has reached them.
CREATE TABLE agreement (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  axis TEXT NOT NULL CONSTRAINT agreement_axis_known CHECK (axis IN ('village', 'enterprise', 'department', 'firm_department')),
  signed_on TEXT NOT NULL,
  from_date TEXT NOT NULL CONSTRAINT agreement_from_given CHECK (from_date <> ''),
  to_date TEXT NOT NULL,
  in_force_on TEXT NOT NULL,
  reviewed_on TEXT NOT NULL,
  renewed_on TEXT NOT NULL,
  ended_on TEXT NOT NULL,
  cadence TEXT NOT NULL,
  duties TEXT NOT NULL,
  CONSTRAINT agreement_no UNIQUE (tenant_id, no),
  CONSTRAINT agreement_term CHECK (to_date = '' OR to_date >= from_date),
  CONSTRAINT agreement_signed_dated CHECK (state IN ('draft', 'void') OR signed_on <> ''),
  CONSTRAINT agreement_in_force_dated CHECK (state IN ('draft', 'signed', 'void') OR in_force_on <> '' AND in_force_on >= signed_on),
  CONSTRAINT agreement_ended_dated CHECK (state <> 'ended' OR ended_on <> '' AND ended_on >= in_force_on)
);
CREATE INDEX agreement_region ON agreement (tenant_id, region, axis);
CREATE INDEX agreement_axis ON agreement (tenant_id, axis, in_force_on);

CREATE TABLE agreement_party (
  {{record}},
  no TEXT NOT NULL,
  agreement_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  side TEXT NOT NULL CONSTRAINT agreement_party_side_known CHECK (side IN ('own', 'other')),
  party_org TEXT NOT NULL,
  joined_on TEXT NOT NULL,
  left_on TEXT NOT NULL,
  CONSTRAINT agreement_party_no UNIQUE (tenant_id, no),
  CONSTRAINT agreement_party_agreement_id_party_id UNIQUE (tenant_id, agreement_id, party_id),
  CONSTRAINT agreement_party_stay CHECK (left_on = '' OR left_on >= joined_on),
  CONSTRAINT agreement_party_agreement FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreement (tenant_id, id),
  CONSTRAINT agreement_party_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX agreement_party_by_party ON agreement_party (tenant_id, party_id);
CREATE INDEX agreement_party_region ON agreement_party (tenant_id, region);

CREATE TABLE agreement_item (
  {{record}},
  no TEXT NOT NULL,
  agreement_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT agreement_item_kind_known CHECK (kind IN ('element', 'resource', 'need', 'duty')),
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  agreed_on TEXT NOT NULL,
  met_on TEXT NOT NULL,
  CONSTRAINT agreement_item_no UNIQUE (tenant_id, no),
  CONSTRAINT agreement_item_met_need CHECK (state <> 'met' OR kind = 'need' AND met_on <> ''),
  CONSTRAINT agreement_item_agreement FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreement (tenant_id, id)
);
CREATE INDEX agreement_item_by_agreement ON agreement_item (tenant_id, agreement_id, kind);
CREATE INDEX agreement_item_region ON agreement_item (tenant_id, region);

-- Joint projects (联建项目). Each step of their life keeps its date, so that the state on any day is known.
CREATE TABLE joint (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  agreement_id BIGINT,
  field TEXT NOT NULL,
  goal TEXT NOT NULL,
  planned_from TEXT NOT NULL,
  planned_to TEXT NOT NULL,
  proposed_on TEXT NOT NULL CONSTRAINT joint_proposed_given CHECK (proposed_on <> ''),
  agreed_on TEXT NOT NULL,
  prepared_on TEXT NOT NULL,
  started_on TEXT NOT NULL,
  done_on TEXT NOT NULL,
  operated_on TEXT NOT NULL,
  evaluated_on TEXT NOT NULL,
  stopped_on TEXT NOT NULL,
  CONSTRAINT joint_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_plan CHECK (planned_to = '' OR planned_to >= planned_from),
  CONSTRAINT joint_prepared_dated CHECK (state NOT IN ('preparing', 'in_progress', 'done', 'in_operation', 'evaluated') OR prepared_on <> ''),
  CONSTRAINT joint_started_dated CHECK (state NOT IN ('in_progress', 'done', 'in_operation', 'evaluated') OR started_on <> '' AND started_on >= prepared_on),
  CONSTRAINT joint_done_dated CHECK (state NOT IN ('done', 'in_operation', 'evaluated') OR done_on <> '' AND done_on >= started_on),
  CONSTRAINT joint_stopped_dated CHECK (state <> 'stopped' OR stopped_on <> ''),
  CONSTRAINT joint_agreement FOREIGN KEY (tenant_id, agreement_id) REFERENCES agreement (tenant_id, id)
);
CREATE INDEX joint_region ON joint (tenant_id, region, state);
CREATE INDEX joint_by_agreement ON joint (tenant_id, agreement_id) WHERE agreement_id IS NOT NULL;

CREATE TABLE joint_party (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  party_id BIGINT NOT NULL,
  role TEXT NOT NULL CONSTRAINT joint_party_role_known CHECK (role IN ('host', 'partner', 'coordinator', 'funder')),
  joined_on TEXT NOT NULL,
  left_on TEXT NOT NULL,
  CONSTRAINT joint_party_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_party_project_id_party_id_role UNIQUE (tenant_id, project_id, party_id, role),
  CONSTRAINT joint_party_stay CHECK (left_on = '' OR left_on >= joined_on),
  CONSTRAINT joint_party_project FOREIGN KEY (tenant_id, project_id) REFERENCES joint (tenant_id, id),
  CONSTRAINT joint_party_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX joint_party_by_party ON joint_party (tenant_id, party_id);
CREATE INDEX joint_party_region ON joint_party (tenant_id, region);

-- Inputs by payer and kind. What was agreed and what has come in stand apart: agreed_fen and quantity against
-- realised_fen and realised_quantity; on_date is the day on which the input came in.
CREATE TABLE joint_input (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  payer_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT joint_input_kind_known CHECK (kind IN ('money', 'land', 'site', 'technology', 'people')),
  content TEXT NOT NULL,
  agreed_on TEXT NOT NULL,
  agreed_fen BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  on_date TEXT NOT NULL,
  realised_fen BIGINT NOT NULL,
  realised_quantity BIGINT NOT NULL,
  realised_unit TEXT NOT NULL,
  CONSTRAINT joint_input_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_input_not_negative CHECK (agreed_fen >= 0 AND realised_fen >= 0 AND quantity >= 0 AND realised_quantity >= 0),
  CONSTRAINT joint_input_by_kind CHECK (CASE WHEN kind = 'money' THEN quantity = 0 AND realised_quantity = 0 ELSE agreed_fen = 0 AND realised_fen = 0 END),
  CONSTRAINT joint_input_realised_dated CHECK ((realised_fen = 0 AND realised_quantity = 0) OR on_date <> ''),
  CONSTRAINT joint_input_project FOREIGN KEY (tenant_id, project_id) REFERENCES joint (tenant_id, id),
  CONSTRAINT joint_input_payer FOREIGN KEY (tenant_id, payer_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX joint_input_by_project ON joint_input (tenant_id, project_id, kind);
CREATE INDEX joint_input_by_payer ON joint_input (tenant_id, payer_id);
CREATE INDEX joint_input_region ON joint_input (tenant_id, region, kind);

CREATE TABLE joint_item (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT joint_item_kind_known CHECK (kind IN ('facility', 'resource', 'need', 'variety')),
  name TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit TEXT NOT NULL,
  listed_on TEXT NOT NULL CONSTRAINT joint_item_listed_given CHECK (listed_on <> ''),
  closed_on TEXT NOT NULL,
  CONSTRAINT joint_item_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_item_quantity_not_negative CHECK (quantity >= 0),
  CONSTRAINT joint_item_closed_dated CHECK (state = 'open' OR closed_on <> '' AND closed_on >= listed_on),
  CONSTRAINT joint_item_project FOREIGN KEY (tenant_id, project_id) REFERENCES joint (tenant_id, id)
);
CREATE INDEX joint_item_by_project ON joint_item (tenant_id, project_id, kind);
CREATE INDEX joint_item_region ON joint_item (tenant_id, region, kind);

CREATE TABLE joint_milestone (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  due TEXT NOT NULL CONSTRAINT joint_milestone_due_given CHECK (due <> ''),
  done_on TEXT NOT NULL,
  CONSTRAINT joint_milestone_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_milestone_done_dated CHECK (state <> 'done' OR done_on <> ''),
  CONSTRAINT joint_milestone_project FOREIGN KEY (tenant_id, project_id) REFERENCES joint (tenant_id, id)
);
CREATE INDEX joint_milestone_by_project ON joint_milestone (tenant_id, project_id, due);
CREATE INDEX joint_milestone_region ON joint_milestone (tenant_id, region, state, due);

-- A project's stable income, a row a year: what is expected of the year and what has come in. from_year is the
-- year in which this income begins (2022年起每年 …).
CREATE TABLE joint_income (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  from_year INTEGER NOT NULL,
  expected_fen BIGINT NOT NULL,
  estimated_on TEXT NOT NULL CONSTRAINT joint_income_estimated_given CHECK (estimated_on <> ''),
  realised_fen BIGINT NOT NULL,
  realised_on TEXT NOT NULL,
  CONSTRAINT joint_income_no UNIQUE (tenant_id, no),
  CONSTRAINT joint_income_project_id_year_from_year UNIQUE (tenant_id, project_id, year, from_year),
  CONSTRAINT joint_income_years CHECK (from_year <= year),
  CONSTRAINT joint_income_not_negative CHECK (expected_fen >= 0 AND realised_fen >= 0),
  CONSTRAINT joint_income_realised_dated CHECK (realised_fen = 0 OR realised_on <> ''),
  CONSTRAINT joint_income_project FOREIGN KEY (tenant_id, project_id) REFERENCES joint (tenant_id, id)
);
CREATE INDEX joint_income_region ON joint_income (tenant_id, region, year);
