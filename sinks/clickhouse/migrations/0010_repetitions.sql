-- What a producer sent again counts once, also where it gave it another time: the engine says
-- which record was a repetition, and a row without a type stands in its place. It has the
-- record's sorting key and the next higher `precedence`, so it gives way to an earlier record.

DROP TABLE IF EXISTS moments_now;

CREATE VIEW IF NOT EXISTS moments_now AS
SELECT * FROM moments FINAL
WHERE type != '' AND (customer_id, event_id) NOT IN
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
WHERE type != '' AND (customer_id, event_id) NOT IN
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

-- What was there before, by the same rule: an id again within its customer's next 32
-- touchpoints, of customers who took over nobody's past. Harmless if it is repeated.
INSERT INTO touchpoints (customer_id, occurred_at, occurred_offset, event_id, topic_id, topic, partition, offset,
    timestamp, precedence)
SELECT customer_id, again.2 AS occurred_at, toInt16(0) AS occurred_offset, event_id, again.3 AS topic_id,
    again.4 AS topic, again.5 AS partition, again.6 AS offset, again.7 AS timestamp, again.8 + 1 AS precedence
FROM
(
    SELECT customer_id, event_id, arraySort(groupArray((number, at, id, name, part, place, taken, rank))) AS same
    FROM
    (
        SELECT customer_id, row.2 AS event_id, number, row.3 AS at, row.4 AS id, row.5 AS name, row.6 AS part,
            row.1 AS place, row.7 AS taken, row.8 AS rank
        FROM
        (
            SELECT customer_id, arraySort(groupArray((offset, event_id, occurred_at, toString(topic_id),
                toString(topic), partition, timestamp, precedence))) AS rows
            FROM touchpoints FINAL
            WHERE type NOT IN ('', 'customer.reset') AND customer_id IN
            (
                SELECT customer_id FROM moments WHERE type != '' GROUP BY customer_id, event_id
                HAVING min(occurred_at) != max(occurred_at)
            )
            AND customer_id NOT IN (SELECT customer_id FROM turnovers WHERE handed_from != '')
            AND substring(customer_id, 1, 5) != 'none:'
            GROUP BY customer_id
        )
        ARRAY JOIN rows AS row, arrayEnumerate(rows) AS number
    )
    GROUP BY customer_id, event_id
    HAVING length(same) > 1
)
ARRAY JOIN same AS again, arrayEnumerate(same) AS time
WHERE time > 1 AND again.1 - same[time - 1].1 <= 32
SETTINGS max_bytes_before_external_group_by = 500000000;

-- Their hours are counted anew at the next start, because they look empty.
INSERT INTO hours (hour, version)
SELECT DISTINCT intDiv(toUnixTimestamp64Milli(occurred_at), 3600000) * 3600000 AS hour,
    toUInt64(toUnixTimestamp64Milli(now64(3))) AS version
FROM moments
WHERE type = ''
