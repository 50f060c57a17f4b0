-- Dead letters with the columns of good touchpoints: what could be read of each,
-- however little, so that both are asked in the same words. What could not be read
-- is empty or NULL. The bytes themselves are in `rejected`, under the same `id`.
-- `at`: when it was refused; `cause_…`: where the refused record stood (`file` and
-- `line` if it came to no topic); `form`: json, avro (a whole touchpoint), part (of
-- one), text, bytes, empty. The last columns say where the letter itself stands.

CREATE TABLE IF NOT EXISTS dead_letters
(
    customer_id String,
    occurred_at Nullable(DateTime64(3, 'UTC')),
    occurred_offset Nullable(Int16),
    event_id String,
    type LowCardinality(String),
    channel LowCardinality(String),
    initiator LowCardinality(String),
    identifier_customer_id String,
    identifier_loyalty_card String,
    text String,
    language LowCardinality(String),
    location_id LowCardinality(String),
    staff_id LowCardinality(String),
    session_id String,
    campaign_id LowCardinality(String),
    order_id String,
    item_id String,
    category LowCardinality(String),
    complaint_id String,
    amount Nullable(Float64),
    currency LowCardinality(String),
    quantity Nullable(Float64),
    properties String,
    sent_at Nullable(DateTime64(3, 'UTC')),
    sent_offset Nullable(Int16),
    received_at Nullable(DateTime64(3, 'UTC')),
    received_offset Nullable(Int16),
    history LowCardinality(String),
    id String,
    at DateTime64(3, 'UTC'),
    stage LowCardinality(String),
    reason LowCardinality(String),
    detail String,
    cause_topic LowCardinality(String),
    cause_partition Int32,
    cause_offset Int64,
    file String,
    line Int64,
    form LowCardinality(String),
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
ORDER BY (at, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Letters that were sent again, and the event id under which they were.
CREATE TABLE IF NOT EXISTS replays
(
    letter_id String,
    event_id String,
    run String,
    at DateTime64(3, 'UTC'),
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY letter_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS replays_now AS SELECT * FROM replays FINAL;

CREATE VIEW IF NOT EXISTS dead_letters_now AS
SELECT *, id IN (SELECT letter_id FROM replays) AS replayed FROM dead_letters FINAL
