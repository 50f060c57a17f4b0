-- What analysts ask for most, ready to be asked. Right at any moment, as all views are; what
-- each column means stands in docs/data-dictionary.md.

CREATE VIEW IF NOT EXISTS purchases AS
SELECT customer_id, occurred_at AS at, event_id, order_id, item_id, category, channel, location_id, quantity, amount,
    currency, history
FROM touchpoints_now
WHERE type = 'purchase.made';

CREATE VIEW IF NOT EXISTS policy_changes AS
SELECT occurred_at AS at, event_id, visitParamExtractString(properties, 'policy_id') AS policy_id,
    visitParamExtractString(properties, 'kind') AS policy_kind, visitParamExtractFloat(properties, 'size') AS size, text
FROM touchpoints_now
WHERE type = 'policy.changed';

CREATE VIEW IF NOT EXISTS complaints AS
SELECT customer_id, complaint_id,
    min(if(type = 'complaint.opened', occurred_at, NULL)) AS opened_at,
    argMinIf(channel, occurred_at, type = 'complaint.opened') AS opened_on,
    argMinIf(visitParamExtractString(properties, 'cause'), occurred_at, type = 'complaint.opened') AS cause,
    argMinIf(visitParamExtractString(properties, 'policy_id'), occurred_at, type = 'complaint.opened') AS policy_id,
    countIf(type = 'complaint.reopened') AS reopened,
    max(if(type = 'complaint.resolved', occurred_at, NULL)) AS resolved_at,
    argMaxIf(visitParamExtractString(properties, 'outcome'), occurred_at, type = 'complaint.resolved') AS outcome
FROM touchpoints_now
WHERE type IN ('complaint.opened', 'complaint.reopened', 'complaint.resolved')
GROUP BY customer_id, complaint_id;

CREATE VIEW IF NOT EXISTS relationship_periods AS
SELECT customer_id, turn.3 AS relationship, turn.1 AS since,
    if(number < length(turns), turns[number + 1].1, NULL) AS until,
    turn.4 AS probability, turn.5 AS migration, turn.6 AS strategy, turn.7 AS history
FROM
(
    SELECT customer_id, arraySort(groupArray((at, id, `to`, probability, migration, strategy, history))) AS turns
    FROM shifts FINAL
    GROUP BY customer_id
)
ARRAY JOIN turns AS turn, arrayEnumerate(turns) AS number;

CREATE VIEW IF NOT EXISTS alert_outcomes AS
SELECT id, customer_id, at, team, severity, title, signals, due_at, acknowledged_at, escalations, resolved_at, ended_at,
    ended_as, history
FROM (SELECT id, customer_id, at, team, severity, title, signals, due_at, history FROM alerts FINAL) AS opened
ANY LEFT JOIN
(
    SELECT alert_id AS id,
        min(if(state = 'acknowledged', at, NULL)) AS acknowledged_at,
        countIf(state = 'escalated') AS escalations,
        min(if(state = 'resolved', at, NULL)) AS resolved_at,
        min(if(state IN ('resolved', 'closed', 'expired'), at, NULL)) AS ended_at,
        argMinIf(state, at, state IN ('resolved', 'closed', 'expired')) AS ended_as
    FROM alert_changes FINAL
    GROUP BY alert_id
) AS changed
USING id;

-- `arm` is that of an experiment: of a held-out customer the signal opened no alert.
CREATE VIEW IF NOT EXISTS signal_arms AS
SELECT id, customer_id, at, name, severity, history,
    if(visitParamHas(`values`, 'alert'), visitParamExtractString(`values`, 'alert'), 'alerted') AS arm
FROM signals FINAL
WHERE customer_id != ''
