"""Patterns of the evidence, one file per family; ``sim.studies.validate`` runs them all."""
