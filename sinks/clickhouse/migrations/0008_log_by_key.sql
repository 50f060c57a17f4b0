-- One customer's records are found without reading everybody's: the state of a customer as of a
-- moment is folded from them. Parts that were there before get the index as they are merged.

ALTER TABLE log ADD INDEX IF NOT EXISTS log_by_key key TYPE bloom_filter(0.01) GRANULARITY 1
