"""Alerts as they stand, followed from Kafka, and sent on to every screen."""
