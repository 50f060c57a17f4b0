-- Runs of replay that are kept, and what they said, under the run's id. `value` is the
-- output as JSON; `differences` is NULL where a run was compared with nothing.

CREATE TABLE IF NOT EXISTS replay_runs
(
    id String,
    at DateTime64(3, 'UTC'),
    purpose LowCardinality(String),
    sources String,
    knowledge String,
    code String,
    records Int64,
    outputs Int64,
    digest String,
    seconds Float64,
    compared_with String,
    differences Nullable(Int64),
    counts String
)
ENGINE = ReplacingMergeTree
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS replay_outputs
(
    run String,
    kind LowCardinality(String),
    name LowCardinality(String),
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    partition Int32,
    offset Int64,
    knowledge LowCardinality(String),
    value String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (run, kind, customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS replay_runs_now AS SELECT * FROM replay_runs FINAL;

CREATE VIEW IF NOT EXISTS replay_outputs_now AS SELECT * FROM replay_outputs FINAL
