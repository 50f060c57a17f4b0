"""What others need for the same work, each a process of its own that prints one JSON object: `bench.peers.result`."""
