-- What dashboards ask of all touchpoints without reading all of them.
--
-- `moments`: a touchpoint's few columns that are counted, in the order of time; a copy that
-- collapses as `touchpoints` does. `turnovers`: what was handed over, and who was begun anew.
-- `hours`: one row an hour, whole; the sink writes it anew from `moments` for each hour that new
-- rows touched, and the last one written holds. So it is never half, and counts nothing twice.

CREATE TABLE IF NOT EXISTS moments
(
    customer_id String,
    occurred_at DateTime64(3, 'UTC'),
    event_id String,
    type LowCardinality(String),
    channel LowCardinality(String),
    initiator LowCardinality(String),
    purpose LowCardinality(String),
    handed_from String,
    timestamp DateTime64(3, 'UTC'),
    offset Int64,
    precedence UInt64
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (occurred_at, customer_id, event_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS to_moments TO moments AS
SELECT customer_id, occurred_at, event_id, type, channel, initiator,
    if(type = 'message.sent', visitParamExtractString(properties, 'purpose'), '') AS purpose,
    handed_from, timestamp, offset, precedence
FROM touchpoints;

CREATE TABLE IF NOT EXISTS turnovers
(
    customer_id String,
    occurred_at DateTime64(3, 'UTC'),
    event_id String,
    type LowCardinality(String),
    handed_from String,
    timestamp DateTime64(3, 'UTC'),
    offset Int64,
    precedence UInt64
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (customer_id, occurred_at, event_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS to_turnovers TO turnovers AS
SELECT customer_id, occurred_at, event_id, type, handed_from, timestamp, offset, precedence
FROM touchpoints
WHERE handed_from != '' OR type = 'customer.reset';

-- Arrays of one length: minute of the hour and channel with how many; and, on their own, what
-- the hour had of each type, initiator and purpose.
CREATE TABLE IF NOT EXISTS hours
(
    hour Int64,
    minutes Array(UInt8),
    channels Array(String),
    counts Array(UInt32),
    types Array(String),
    initiators Array(String),
    purposes Array(String),
    type_counts Array(UInt32),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY hour
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS hours_now AS SELECT * FROM hours FINAL;

-- The last card of each customer, by one row a customer.
CREATE TABLE IF NOT EXISTS standings
(
    customer_id String,
    relationship LowCardinality(String),
    cause_offset Int64,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY customer_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Of two cards of one moment the one of the higher offset; offsets are told apart within four millions.
CREATE MATERIALIZED VIEW IF NOT EXISTS to_standings TO standings AS
SELECT customer_id, relationship, cause_offset,
    toUInt64(toUnixTimestamp64Milli(at)) * 4194304 + toUInt64(cause_offset % 4194304) AS version
FROM customers;

CREATE VIEW IF NOT EXISTS standings_now AS SELECT * FROM standings FINAL;

CREATE VIEW IF NOT EXISTS moments_now AS
SELECT * FROM moments FINAL
WHERE (customer_id, event_id) NOT IN
(
    SELECT if(timestamp <= begun_anew, customer_id, handed_from) AS hidden, event_id
    FROM (SELECT handed_from, event_id, customer_id, timestamp FROM turnovers FINAL WHERE handed_from != '') AS handed
    ANY LEFT JOIN
    (
        SELECT customer_id AS handed_from, max(timestamp) AS begun_anew
        FROM turnovers WHERE type = 'customer.reset' GROUP BY handed_from
    ) AS resets
    USING handed_from
);

DROP TABLE IF EXISTS touchpoints_now;

CREATE VIEW IF NOT EXISTS touchpoints_now AS
SELECT * FROM touchpoints FINAL
WHERE (customer_id, event_id) NOT IN
(
    SELECT if(timestamp <= begun_anew, customer_id, handed_from) AS hidden, event_id
    FROM (SELECT handed_from, event_id, customer_id, timestamp FROM turnovers FINAL WHERE handed_from != '') AS handed
    ANY LEFT JOIN
    (
        SELECT customer_id AS handed_from, max(timestamp) AS begun_anew
        FROM turnovers WHERE type = 'customer.reset' GROUP BY handed_from
    ) AS resets
    USING handed_from
);

-- What was there before: once, and harmless if it is repeated.
INSERT INTO moments
SELECT customer_id, occurred_at, event_id, type, channel, initiator,
    if(type = 'message.sent', visitParamExtractString(properties, 'purpose'), '') AS purpose,
    handed_from, timestamp, offset, precedence
FROM touchpoints;

INSERT INTO turnovers
SELECT customer_id, occurred_at, event_id, type, handed_from, timestamp, offset, precedence
FROM touchpoints
WHERE handed_from != '' OR type = 'customer.reset';

INSERT INTO standings
SELECT customer_id, relationship, cause_offset,
    toUInt64(toUnixTimestamp64Milli(at)) * 4194304 + toUInt64(cause_offset % 4194304) AS version
FROM customers
