-- +goose Up

-- One village, one plan (一村一策).
CREATE TABLE village_plan (
  {{record}},
  no TEXT NOT NULL,
  year INTEGER NOT NULL CONSTRAINT village_plan_year_range CHECK (year BETWEEN 1978 AND 2200),
  owner_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  lead TEXT NOT NULL,
  situation TEXT NOT NULL,
  problem TEXT NOT NULL,
  approach TEXT NOT NULL,
  vote_on TEXT NOT NULL,
  due_count INTEGER NOT NULL,
  present INTEGER NOT NULL,
  agree INTEGER NOT NULL,
  approval_no TEXT NOT NULL,
  voted_on TEXT NOT NULL,
  approved_on TEXT NOT NULL,
  started_on TEXT NOT NULL,
  reviewed_on TEXT NOT NULL,
  CONSTRAINT village_plan_no UNIQUE (tenant_id, no),
  CONSTRAINT village_plan_owner_year UNIQUE (tenant_id, owner_id, year),
  CONSTRAINT village_plan_votes CHECK (agree <= present AND present <= due_count),
  CONSTRAINT village_plan_approved CHECK (state IN ('draft', 'voted') OR approved_on <> ''),
  CONSTRAINT village_plan_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX village_plan_region ON village_plan (tenant_id, region, year);
CREATE INDEX village_plan_year ON village_plan (tenant_id, year, region);

CREATE TABLE plan_measure (
  {{record}},
  no TEXT NOT NULL,
  plan_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  owner TEXT NOT NULL,
  due TEXT NOT NULL CONSTRAINT plan_measure_due_given CHECK (due <> ''),
  evidence TEXT NOT NULL,
  done_on TEXT NOT NULL,
  CONSTRAINT plan_measure_no UNIQUE (tenant_id, no),
  CONSTRAINT plan_measure_done CHECK ((state = 'done') = (done_on <> '')),
  CONSTRAINT plan_measure_plan FOREIGN KEY (tenant_id, plan_id) REFERENCES village_plan (tenant_id, id)
);
CREATE INDEX plan_measure_region ON plan_measure (tenant_id, region);
CREATE INDEX plan_measure_plan_id ON plan_measure (tenant_id, plan_id);

-- The assets and joint projects in a plan.
CREATE TABLE plan_item (
  {{record}},
  no TEXT NOT NULL,
  plan_id BIGINT NOT NULL,
  asset_id BIGINT,
  joint_id BIGINT,
  intent TEXT NOT NULL,
  income_fen BIGINT NOT NULL,
  CONSTRAINT plan_item_no UNIQUE (tenant_id, no),
  CONSTRAINT plan_item_one CHECK ((asset_id IS NULL) <> (joint_id IS NULL)),
  CONSTRAINT plan_item_plan FOREIGN KEY (tenant_id, plan_id) REFERENCES village_plan (tenant_id, id),
  CONSTRAINT plan_item_asset FOREIGN KEY (tenant_id, asset_id) REFERENCES asset (tenant_id, id),
  CONSTRAINT plan_item_joint FOREIGN KEY (tenant_id, joint_id) REFERENCES joint (tenant_id, id)
);
CREATE INDEX plan_item_region ON plan_item (tenant_id, region);
CREATE INDEX plan_item_plan_id ON plan_item (tenant_id, plan_id);

-- Goals for indicators; baseline and goal are decimal text in the indicator's unit.
CREATE TABLE plan_target (
  {{record}},
  no TEXT NOT NULL,
  plan_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  indicator TEXT NOT NULL,
  params TEXT NOT NULL,
  baseline TEXT NOT NULL,
  goal TEXT NOT NULL,
  due TEXT NOT NULL CONSTRAINT plan_target_due_given CHECK (due <> ''),
  CONSTRAINT plan_target_no UNIQUE (tenant_id, no),
  CONSTRAINT plan_target_plan FOREIGN KEY (tenant_id, plan_id) REFERENCES village_plan (tenant_id, id)
);
CREATE INDEX plan_target_region ON plan_target (tenant_id, region);
CREATE INDEX plan_target_plan_id ON plan_target (tenant_id, plan_id);

-- Reviews; frozen is what the targets came to on the day, as JSON that never changes.
CREATE TABLE plan_review (
  {{record}},
  no TEXT NOT NULL,
  plan_id BIGINT NOT NULL,
  period TEXT NOT NULL CONSTRAINT plan_review_period_known CHECK (period IN ('half', 'year')),
  as_of TEXT NOT NULL CONSTRAINT plan_review_dated CHECK (as_of <> ''),
  content TEXT NOT NULL,
  todo TEXT NOT NULL,
  frozen TEXT NOT NULL,
  CONSTRAINT plan_review_no UNIQUE (tenant_id, no),
  CONSTRAINT plan_review_once UNIQUE (tenant_id, plan_id, period),
  CONSTRAINT plan_review_plan FOREIGN KEY (tenant_id, plan_id) REFERENCES village_plan (tenant_id, id)
);
CREATE INDEX plan_review_region ON plan_review (tenant_id, region);
