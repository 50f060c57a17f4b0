"""What is read from texts, on labelled ones: causes, feelings, threats, negation, the traps of cues, and its speed."""
