-- +goose Up

-- Rules of alerts (预警规则) of a place, before which the built-in ones stand back. Edges are decimal texts in the unit of
-- what the rule measures, '' for a colour that the rule does not know; days are working days to answer.
CREATE TABLE risk_rule (
  {{record}},
  no TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  valid_from TEXT NOT NULL CONSTRAINT risk_rule_dated CHECK (valid_from <> ''),
  valid_to TEXT NOT NULL,
  inactive BOOLEAN NOT NULL,
  params TEXT NOT NULL,
  blue TEXT NOT NULL,
  yellow TEXT NOT NULL,
  red TEXT NOT NULL,
  blue_days INTEGER NOT NULL,
  yellow_days INTEGER NOT NULL,
  red_days INTEGER NOT NULL,
  owner TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  escalate TEXT NOT NULL,
  clears TEXT NOT NULL CONSTRAINT risk_rule_clears_known CHECK (clears IN ('confirm', 'close')),
  basis TEXT NOT NULL,
  CONSTRAINT risk_rule_no UNIQUE (tenant_id, no),
  CONSTRAINT risk_rule_days_not_negative CHECK (blue_days >= 0 AND yellow_days >= 0 AND red_days >= 0)
);
CREATE INDEX risk_rule_region ON risk_rule (tenant_id, region, code, valid_from);

-- Persons and firms with an interest (利害关系人): officers' relatives and what they control.
CREATE TABLE related_person (
  {{record}},
  no TEXT NOT NULL,
  name TEXT NOT NULL,
  officer TEXT NOT NULL,
  relation TEXT NOT NULL,
  party_id BIGINT,
  id_no_sealed TEXT NOT NULL,
  id_no_index TEXT NOT NULL,
  from_date TEXT NOT NULL,
  to_date TEXT NOT NULL,
  CONSTRAINT related_person_no UNIQUE (tenant_id, no),
  CONSTRAINT related_person_party FOREIGN KEY (tenant_id, party_id) REFERENCES party (tenant_id, id)
);
CREATE INDEX related_person_region ON related_person (tenant_id, region);

-- Alerts (预警). subject is what the rule found, known again from run to run; at most one alert of a rule on it is not closed.
-- holds says that the last run still found it. detail is JSON: the figures and the records behind them.
CREATE TABLE alert (
  {{record}},
  no TEXT NOT NULL,
  code TEXT NOT NULL,
  subject TEXT NOT NULL,
  title TEXT NOT NULL,
  why TEXT NOT NULL,
  colour TEXT NOT NULL CONSTRAINT alert_colour_known CHECK (colour IN ('blue', 'yellow', 'red')),
  measure BIGINT NOT NULL,
  measure_text TEXT NOT NULL,
  amount_fen BIGINT NOT NULL,
  raised_on TEXT NOT NULL CONSTRAINT alert_dated CHECK (raised_on <> ''),
  due_on TEXT NOT NULL,
  seen_on TEXT NOT NULL,
  owner TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  escalate TEXT NOT NULL,
  escalated_on TEXT NOT NULL,
  holds BOOLEAN NOT NULL,
  reply TEXT NOT NULL,
  replier TEXT NOT NULL,
  replier_id BIGINT,
  replied_on TEXT NOT NULL,
  closed_on TEXT NOT NULL,
  closed_colour TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reopened INTEGER NOT NULL,
  detail TEXT NOT NULL,
  CONSTRAINT alert_no UNIQUE (tenant_id, no),
  CONSTRAINT alert_closed_reasoned CHECK (state <> 'closed' OR outcome <> '' AND closed_on <> '')
);
CREATE UNIQUE INDEX alert_code_subject ON alert (tenant_id, code, subject) WHERE state <> 'closed';
CREATE INDEX alert_found ON alert (tenant_id, code, region);
CREATE INDEX alert_region ON alert (tenant_id, region, raised_on);
CREATE INDEX alert_open ON alert (tenant_id, region, state) WHERE state <> 'closed';

-- What happened to an alert, never changed: raised, risen, fallen, cleared, replied, returned, closed, reopened, escalated.
CREATE TABLE alert_event (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  alert_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  on_date TEXT NOT NULL,
  colour TEXT NOT NULL,
  measure_text TEXT NOT NULL,
  actor TEXT NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT alert_event_alert FOREIGN KEY (tenant_id, alert_id) REFERENCES alert (tenant_id, id)
);
CREATE INDEX alert_event_by_alert ON alert_event (tenant_id, alert_id, id);

-- The runs, with what came of each.
CREATE TABLE alert_run (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  on_date TEXT NOT NULL,
  scope TEXT NOT NULL,
  actor TEXT NOT NULL,
  found INTEGER NOT NULL,
  raised INTEGER NOT NULL,
  risen INTEGER NOT NULL,
  fallen INTEGER NOT NULL,
  cleared INTEGER NOT NULL,
  reopened INTEGER NOT NULL,
  escalated INTEGER NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
