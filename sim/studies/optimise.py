"""Optimise: the best fixed plan for margin, fans or both, found on some pairs of runs and judged on fresh ones.

Every candidate meets the same people with the same luck, those of the first replications. A candidate that is clearly
worse than the best one after a few pairs is given up (pruned); the others get all pairs. What wins on these pairs has
been chosen for its luck on them too, so that its value there is too high (the winner's curse): what is reported as the
value of a plan comes from another seed, beside the logics of the file on that seed.

The search is by optuna (the extra ``study``), asked for a fixed number of candidates at a time, so that it does not
depend on the machine.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from sim.analysis.pairs import Floats, mean_interval
from sim.analysis.pareto import Front, front
from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra
from sim.logics import Fixed
from sim.logics.oracle import is_upper_bound
from sim.results import Interval
from sim.scenario.schema import Scenario
from sim.studies.knobs import Knob, Table, frame_of, knobs_of, places_of, plan_at
from sim.studies.runner import Outcome, Runner, Wanted

Aim = Literal["margin", "fans", "both"]
Sampler = Literal["tpe", "nsga2", "random"]
AIMS: dict[str, tuple[str, ...]] = {"margin": ("margin",), "fans": ("fans_end",), "both": ("margin", "fans_end")}
FIGURES = ("margin", "fans_end", "spend", "trust_end", "exits_per_month", "r_fan")
BATCH = 4  # candidates asked for at a time
LOOK = 3  # pairs after which a candidate may be given up
CANDIDATE = "candidate"


@dataclass(frozen=True)
class Limits:
    """What a plan has to keep.

    budget  cents that it may spend in all (ads, content, service, fees, rewards, sources), in the mean; None: any
    trust   least mean trust of fans at the end, in the mean; None: any

    Quotas of channels are kept by every plan, since plans are cut to them.
    """

    budget: float | None = None
    trust: float | None = None

    def broken(self, figures: Mapping[str, Floats]) -> tuple[float, ...]:
        """By how much each limit is missed, relative to it; 0 or less where it is kept."""
        found = []
        if self.budget is not None:
            found.append(float(figures["spend"].mean()) / max(1.0, self.budget) - 1.0)
        if self.trust is not None:
            found.append(self.trust - float(np.nan_to_num(figures["trust_end"], nan=0.0).mean()))
        return tuple(found)


@dataclass(frozen=True)
class Trial:
    """A candidate that was tried.

    plan     its table;  places: of the knobs
    figures  name → value by pair, [pairs that it got]
    status   "done", "pruned" (clearly worse after a few pairs) or "failed"
    broken   see ``Limits``
    """

    number: int
    places: dict[str, float]
    plan: Table
    figures: dict[str, Floats]
    status: str
    broken: tuple[float, ...] = ()
    message: str = ""

    @property
    def keeps(self) -> bool:
        """True when it keeps all limits."""
        return all(miss <= 0.0 for miss in self.broken)

    def mean(self, figure: str) -> float:
        """Mean of a figure over its pairs."""
        return float(np.nan_to_num(self.figures[figure], nan=0.0).mean())


@dataclass(frozen=True)
class Judged:
    """A plan or a logic on fresh pairs.

    name     "best", "best-1" … or the logic's name
    trial    number of the trial; None for a logic of the file
    figures  name → interval of its mean
    lead     aim → paired difference to the best of the file's logics in that aim; None for these themselves
    hoped    aim → its mean on the pairs of the search, which is too high for a plan that was chosen by it
    """

    name: str
    trial: int | None
    figures: dict[str, Interval]
    lead: dict[str, Interval] | None
    hoped: dict[str, float]


@dataclass(frozen=True)
class Optimum:
    """What an optimisation found.

    knobs    what was turned;  frame: what the plan took over from the logic ``like``
    trials   all candidates, in their order
    chosen   numbers of the best trial, or of those on the front
    judged   the chosen plans and the file's logics on fresh pairs; empty where the user stopped before
    broken   whether the user stopped it
    """

    scenario: Scenario
    aim: Aim
    limits: Limits
    knobs: tuple[Knob, ...]
    like: str
    sampler: str
    seed: int
    fresh_seed: int
    pairs: int
    fresh_pairs: int
    trials: tuple[Trial, ...]
    chosen: tuple[int, ...]
    judged: tuple[Judged, ...]
    broken: bool

    @property
    def aims(self) -> tuple[str, ...]:
        """Figures that are to be large."""
        return AIMS[self.aim]


@dataclass(frozen=True)
class Progress:
    """How far an optimisation is; best: mean of the (first) aim of the best candidate so far."""

    done: int
    total: int
    best: float | None
    judging: bool = False


def optimise(
    scenario: Scenario,
    run: Runner,
    aim: Aim = "margin",
    limits: Limits = Limits(),
    trials: int = 80,
    pairs: int = 8,
    fresh_pairs: int = 20,
    seed: int = 0,
    sampler: Sampler | None = None,
    like: str | None = None,
    knobs: Sequence[Knob] | None = None,
    most_plans: int = 8,
    progress: Callable[[Progress], None] | None = None,
) -> Optimum:
    """Search for the best fixed plan of a scenario.

    aim         margin or fans at the horizon, or the front of both
    trials      candidates, the logics of the file as far as fixed plans can follow them among the first
    pairs       replications of a candidate that is not given up;  fresh_pairs: of a plan that was chosen
    sampler     "tpe" (default), "nsga2", "random"; at a hundred candidates tpe was nearest to a known front
    like        logic whose discount, bid, lives … the plan takes over where no knob turns them, default the first
    most_plans  plans of a front that are judged on fresh pairs, at most, evenly spread

    Interrupted (KeyboardInterrupt), it returns what is finished. Raises NotAnalysable where there is nothing to turn or
    no candidate keeps the limits, MissingExtra, and KeyError for an unknown logic.
    """
    like = like or next(name for name, one in scenario.logics.items() if not is_upper_bound(one))
    turned = tuple(knobs_of(scenario) if knobs is None else knobs)
    if not turned:
        raise NotAnalysable("there is nothing to turn: none of these elements means anything in this scenario")
    named = sampler or "tpe"
    search = _Search(scenario, run, AIMS[aim], limits, trials, pairs, seed, turned, frame_of(scenario.logics[like]))
    broken = False
    judged: tuple[Judged, ...] = ()
    try:
        search.go(named, progress)
    except KeyboardInterrupt:
        broken = True
    chosen = search.chosen(most_plans)
    fresh_seed = (seed + 1) % 2**64
    if not broken:
        if progress:
            progress(Progress(trials, trials, None, judging=True))
        try:
            judged = search.judge(chosen, fresh_seed, fresh_pairs)
        except KeyboardInterrupt:
            broken = True
    return Optimum(
        scenario, aim, limits, turned, like, named, seed, fresh_seed, pairs, fresh_pairs, tuple(search.trials), chosen,
        judged, broken,
    )  # fmt: skip


@dataclass
class _Search:
    scenario: Scenario
    run: Runner
    aims: tuple[str, ...]
    limits: Limits
    most: int
    pairs: int
    seed: int
    knobs: tuple[Knob, ...]
    frame: Table
    trials: list[Trial] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------ searching

    def go(self, sampler: str, progress: Callable[[Progress], None] | None) -> None:
        """Ask, run and tell until there are enough candidates."""
        optuna = _optuna()
        study = optuna.create_study(directions=["maximize"] * len(self.aims), sampler=self._sampler(optuna, sampler))
        for logic in self.scenario.logics.values():
            if not is_upper_bound(logic):
                study.enqueue_trial(places_of(logic, self.scenario, self.knobs), skip_if_exists=True)
        space = {knob.key: optuna.distributions.FloatDistribution(0.0, 1.0) for knob in self.knobs}
        while len(self.trials) < self.most:
            asked = [study.ask(space) for _ in range(min(BATCH, self.most - len(self.trials)))]
            found = self._try([dict(one.params) for one in asked])
            for one, trial in zip(asked, found, strict=True):
                self._tell(study, optuna, one, trial)
            self.trials += found
            if progress:
                best = self._best()
                progress(Progress(len(self.trials), self.most, best.mean(self.aims[0]) if best else None))

    def _sampler(self, optuna: Any, name: str) -> Any:
        """Named with what it depends on, since defaults change between versions."""
        seed = self.seed % 2**32
        if name == "tpe":
            return optuna.samplers.TPESampler(
                n_startup_trials=max(10, 2 * len(self.knobs)), multivariate=True, constant_liar=True, seed=seed
            )  # fmt: skip
        if name == "nsga2":
            size = max(8, min(24, self.most // 6))
            return optuna.samplers.NSGAIISampler(population_size=size, seed=seed)
        return optuna.samplers.RandomSampler(seed=seed)

    def _tell(self, study: Any, optuna: Any, asked: Any, trial: Trial) -> None:
        if trial.status == "failed":
            study.tell(asked, state=optuna.trial.TrialState.FAIL)
            return
        for number, miss in enumerate(trial.broken):
            asked.set_constraint(str(number), miss)
        study.tell(asked, [trial.mean(aim) for aim in self.aims])

    def _try(self, places: list[dict[str, float]]) -> list[Trial]:
        """Run some candidates: the first pairs of all, and the rest of those that are not clearly worse."""
        number = len(self.trials)
        plans = [plan_at(self.frame, self.knobs, place) for place in places]
        look = min(LOOK, self.pairs)
        first = self._runs(plans, range(look))
        found = [self._trial(number + n, places[n], plans[n], first[n]) for n in range(len(plans))]
        going = [
            n for n, trial in enumerate(found)
            if trial.status == "done" and not self._is_hopeless(trial)
        ]  # fmt: skip
        rest = (
            self._runs([plans[n] for n in going], range(look, self.pairs)) if look < self.pairs else [[]] * len(going)
        )
        for n, more in zip(going, rest, strict=True):
            found[n] = self._trial(number + n, places[n], plans[n], [*first[n], *more])
        if look == self.pairs:
            return found
        return [
            trial if n in going or trial.status == "failed" else dataclasses.replace(trial, status="pruned")
            for n, trial in enumerate(found)
        ]

    def _runs(self, plans: Sequence[Table], replications: Sequence[int]) -> list[list[Outcome]]:
        wanted = [Wanted(self._with(plan), CANDIDATE, self.seed, r) for plan in plans for r in replications]
        outcomes = iter(self.run(wanted))
        return [[next(outcomes) for _ in replications] for _ in plans]

    def _with(self, plan: Table) -> Scenario:
        """The scenario with one logic, the plan; what it says of a logic is checked."""
        return self.scenario.model_copy(update={"logics": {CANDIDATE: Fixed.model_validate(plan)}})

    def _trial(self, number: int, places: dict[str, float], plan: Table, outcomes: Sequence[Outcome]) -> Trial:
        failed = next((one for one in outcomes if one.status != "done"), None)
        if failed:
            return Trial(number, places, plan, {}, "failed", message=failed.message)
        figures = {name: np.array([one.figures[name] for one in outcomes], np.float64) for name in FIGURES}
        return Trial(number, places, plan, figures, "done", self.limits.broken(figures))

    def _is_hopeless(self, trial: Trial) -> bool:
        """Clearly worse than a finished candidate in every aim, by paired differences on the pairs that it has.

        A candidate that misses a limit is not compared: the search learns from how far it is off.
        """
        if not trial.keeps:
            return False
        for rival in self.trials:
            if rival.status != "done" or not rival.keeps:
                continue
            pairs = len(trial.figures["margin"])
            behind = [mean_interval(trial.figures[aim] - rival.figures[aim][:pairs]).high < 0.0 for aim in self.aims]
            if all(behind):
                return True
        return False

    # ------------------------------------------------------------------------------------------------- choosing

    def finished(self) -> list[Trial]:
        """Candidates that got all pairs and keep the limits."""
        return [trial for trial in self.trials if trial.status == "done" and trial.keeps]

    def _best(self) -> Trial | None:
        return max(self.finished(), key=lambda trial: trial.mean(self.aims[0]), default=None)

    def front(self) -> tuple[list[Trial], Front]:
        """The finished candidates, and which of them are on the front."""
        of = self.finished()
        aims = np.array([[[t.figures[aim][r] for aim in self.aims] for r in range(self.pairs)] for t in of], np.float64)
        return of, front(aims)

    def chosen(self, most: int) -> tuple[int, ...]:
        """The best candidate, or those of the front, evenly spread from the largest first aim to the largest second."""
        if not self.finished():
            if len(self.trials) < self.most:  # interrupted
                return ()
            raise NotAnalysable(self._why_none())
        if len(self.aims) == 1:
            best = self._best()
            assert best is not None
            return (best.number,)
        of, found = self.front()
        on = sorted((of[n] for n in np.flatnonzero(found.best)), key=lambda trial: -trial.mean(self.aims[0]))
        different = list({tuple(trial.mean(aim) for aim in self.aims): trial for trial in on}.values())
        at = np.unique(np.linspace(0, len(different) - 1, min(most, len(different))).round().astype(int))
        return tuple(different[n].number for n in at)

    def _why_none(self) -> str:
        """Why no candidate is left, with what came nearest to each limit."""
        tried = [trial for trial in self.trials if trial.status != "failed"]
        if not tried:
            return f"all {len(self.trials)} candidates failed, the first with: {self.trials[0].message}"
        nearest = []
        if self.limits.budget is not None:
            least = min(trial.mean("spend") for trial in tried) / 100.0
            nearest.append(f"the cheapest spends {self.scenario.currency}{least:,.2f} (--budget)")
        if self.limits.trust is not None:
            most = max(trial.mean("trust_end") for trial in tried)
            nearest.append(f"the most trusted ends at {most:.2f} (--least-trust)")
        said = " and ".join(nearest)
        return f"none of {len(tried)} candidates keeps the limits: {said}. Relax a limit, or take more --trials"

    # -------------------------------------------------------------------------------------------------- judging

    def judge(self, chosen: Sequence[int], seed: int, pairs: int) -> tuple[Judged, ...]:
        """The chosen plans and the logics of the file on fresh pairs, the logics also on the pairs of the search."""
        names = [f"best-{n + 1}" for n in range(len(chosen))] if len(chosen) > 1 else ["best"]
        hand = [name for name, logic in self.scenario.logics.items() if not is_upper_bound(logic)]
        plans = [self._with(self.trials[number].plan) for number in chosen]
        wanted = [Wanted(plan, CANDIDATE, seed, r) for plan in plans for r in range(pairs)]
        wanted += [Wanted(self.scenario, name, seed, r) for name in hand for r in range(pairs)]
        wanted += [Wanted(self.scenario, name, self.seed, r) for name in hand for r in range(self.pairs)]
        outcomes = iter(self.run(wanted))
        fresh = {name: _figures([next(outcomes) for _ in range(pairs)]) for name in (*names, *hand)}
        before = {name: _figures([next(outcomes) for _ in range(self.pairs)]) for name in hand}
        best = {aim: max(hand, key=lambda name: fresh[name][aim].mean()) for aim in self.aims}
        found = []
        for n, name in enumerate((*names, *hand)):
            ours = fresh[name]
            searched = self.trials[chosen[n]].figures if n < len(names) else before[name]
            leads = {aim: mean_interval(ours[aim] - fresh[best[aim]][aim]) for aim in self.aims}
            found.append(
                Judged(
                    name,
                    chosen[n] if n < len(names) else None,
                    {key: mean_interval(np.nan_to_num(values, nan=0.0)) for key, values in ours.items()},
                    leads if n < len(names) else None,
                    {aim: float(searched[aim].mean()) for aim in self.aims},
                )
            )
        return tuple(found)


def _figures(outcomes: Sequence[Outcome]) -> dict[str, Floats]:
    """Figures by pair, NaN where a run failed or has none."""
    nothing = math.nan
    return {
        name: np.array([nothing if (value := one.figures.get(name)) is None else value for one in outcomes], np.float64)
        for name in FIGURES
    }


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingExtra("optuna", "study") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
