"""What reaches a person: throttling per recipient, which the engine leaves to delivery."""
