"""Questions: each a driver over runs and analysis."""
