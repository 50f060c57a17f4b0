"""Dead letters: what stands on their topic, mended and sent again by the one path in."""
