"""What a number in a file can be: a declared parameter, a series over time, a value with a pedigree."""

from sim.parameters.declared import Trust, daily, declared, fraction, over_time, parameter
from sim.parameters.series import Series, SeriesFile

__all__ = ["Series", "SeriesFile", "Trust", "daily", "declared", "fraction", "over_time", "parameter"]
