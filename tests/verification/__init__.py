"""Verification: the engine against theory and other programs, on fresh seeds; see docs/verification.md.

verdicts     what a check is, how far is too far, and its sibling that is 5 % off
samplers     every sampler of sim/streams.py
drawn        every law that rules and engines make of these draws
places       who draws in the code, and which check looks after it
sweeps       the engine with all mechanisms off but one, over grids of parameters, against closed forms
independent  other programs: SciPy, SALib, lifetimes
engines      engine against engine, to the integer
halved       all rates halved over twice the days
coverage     how often our intervals hold the truth
page         the verdicts as an HTML page
"""

from . import coverage, drawn, engines, halved, independent, samplers, sweeps

CHAPTERS = (samplers, drawn, sweeps, independent, engines, halved, coverage)
