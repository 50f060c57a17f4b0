-- Counts are right on these, at any moment: what was written twice is read once.
-- On the tables themselves a row may stand twice until ClickHouse has merged it.

CREATE VIEW IF NOT EXISTS log_now AS SELECT * FROM log FINAL;

CREATE VIEW IF NOT EXISTS poison_now AS SELECT * FROM poison FINAL;

CREATE VIEW IF NOT EXISTS rejected_now AS SELECT * FROM rejected FINAL;

CREATE VIEW IF NOT EXISTS touchpoints_now AS SELECT * FROM touchpoints FINAL;

CREATE VIEW IF NOT EXISTS shifts_now AS SELECT * FROM shifts FINAL;

CREATE VIEW IF NOT EXISTS signals_now AS SELECT * FROM signals FINAL;

CREATE VIEW IF NOT EXISTS decisions_now AS SELECT * FROM decisions FINAL;

CREATE VIEW IF NOT EXISTS alerts_now AS SELECT * FROM alerts FINAL;

CREATE VIEW IF NOT EXISTS alert_changes_now AS SELECT * FROM alert_changes FINAL;

CREATE VIEW IF NOT EXISTS measures_now AS SELECT * FROM measures FINAL;

-- The last card of each customer.
CREATE VIEW IF NOT EXISTS customers_now AS
SELECT * FROM customers FINAL ORDER BY customer_id, at DESC, cause_offset DESC LIMIT 1 BY customer_id;

-- A measure is a running total of one partition: the last of each partition counts.
CREATE VIEW IF NOT EXISTS measure_totals AS
SELECT scope, bucket, sum(last) AS total
FROM
(
    SELECT scope, bucket, cause_partition, argMax(total, cause_offset) AS last
    FROM measures FINAL
    GROUP BY scope, bucket, cause_partition
)
GROUP BY scope, bucket
