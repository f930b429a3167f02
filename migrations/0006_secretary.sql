-- +goose Up

-- A year's round of secretary projects (书记项目). opened_on, started_on and closed_on say since when the
-- round is in each state, so that a figure as of an earlier day stays what it was.
CREATE TABLE secretary_cycle (
  {{record}},
  name TEXT NOT NULL,
  year INTEGER NOT NULL,
  organiser_id BIGINT,
  cadence TEXT NOT NULL,
  opened_on TEXT NOT NULL,
  started_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  CONSTRAINT secretary_cycle_name UNIQUE (tenant_id, name),
  CONSTRAINT secretary_cycle_year_range CHECK (year >= 1978 AND year <= 2200),
  CONSTRAINT secretary_cycle_organiser FOREIGN KEY (tenant_id, organiser_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX secretary_cycle_region ON secretary_cycle (tenant_id, year, region);

-- What a topic is chosen by (criterion) and what projects are compared by (comparison).
CREATE TABLE secretary_criterion (
  {{record}},
  no TEXT NOT NULL,
  cycle_id BIGINT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT secretary_criterion_kind_known CHECK (kind IN ('criterion', 'comparison')),
  name TEXT NOT NULL,
  explanation TEXT NOT NULL,
  code TEXT NOT NULL CONSTRAINT secretary_criterion_code_known CHECK (code IN ('', 'progress', 'measures', 'results')),
  weight INTEGER NOT NULL CONSTRAINT secretary_criterion_weight_range CHECK (weight >= 0 AND weight <= 100),
  CONSTRAINT secretary_criterion_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_criterion_cycle_id_kind_name UNIQUE (tenant_id, cycle_id, kind, name),
  CONSTRAINT secretary_criterion_comparison_coded CHECK ((kind = 'comparison') = (code <> '')),
  CONSTRAINT secretary_criterion_comparison_weighed CHECK ((kind = 'comparison') = (weight > 0)),
  CONSTRAINT secretary_criterion_cycle FOREIGN KEY (tenant_id, cycle_id) REFERENCES secretary_cycle (tenant_id, id)
);
CREATE UNIQUE INDEX secretary_criterion_cycle_id_code ON secretary_criterion (tenant_id, cycle_id, code) WHERE code <> '';

CREATE TABLE secretary_project (
  {{record}},
  no TEXT NOT NULL,
  cycle_id BIGINT NOT NULL,
  year INTEGER NOT NULL,
  name TEXT NOT NULL,
  theme TEXT NOT NULL,
  class TEXT NOT NULL,
  unit_id BIGINT NOT NULL,
  lead TEXT NOT NULL,
  background TEXT NOT NULL,
  problem TEXT NOT NULL,
  plan TEXT NOT NULL,
  effect TEXT NOT NULL,
  started_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  CONSTRAINT secretary_project_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_project_closed_after_start CHECK (closed_on = '' OR (started_on <> '' AND closed_on >= started_on)),
  CONSTRAINT secretary_project_cycle FOREIGN KEY (tenant_id, cycle_id) REFERENCES secretary_cycle (tenant_id, id),
  CONSTRAINT secretary_project_unit FOREIGN KEY (tenant_id, unit_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX secretary_project_region ON secretary_project (tenant_id, region, year);
CREATE INDEX secretary_project_by_cycle ON secretary_project (tenant_id, cycle_id);

CREATE TABLE secretary_measure (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  mechanism TEXT NOT NULL CONSTRAINT secretary_measure_mechanism_known CHECK (mechanism IN ('policy', 'joint', 'service')),
  evidence TEXT NOT NULL,
  due TEXT NOT NULL,
  done_on TEXT NOT NULL,
  dropped_on TEXT NOT NULL,
  CONSTRAINT secretary_measure_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_measure_done_dated CHECK ((state = 'done') = (done_on <> '')),
  CONSTRAINT secretary_measure_dropped_dated CHECK ((state = 'dropped') = (dropped_on <> '')),
  CONSTRAINT secretary_measure_project FOREIGN KEY (tenant_id, project_id) REFERENCES secretary_project (tenant_id, id)
);
CREATE INDEX secretary_measure_by_project ON secretary_measure (tenant_id, project_id);
CREATE INDEX secretary_measure_region ON secretary_measure (tenant_id, region);

-- Whether a milestone is late follows from the day and is not stored.
CREATE TABLE secretary_milestone (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  weight INTEGER NOT NULL CONSTRAINT secretary_milestone_weight_positive CHECK (weight > 0),
  due TEXT NOT NULL,
  done_on TEXT NOT NULL,
  CONSTRAINT secretary_milestone_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_milestone_project FOREIGN KEY (tenant_id, project_id) REFERENCES secretary_project (tenant_id, id)
);
CREATE INDEX secretary_milestone_by_project ON secretary_milestone (tenant_id, project_id);
CREATE INDEX secretary_milestone_region ON secretary_milestone (tenant_id, region);

-- A target is an indicator with a baseline and a goal; its value is computed by the catalogue and has no
-- column. baseline and goal are decimal text in the indicator's own unit, whatever that is.
CREATE TABLE secretary_target (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  indicator TEXT NOT NULL,
  params TEXT NOT NULL,
  scopes TEXT NOT NULL,
  baseline TEXT NOT NULL,
  goal TEXT NOT NULL,
  due TEXT NOT NULL,
  weight INTEGER NOT NULL CONSTRAINT secretary_target_weight_positive CHECK (weight > 0),
  CONSTRAINT secretary_target_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_target_goal_differs CHECK (goal <> baseline),
  CONSTRAINT secretary_target_project FOREIGN KEY (tenant_id, project_id) REFERENCES secretary_project (tenant_id, id)
);
CREATE INDEX secretary_target_by_project ON secretary_target (tenant_id, project_id);

CREATE TABLE secretary_next_step (
  {{record}},
  no TEXT NOT NULL,
  project_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  mechanism TEXT NOT NULL CONSTRAINT secretary_next_step_mechanism_known CHECK (mechanism IN ('', 'policy', 'joint', 'service')),
  target TEXT NOT NULL,
  indicator TEXT NOT NULL,
  stated_on TEXT NOT NULL,
  year INTEGER NOT NULL,
  CONSTRAINT secretary_next_step_no UNIQUE (tenant_id, no),
  CONSTRAINT secretary_next_step_target_given CHECK (target <> ''),
  CONSTRAINT secretary_next_step_project FOREIGN KEY (tenant_id, project_id) REFERENCES secretary_project (tenant_id, id)
);
CREATE INDEX secretary_next_step_by_project ON secretary_next_step (tenant_id, project_id);
CREATE INDEX secretary_next_step_region ON secretary_next_step (tenant_id, region, stated_on);

-- How far behind the plan a project may be before its light turns yellow and red, in percentage points.
CREATE TABLE light_rule (
  {{record}},
  name TEXT NOT NULL,
  yellow_lag INTEGER NOT NULL,
  red_lag INTEGER NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  CONSTRAINT light_rule_name UNIQUE (tenant_id, name),
  CONSTRAINT light_rule_red_beyond_yellow CHECK (yellow_lag >= 0 AND red_lag > yellow_lag AND red_lag <= 100)
);
CREATE INDEX light_rule_region ON light_rule (tenant_id, region, valid_from);

-- An issue of the board, frozen: content is the rows as JSON, digest its SHA-256.
CREATE TABLE board_snapshot (
  {{record}},
  no TEXT NOT NULL,
  year INTEGER NOT NULL,
  on_date TEXT NOT NULL,
  issued_by TEXT NOT NULL,
  projects INTEGER NOT NULL CONSTRAINT board_snapshot_projects_positive CHECK (projects > 0),
  content TEXT NOT NULL,
  digest TEXT NOT NULL,
  CONSTRAINT board_snapshot_no UNIQUE (tenant_id, no)
);
CREATE INDEX board_snapshot_region ON board_snapshot (tenant_id, region, year, on_date);
