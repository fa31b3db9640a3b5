"""fan-lite: one small model, written for several engines in the way each of them is meant to be used.

Each agent has a domain (public, private, gone), trust, fatigue, a tolerance (log-normal) and purchases. A day:

- public: noticed and followed with probability ``exposure · follow``; private from tomorrow
- private, twice: a message is opened with probability ``opened``; then fatigue += 1 and trust rises by
  ``gain · (1 − trust)`` with probability ``liked``, else falls by ``loss · trust``
- private: fatigue ×= ``recovery``; gone with probability 1 − exp(−leave · fatigue ÷ tolerance · (1 − trust)), else one
  purchase with probability ``buy · trust``

Collected daily: agents by domain, mean trust of all agents, purchases. ``HEAVY`` sets ``leave`` to 0: all stay active.

Each file ``on_….py`` has ``prepare(agents, days, seed, rules, threads)``, which builds the model and returns a function
that lives all days and returns a ``Daily``; only that call is timed.
"""
