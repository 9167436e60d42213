"""Qt models over the engine's lists, so that a thousand photos cost no widget each."""
