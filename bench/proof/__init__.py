"""Live against replay: whole data sets through Kafka under a driven clock, while workers come and go by force."""
