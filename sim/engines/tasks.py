"""Small tasks as the platform handles them: recorded, judged after a week, paid with traffic (evidence E-29)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.logics.tasks import TASKS
from sim.plans import Advice, SeenDay

WEEK = 7


@dataclass(frozen=True, slots=True)
class Task:
    """A task that an operator took on.

    done  None while its week is not over
    """

    advice: Advice
    done: bool | None = None


class TaskDesk:
    """Tasks of a run, and the traffic that they earn.

    reward  extra exposures during the week after a completed task, as a share of the ordinary ones
    """

    CARRIED = ("tasks", "rewarded_until")

    def __init__(self, reward: float) -> None:
        self.reward = reward
        self.tasks: list[Task] = []
        self.rewarded_until = 0  # first day without reward

    def day(self, day: int, advice: Advice | None, history: Sequence[SeenDay]) -> float:
        """Extra exposures of a day.

        advice   the task of the plan in force
        history  finished days, at least two weeks of them while there are tasks
        """
        if self.tasks and self.tasks[-1].done is None and day == self.tasks[-1].advice.day + WEEK:
            task = self.tasks[-1].advice
            done = TASKS[task.task].done(task, history[-2 * WEEK : -WEEK], history[-WEEK:])
            self.tasks[-1] = replace(self.tasks[-1], done=done)
            if done:
                self.rewarded_until = day + WEEK
        if advice is not None and advice.day == day:
            self.tasks.append(Task(advice))
        return self.reward if day < self.rewarded_until else 0.0
