"""What staff do with an alert, as records into the line."""
