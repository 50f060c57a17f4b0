"""What a text says by itself, whoever wrote it: marks, sentiment, causes, and what must not be written."""
