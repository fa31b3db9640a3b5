"""What a number in a file can be: a declared parameter, a series over time, a value with a pedigree."""

from sim.parameters.declared import DAYS_PER_MONTH, Trust, daily, declared, fraction, over_time, parameter
from sim.parameters.series import Series, SeriesFile

__all__ = ["DAYS_PER_MONTH", "Series", "SeriesFile", "Trust", "daily", "declared", "fraction", "over_time", "parameter"]
