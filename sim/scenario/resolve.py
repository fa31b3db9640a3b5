"""Resolving: from what a file says to the full tree of a scenario: presets, overrides, kinds of logics."""

from sim.domains import ChannelKind, word
from sim.scenario.document import Document
from sim.scenario.fields import LOGICS
from sim.scenario.gather import lay_over, preset, presets, whole
from sim.scenario.mistakes import did_you_mean, shown
from sim.scenario.positions import Path

PARTS = ("feed", "ads", "shop")  # tables of the file that belong to a platform
FILE_KEYS = ("extends", "channels", *PARTS)  # keys of files that a resolved scenario does not have
CHANNEL_KINDS = tuple(word(kind) for kind in ChannelKind)


def resolve(document: Document) -> None:
    """Bring a document into the shape of the schema, in place; mistakes are added to it."""
    _drop_removed(document)
    _platforms(document)
    _channels(document)
    for part in PARTS:
        _part(document, part)
    if "industry" in document.tree:
        _expand(document, ("industry",), "industries")
    _logics(document)


def _drop_removed(document: Document) -> None:
    """``logics.depletion = false`` removes a table that another file brought in."""
    for table in ("logics", "segments", "sources"):
        entries = document.tree.get(table)
        if isinstance(entries, dict):
            for name in [name for name, entry in entries.items() if entry is False]:
                document.take((table, name))


def _expand(document: Document, path: Path, kind: str) -> None:
    """Replace a preset's name, or a table that extends one, by the preset's values."""
    given = document.at(path)
    at = (*path, "extends") if isinstance(given, dict) else path
    name = given.get("extends") if isinstance(given, dict) else given
    if name is None:
        return
    if not isinstance(name, str) or name not in presets(kind):
        wrong = "is not the name of a preset" if isinstance(name, str) else "is not a text in quotes"
        remedy = did_you_mean(str(name), presets(kind), "Presets")
        message = f"{document.key(at)} = {shown(name)} {wrong}. {remedy}"
        document.mistakes.append(document.mistake(at, message))
        document.put(path, None, document.under(path))
        return
    base = preset(kind, name)
    document.mistakes += base.mistakes
    marks = document.under(path)
    if isinstance(given, dict):
        over = Document({key: value for key, value in given.items() if key != "extends"}, marks)
        base.marks[()] = marks[()]
        lay_over(base, over)
    document.put(path, base.tree, base.marks)
    document.marks[path] = marks[()]


def _platforms(document: Document) -> None:
    given = document.tree.get("platforms")
    if isinstance(given, list):
        for number in range(len(given)):
            _expand(document, ("platforms", number), "platforms")


def _channels(document: Document) -> None:
    """``[channels.wechat-group] open = 0.2`` changes a channel of whichever platform has it."""
    if "channels" not in document.tree:
        return
    places: dict[str, Path] = {}
    platforms = document.tree.get("platforms")
    for p, platform in enumerate(platforms if isinstance(platforms, list) else []):
        channels = platform.get("channels") if isinstance(platform, dict) else None
        for c, channel in enumerate(channels if isinstance(channels, list) else []):
            if isinstance(channel, dict) and isinstance(channel.get("name"), str):
                places[channel["name"]] = ("platforms", p, "channels", c)
    overrides = document.tree["channels"]
    if not isinstance(overrides, dict):
        message = f"channels = {shown(overrides)} is not a table. Write [channels.NAME]."
        document.mistakes.append(document.mistake(("channels",), message))
        overrides = {}
    for name, table in overrides.items():
        at = ("channels", name)
        if name not in places:
            remedy = did_you_mean(name, places, "Channels")
            message = f"{document.key(at)} is not a channel of the platforms. {remedy}"
            document.mistakes.append(document.mistake(document.outermost(at, ("platforms",)), message))
        elif not isinstance(table, dict):
            message = f"{document.key(at)} = {shown(table)} is not a table"
            document.mistakes.append(document.mistake(at, message))
        else:
            _lay(document, at, places[name])
    document.take(("channels",))


def _part(document: Document, part: str) -> None:
    """``[feed]``, ``[ads]`` and ``[shop]`` change the one platform that has such a table."""
    if part not in document.tree:
        return
    platforms = document.tree.get("platforms")
    table = document.tree[part]
    owners = [
        number
        for number, platform in enumerate(platforms if isinstance(platforms, list) else [])
        if isinstance(platform, dict) and isinstance(platform.get(part), dict)
    ]
    if not isinstance(table, dict):
        message = f"{part} = {shown(table)} is not a table"
    elif not owners:
        message = f"no platform of this scenario has [{part}]; its values would change nothing"
    elif len(owners) > 1:
        names = ", ".join(str(document.at(("platforms", number, "name"))) for number in owners)
        message = (
            f"[{part}] could belong to any of {names}. "
            f'Write it into the list: platforms = [{{ extends = "NAME", {part}.… = … }}]'
        )
    else:
        _lay(document, (part,), ("platforms", owners[0], part))
        message = ""
    if message:
        document.mistakes.append(document.mistake(document.outermost((part,), ("platforms",)), message))
    document.take((part,))


def _lay(document: Document, over: Path, base: Path) -> None:
    """Lay what is at one path over what is at another, without moving the other's own mark."""
    marks = document.under(over)
    own = document.marks.get(base)
    document.merge(document.at(over), marks, base, whole)
    if own is not None:
        document.marks[base] = own


def _logics(document: Document) -> None:
    """The kind of a logic defaults to the table's name."""
    logics = document.tree.get("logics")
    for name in list(logics) if isinstance(logics, dict) else []:
        at: Path = ("logics", name)
        where = at
        logic = document.at(at)
        if not isinstance(logic, dict):
            continue
        if "kind" not in logic:
            if name in LOGICS:
                logic["kind"] = name
                continue
            message = f"{document.key(at)} needs a kind, since no logic is called {name}. "
        elif isinstance(logic["kind"], str) and logic["kind"] in LOGICS:
            continue
        else:
            where = (*at, "kind")
            message = f"{document.key(where)} = {shown(logic['kind'])} is not a kind of logic. "
        message += did_you_mean(str(logic.get("kind", name)), LOGICS, "Kinds")
        document.mistakes.append(document.mistake(where, message))
        document.put(at, None, document.under(at))
