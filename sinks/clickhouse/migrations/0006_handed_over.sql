-- A touchpoint that was handed over stands under two customers: `handed_from`, on the
-- receiver's row, is the key that it came in by. The view shows one of the two: the
-- receiver's, until the donor is begun anew (`customer.reset`, an unlinking), then the donor's.

ALTER TABLE touchpoints ADD COLUMN IF NOT EXISTS handed_from String DEFAULT '';

DROP TABLE IF EXISTS touchpoints_now;

CREATE VIEW IF NOT EXISTS touchpoints_now AS
SELECT * FROM touchpoints FINAL
WHERE (customer_id, event_id) NOT IN
(
    SELECT if(timestamp <= begun_anew, customer_id, handed_from) AS hidden, event_id
    FROM (SELECT handed_from, event_id, customer_id, timestamp FROM touchpoints FINAL WHERE handed_from != '') AS handed
    ANY LEFT JOIN
    (
        SELECT customer_id AS handed_from, max(timestamp) AS begun_anew
        FROM touchpoints WHERE type = 'customer.reset' GROUP BY handed_from
    ) AS resets
    USING handed_from
)
