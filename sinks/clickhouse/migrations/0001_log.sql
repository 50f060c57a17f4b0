-- What came in, as it came in. Replay reads `log`; nothing is ever left out of it.
-- A record that is written again after a crash has the same key and the same
-- content, and collapses.

CREATE TABLE IF NOT EXISTS log
(
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    key String,
    source_partition Int32,
    source_offset Int64,
    source_n Int32,
    value String CODEC(ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (topic_id, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Records that no table could take, with the reason.
CREATE TABLE IF NOT EXISTS poison
(
    topic_id LowCardinality(String),
    topic LowCardinality(String),
    partition Int32,
    offset Int64,
    timestamp DateTime64(3, 'UTC'),
    key String,
    reason LowCardinality(String),
    detail String,
    value String CODEC(ZSTD(1)),
    inserted_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (topic_id, partition, offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Dead letters: `original` is what the producer sent, byte for byte.
CREATE TABLE IF NOT EXISTS rejected
(
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
    key String,
    original String CODEC(ZSTD(1)),
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
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
