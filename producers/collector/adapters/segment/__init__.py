"""Segment's tracking API (docs/collector.md): `api` is the adapter."""
