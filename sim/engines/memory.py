"""What a run remembers from one day to the next, part by part: the state that a checkpoint holds.

A part names its memory beside itself, in two class attributes:

    CARRIED  attributes that one day hands to the next; parts among them have memory of their own
    PASSING  attributes that every day makes anew before it reads them, and caches of pure functions

All others stay as the constructor made them. A part whose memory is not a list of attributes, such as the rows of an
engine, has the methods ``state`` and ``restore`` instead. A test compares every attribute of a restored run with those
of the run that was saved, so that a mechanism cannot be forgotten here.
"""

from typing import Any


def is_part(thing: Any) -> bool:
    """True for what says of itself what it remembers."""
    return hasattr(type(thing), "CARRIED") or hasattr(type(thing), "restore")


def state_of(part: Any) -> dict[str, Any]:
    """What a part remembers, by name; arrays are the part's own, not copies."""
    if not hasattr(type(part), "CARRIED"):
        found: dict[str, Any] = part.state()
        return found
    return {name: _state(getattr(part, name)) for name in part.CARRIED}


def restore(part: Any, state: dict[str, Any]) -> None:
    """Let a part that was just made remember a state.

    Raises ValueError when the state is not one of such a part.
    """
    if not hasattr(type(part), "CARRIED"):
        part.restore(state)
        return
    if state.keys() != set(part.CARRIED):
        raise ValueError(f"{type(part).__name__} remembers {', '.join(part.CARRIED)}, not {', '.join(state)}")
    for name in part.CARRIED:
        now = getattr(part, name)
        if is_part(now):
            restore(now, state[name])
        elif _are_parts(now):
            for one, its in zip(now, state[name], strict=True):
                restore(one, its)
        else:
            setattr(part, name, state[name])


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and is_part(value[0])


def _state(value: Any) -> Any:
    if is_part(value):
        return state_of(value)
    return [state_of(one) for one in value] if _are_parts(value) else value
