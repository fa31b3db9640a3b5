"""The laws of a fan pool in closed form: what the engine must fall onto when mechanisms are switched off one by one.

pool        size, growth, R_fan, extinction, stationary law
frequency   the best push frequency, and when growth overtakes depletion
trust       where asymmetric gain and loss lead
customers   repeat purchase and retention
market      diffusion, concentration, auction, reach, service
cascade     plays of contents in traffic pools, cost of a bought fan

Rates are per day unless an argument says otherwise; any common unit of time will do.
"""
