"""A small shop for browsers: pages that tell the collector what their visitors look at, and who they are."""
