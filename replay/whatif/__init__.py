"""What other rules would have changed: two runs side by side over the same records, and a report of where they part."""
