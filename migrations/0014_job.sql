-- +goose Up

-- Background jobs (任务). A running job belongs to the worker that renews beat_at; one whose beat has stopped is taken
-- up by another worker and goes on from its checkpoint. One job of a kind runs at a time. Times are microseconds
-- since 1970, UTC, 0 for none.
CREATE TABLE job (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  params TEXT NOT NULL,
  file_name TEXT NOT NULL,
  file_size BIGINT NOT NULL,
  state TEXT NOT NULL CONSTRAINT job_state_known CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  stage TEXT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  checkpoint TEXT NOT NULL,
  result TEXT NOT NULL,
  link TEXT NOT NULL,
  problem TEXT NOT NULL,
  mistakes BIGINT NOT NULL,
  stopping BOOLEAN NOT NULL,
  worker TEXT NOT NULL,
  tries INTEGER NOT NULL,
  beat_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX job_actor_id ON job (tenant_id, actor_id, id);
CREATE INDEX job_waiting ON job (tenant_id, kind, id) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX job_kind_running ON job (tenant_id, kind) WHERE state = 'running';

-- The file that a job reads, and the list of mistakes that it wrote, in pieces.
CREATE TABLE job_file (
  tenant_id BIGINT NOT NULL,
  job_id BIGINT NOT NULL,
  part TEXT NOT NULL CONSTRAINT job_file_part_known CHECK (part IN ('input', 'mistakes')),
  no INTEGER NOT NULL,
  data BYTEA NOT NULL,
  PRIMARY KEY (tenant_id, job_id, part, no),
  CONSTRAINT job_file_job FOREIGN KEY (tenant_id, job_id) REFERENCES job (tenant_id, id) ON DELETE CASCADE
);
