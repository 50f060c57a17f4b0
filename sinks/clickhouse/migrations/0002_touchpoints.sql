-- One row a touchpoint, the first that stood on the topic. `customer_id` is the
-- customer it was resolved to; `identifier_…` what the source itself said.
-- ReplacingMergeTree keeps the row with the largest `precedence`, which is the
-- larger the earlier the record stood: see rows.py.

CREATE TABLE IF NOT EXISTS touchpoints
(
    customer_id String,
    occurred_at DateTime64(3, 'UTC'),
    occurred_offset Int16,
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
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    precedence UInt64,
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (customer_id, occurred_at, event_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
