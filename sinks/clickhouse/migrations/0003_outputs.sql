-- One table a kind of output, one row an id. `cause_partition`, `cause_offset`: the
-- resolved record that caused it; `partition`, `offset`: where the output itself
-- stands on its topic. `because_…` are three arrays of one length; `values`,
-- `scope`, `card`, `consents` are JSON. `value` is the record as it was sent, from
-- which the program rebuilds it whole.

CREATE TABLE IF NOT EXISTS shifts
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    `from` LowCardinality(String),
    `to` LowCardinality(String),
    probability Float64,
    runner_up LowCardinality(String),
    migration LowCardinality(String),
    strategy LowCardinality(String),
    advice String,
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS signals
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    name LowCardinality(String),
    version Int32,
    severity LowCardinality(String),
    matter String,
    `values` String,
    scope String,
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS decisions
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    contact_id String,
    permitted UInt8,
    reasons Array(String),
    retry_at Nullable(DateTime64(3, 'UTC')),
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS alerts
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    dedup_key String,
    signals Array(String),
    team LowCardinality(String),
    severity LowCardinality(String),
    title String,
    card String,
    due_at DateTime64(3, 'UTC'),
    language LowCardinality(String),
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS alert_changes
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    alert_id String,
    team LowCardinality(String),
    state LowCardinality(String),
    `by` String,
    until Nullable(DateTime64(3, 'UTC')),
    reason String,
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS customers
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    relationship LowCardinality(String),
    since Nullable(DateTime64(3, 'UTC')),
    language LowCardinality(String),
    open_alerts Array(String),
    consents String,
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(at)
ORDER BY (customer_id, at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS measures
(
    customer_id String,
    at DateTime64(3, 'UTC'),
    id String,
    cause_partition Int32,
    cause_offset Int64,
    knowledge LowCardinality(String),
    because_events Array(String),
    because_what Array(String),
    because_weights Array(Nullable(Float64)),
    history LowCardinality(String),
    scope String,
    bucket DateTime64(3, 'UTC'),
    total Int64,
    value String CODEC(ZSTD(1)),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket, scope, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
