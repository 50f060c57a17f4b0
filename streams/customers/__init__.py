"""What is known of one customer and what happens to them: the words that relationships, signals and alerts share."""
