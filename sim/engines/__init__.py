"""How a run is computed: reservoir, rows, engines, the day loop, and the Mesa model."""
