-- +goose Up

-- The wording of a policy's version as it is computed: a YAML document, empty where a version has none.
ALTER TABLE policy_version ADD COLUMN document TEXT NOT NULL DEFAULT '';
