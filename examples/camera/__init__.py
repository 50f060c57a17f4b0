"""A camera above a shop's door: a film that the program draws itself, a people counter, events for the collector."""
