"""The part that asks: Kafka, processes by HTTP, this machine. It only reads, joins no group, and commits nothing."""
