"""Checks of an experiment before its first run: names, keys, values, and a sample of its points; all at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.batch.designs import DesignError, Point, Points, Table, points
from sim.batch.factors import Factor
from sim.batch.figures import figures
from sim.batch.replications import UntilKnown
from sim.batch.tables import Sheet, read_table
from sim.observables import observables
from sim.scenario import Mistake, Scenario, ScenarioError, with_changes
from sim.scenario.change import path_of, wrong_values
from sim.scenario.document import Document, dotted
from sim.scenario.mistakes import did_you_mean, shown
from sim.scenario.positions import Path as Keys
from sim.scenario.write import to_dict

if TYPE_CHECKING:
    from sim.batch.experiment import Experiment

MOST_POINTS = 40  # that are built as a whole
MOST_VALUES = 100  # of one factor that are tried
MOST_WRONG = 3  # points with mistakes, after which no more are looked at
INSIDE = 0.381966  # a place in a range where nothing is round
BETWEEN = "between"  # the ends of a range, whose mistakes are told first
NAMED = {"logics": "logic", "segments": "segment", "sources": "source", "rivals": "rival", "channels": "channel"}


@dataclass(frozen=True)
class Checked:
    """The scenario of an experiment with what is fixed, and the points of its design."""

    base: Scenario
    points: Points


def check(experiment: "Experiment", scenario: Scenario, document: Document, folder: Path) -> Checked:
    """Check an experiment on a scenario; raises ScenarioError with all mistakes.

    document  the experiment file;  folder: where a table of points is looked up
    """
    return _Checks(experiment, scenario, document, folder).run()


@dataclass
class _Checks:
    experiment: "Experiment"
    scenario: Scenario
    document: Document
    folder: Path
    mistakes: list[Mistake] = field(default_factory=list)
    sheet: Sheet | None = None

    def run(self) -> Checked:
        """Names first, then values, then points: each is only looked at where what it rests on is sound."""
        base = self.fixed()
        self.names(base)
        factors = self.factors()
        sound = self.keys(factors)
        self.values({key: factors[key] for key in sound})
        self.stop()
        found = self.points(factors)
        self.joint(base, found)
        self.stop()
        return Checked(base, found)

    def stop(self) -> None:
        """Raise what was found so far."""
        if self.mistakes:
            raise ScenarioError(self.mistakes)

    def wrong(self, at: Keys, message: str) -> None:
        """A mistake in the experiment file."""
        self.mistakes.append(self.document.mistake(at, message))

    def names(self, base: Scenario) -> None:
        """Names of logics and figures."""
        asked = self.experiment
        for number, logic in enumerate(asked.logics):
            self._logic(("logics", number), "logics", logic, list(base.logics))
            if logic in asked.logics[:number]:
                self.wrong(("logics", number), f"logics: {logic} is there twice")
        for number, name in enumerate(asked.observe):
            self._figure(("observe", number), "observe", name)
        known = [o.name for o in observables(tuple(c.name for c in base.channels), tuple(base.segments))]
        for number, name in enumerate(asked.daily):
            if name not in known:
                remedy = did_you_mean(name, known, "Observables")
                self.wrong(("daily", number), f"daily: there is no observable {shown(name)}. {remedy}")
        if isinstance(asked.replications, UntilKnown):
            self._figure(("replications", "of"), "replications.of", asked.replications.of)
            run = [logic for logic in asked.logics if logic in base.logics] or list(base.logics)
            for number, logic in enumerate(asked.replications.difference or ()):
                self._logic(("replications", "difference", number), "replications.difference", logic, run)

    def _logic(self, at: Keys, key: str, logic: str, known: list[str]) -> None:
        if logic not in known:
            self.wrong(at, f"{key}: there is no logic {shown(logic)}. {did_you_mean(logic, known, 'Logics')}")

    def _figure(self, at: Keys, key: str, name: str) -> None:
        if name not in figures():
            remedy = did_you_mean(name, figures(), "Figures")
            self.wrong(at, f"{key}: a run reports no figure {shown(name)}. {remedy}")

    def fixed(self) -> Scenario:
        """The scenario with what is fixed."""
        for key in self.experiment.fixed:
            self._key(key, ("fixed", key))
        try:
            return with_changes(self.scenario, self.experiment.fixed)
        except ScenarioError as error:
            for mistake in error.mistakes:
                self._at_a_key(mistake, "fixed", self.experiment.fixed)
            return self.scenario

    def factors(self) -> dict[str, Factor]:
        """Dotted key → factor, from the file or from its table."""
        asked = self.experiment
        if isinstance(asked.design, Table):
            if asked.vary:
                self.wrong(("vary",), "vary: a table has its factors in its columns. Leave [vary] out")
            try:
                self.sheet = read_table(self.folder / asked.design.file, str(self.folder / asked.design.file))
            except ScenarioError as error:
                self.mistakes += error.mistakes
                return {}
            return dict(self.sheet.points.factors)
        if not asked.vary:
            self.wrong((), 'vary is missing. Write [vary] and "brand.content.quality" = { from = 0.2, to = 0.9 }')
        self._links(asked.vary)
        return dict(asked.vary)

    def _links(self, vary: dict[str, Factor]) -> None:
        """Factors that move with others, and the numbers of levels."""
        free = [key for key, factor in vary.items() if factor.like is None]
        for key, factor in vary.items():
            at = ("vary", key)
            if factor.like is not None and factor.like not in free:
                remedy = did_you_mean(factor.like, free, "Factors")
                self.wrong((*at, "like"), f"{key}: like = {shown(factor.like)} is no free factor. {remedy}")
                continue
            leader = vary[factor.like] if factor.like else factor
            if not self.experiment.design.needs_levels:
                continue
            if leader.steps is None:
                self.wrong(at, f"{key} needs values or levels in this design. Try levels = 5")
            elif factor.steps is None:
                self.wrong(at, f"{key} needs as many levels as {factor.like}: levels = {leader.steps}")
            elif factor.steps != leader.steps:
                message = f"{key} has {factor.steps} levels, and {factor.like}, with which it moves, {leader.steps}"
                self.wrong(at, message)

    def keys(self, factors: dict[str, Factor]) -> list[str]:
        """Keys that are sound as far as names go: dotted, of names that exist, and none within another."""
        sound = [key for key in factors if self._key(key, ("vary", key))]
        paths = {dotted(path_of(key)): key for key in sound}
        fixed = [key for key in self.experiment.fixed if _is_key(key)]
        for key in sound:
            mine = dotted(path_of(key))
            for other in fixed:
                if _within(mine, dotted(path_of(other))) and mine == dotted(path_of(other)):
                    self._of_key(key, ("vary", key), f"{key} is varied, and [fixed] sets it. Leave one of them out")
            for other, said in paths.items():
                if other != mine and _within(mine, other):
                    self._of_key(key, ("vary", key), f"{key} lies within {said}, which is varied too. Leave one out")
        return sound

    def _key(self, key: str, at: Keys) -> bool:
        try:
            path = path_of(key)
        except ScenarioError as error:
            self._of_key(key, at, error.mistakes[0].message)
            return False
        if len(path) > 2 and path[0] in NAMED:
            known = _named(self.scenario, str(path[0]))
            if path[1] not in known and not any(_within(key, other) for other in self.experiment.fixed):
                remedy = did_you_mean(str(path[1]), known, str(path[0]).capitalize())
                self._of_key(key, at, f"{key}: there is no {NAMED[path[0]]} {path[1]} in this scenario. {remedy}")
                return False
        return True

    def _of_key(self, key: str, at: Keys, message: str) -> None:
        if self.sheet is not None and at[0] == "vary":
            self.mistakes.append(self.sheet.in_header(key, message))
        else:
            self.wrong(at, message)

    def values(self, factors: dict[str, Factor]) -> None:
        """Every factor alone, with those that move with it: the ends of its range, or its values."""
        base = set(wrong_values(self.scenario, self.experiment.fixed))
        for key, factor in factors.items():
            if factor.like is not None:
                continue
            tied = {k: f for k, f in factors.items() if key in (k, f.like)}
            wrong: set[str] = set()  # keys
            tried = sorted(self._tried(key, tied), key=lambda one: one[0] == BETWEEN)
            for place, changes in tried:
                for mistake in wrong_values(self.scenario, {**self.experiment.fixed, **changes}):
                    if mistake not in base and not (place == BETWEEN and mistake.key in wrong):
                        wrong.add(mistake.key)
                        self._at_a_place(mistake, key, place, tied)

    def _tried(self, key: str, tied: dict[str, Factor]) -> Iterator[tuple[int | str, Point]]:
        """Where in the factor, and the changes there."""
        factor = tied[key]
        if factor.values is None and not self.experiment.design.needs_levels:
            for name, fraction in (("from", 0.0), ("to", 1.0), (BETWEEN, INSIDE)):
                yield name, {k: f.at(fraction) for k, f in tied.items()}
            return
        steps = factor.steps or 1
        for number in _spread(factor.values or range(steps), MOST_VALUES):
            share = number / max(1, steps - 1)
            place = number if factor.values else {0: "from", steps - 1: "to"}.get(number, BETWEEN)
            yield place, {k: f.level(number) if f.steps == steps else f.at(share) for k, f in tied.items()}

    def _at_a_place(self, mistake: Mistake, key: str, place: int | str, tied: dict[str, Factor]) -> None:
        """A mistake in a value, at the value in the file."""
        message = mistake.message
        if "is not a whole number" in message and not any(f.values for f in tied.values()):
            message = f"{message}. Write integer = true"
        if self.sheet is not None:
            row = int(np.argmax(self.sheet.points.places[:, self.sheet.points.free.index(key)] == place))
            self.mistakes.append(self.sheet.mistake(row, key, message))
            return
        of = next((k for k in tied if _within(mistake.key, k)), key)
        inner: Keys = ("values", place) if tied[of].values else () if place == BETWEEN else (place,)
        self.wrong(("vary", of, *inner), message)

    def _at_a_key(self, mistake: Mistake, table: str, keys: Iterable[str]) -> None:
        near = [key for key in keys if _within(mistake.key, key) or _within(key, mistake.key)]
        self.wrong((table, near[0]) if near else (table,), mistake.message)

    def points(self, factors: dict[str, Factor]) -> Points:
        """The points of the design."""
        if self.sheet is not None:
            return self.sheet.points
        try:
            return points(self.experiment.design, factors)
        except DesignError as error:
            self.wrong(("design",), f"design: {error}")
        raise ScenarioError(self.mistakes)

    def joint(self, base: Scenario, found: Points) -> None:
        """Some points as a whole: those at which a factor is at an end, the first, the last, and some between."""
        failed = 0
        for number in _sample(found):
            point = found[number]
            try:
                with_changes(base, point)
            except ScenarioError as error:
                for mistake in error.mistakes:
                    self._of_point(mistake, number, point)
                failed += 1
            if failed == MOST_WRONG:
                return

    def _of_point(self, mistake: Mistake, number: int, point: Point) -> None:
        near = [key for key in point if _within(mistake.key, key)]
        if self.sheet is not None:
            self.mistakes.append(self.sheet.mistake(number, near[0] if near else next(iter(point)), mistake.message))
            return
        what = ", ".join(f"{key} = {shown(value)}" for key, value in point.items()) or "the scenario as it is"
        said = mistake.message.rstrip(".")
        if any(m.message.startswith(f"{said} (") for m in self.mistakes):
            return  # at another point already
        self.wrong(("vary", near[0]) if near else ("vary",), f"{said} (at point {number}: {what}).")


def _sample(found: Points) -> list[int]:
    """Numbers of the points that are built before the first run."""
    ends = [int(pick(column)) for column in found.places.T for pick in (np.argmin, np.argmax)]
    last = len(found) - 1
    between = np.linspace(0, last, num=min(len(found), MOST_POINTS)).astype(int).tolist()
    return sorted(list(dict.fromkeys([0, last, *ends, *between]))[:MOST_POINTS])


def _spread(values: Sequence[Any], most: int) -> list[int]:
    """Numbers of values to try: all, or of many the least, the greatest and some between."""
    if len(values) <= most:
        return list(range(len(values)))
    numbers = [n for n, value in enumerate(values) if isinstance(value, int | float)]
    ends = [min(numbers, key=values.__getitem__), max(numbers, key=values.__getitem__)] if numbers else []
    words = [n for n, value in enumerate(values) if not isinstance(value, int | float)][: most // 2]
    between = np.linspace(0, len(values) - 1, num=most - len(words)).astype(int).tolist()
    return sorted({*ends, *words, *between})


def _named(scenario: Scenario, table: str) -> list[str]:
    """Names that a scenario gives in a table."""
    if table == "channels":
        return [channel.name for channel in scenario.channels]
    return list(to_dict(scenario).get(table, {}))


def _is_key(key: str) -> bool:
    try:
        path_of(key)
    except ScenarioError:
        return False
    return True


def _within(key: str, other: str) -> bool:
    """Whether a dotted key is another or lies within it."""
    return key == other or key.startswith((f"{other}.", f"{other}["))
