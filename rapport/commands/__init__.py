"""The commands, one a file; each wires the rooms that it needs and no others."""
