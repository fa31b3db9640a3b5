"""Resolving: from what a file says to the full tree of a scenario: presets, overrides, kinds of logics."""

import copy
from pathlib import Path as File

from sim.domains import ChannelKind, word
from sim.logics import LOGICS
from sim.logics.own import OwnLogicError, is_own, located, own_logic
from sim.scenario.document import Document
from sim.scenario.gather import expand_tables, whole
from sim.scenario.mistakes import did_you_mean, shown
from sim.scenario.positions import Path
from sim.scenario.rivals import OWN
from sim.scenario.shelves import expand

PARTS = ("feed", "ads", "shop", "search")  # tables of the file that belong to a platform
FILE_KEYS = ("extends", "channels", *PARTS)  # keys of files that a resolved scenario does not have
CHANNEL_KINDS = tuple(word(kind) for kind in ChannelKind if kind != ChannelKind.PULL)  # to which one can push
_STARTS = {"extends", "kind"}  # keys by which a table of [channels] is a new channel


def resolve(document: Document) -> None:
    """Bring a document into the shape of the schema, in place; mistakes are added to it."""
    _drop_removed(document)
    expand_tables(document)
    _platforms(document)
    _channels(document)
    for part in PARTS:
        _part(document, part)
    if "industry" in document.tree:
        expand(document, ("industry",), "industries")
    _rivals(document)
    _logics(document)


def _drop_removed(document: Document) -> None:
    """``logics.depletion = false`` removes a table that another file brought in."""
    for table in ("logics", "segments", "sources", "rivals"):
        entries = document.tree.get(table)
        if isinstance(entries, dict):
            for name in [name for name, entry in entries.items() if entry is False]:
                document.take((table, name))


def _platforms(document: Document) -> None:
    given = document.tree.get("platforms")
    if isinstance(given, list):
        for number in range(len(given)):
            at: Path = ("platforms", number)
            expand(document, at, "platforms")
            platform = document.at(at)
            channels = platform.get("channels") if isinstance(platform, dict) else None
            for place in range(len(channels) if isinstance(channels, list) else 0):
                expand(document, (*at, "channels", place), "channels")


def _channels(document: Document) -> None:
    """``[channels.wechat-group] open = 0.2`` changes a channel of whichever platform has it.

    A table of another name that starts from a preset or gives its kind is a new channel.
    """
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
    for name, table in list(overrides.items()):
        at = ("channels", name)
        if name not in places and (isinstance(table, str) or (isinstance(table, dict) and table.keys() & _STARTS)):
            _add_channel(document, at)
        elif name not in places:
            remedy = did_you_mean(name, places, "Channels")
            message = f"{document.key(at)} is not a channel of the platforms. {remedy}"
            document.mistakes.append(document.mistake(document.outermost(at, ("platforms",)), message))
        elif not isinstance(table, dict):
            message = f"{document.key(at)} = {shown(table)} is not a table"
            document.mistakes.append(document.mistake(at, message))
        else:
            _lay(document, at, places[name])
    document.take(("channels",))


def _add_channel(document: Document, at: Path) -> None:
    """Append a channel of the file to the platform that it names, or to the only one."""
    given, platforms = document.at(at), document.tree.get("platforms")
    names = {}
    for number, platform in enumerate(platforms if isinstance(platforms, list) else []):
        if isinstance(platform, dict) and isinstance(platform.get("channels"), list):
            names[str(platform.get("name"))] = number
    key = document.key((*at, "platform"))
    owner = next(iter(names), "") if len(names) == 1 else None
    where = at
    if isinstance(given, dict) and "platform" in given:
        where, owner = (*at, "platform"), given["platform"]
    if not isinstance(owner, str) or owner not in names:
        message = f"{key} = {shown(owner)} is not a platform of this scenario. " if owner is not None else ""
        message = message or f"{document.key(at)} is a new channel and needs a platform. "
        message += did_you_mean(str(owner or ""), names, "Platforms")
        document.mistakes.append(document.mistake(where, message))
        return
    if where != at:
        document.take(where)
    expand(document, at, "channels")
    channel, marks = document.take(at)
    if isinstance(channel, dict):
        channel["name"] = at[-1]
    channels: Path = ("platforms", names[owner], "channels")
    document.at(channels).append(None)
    document.put((*channels, len(document.at(channels)) - 1), channel, marks)


def _part(document: Document, part: str) -> None:
    """``[feed]``, ``[ads]``, ``[shop]`` and ``[search]`` change the one platform that has such a table."""
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


def _rivals(document: Document) -> None:
    """A rival is like the scenario's own brand but for what its table says; its logic may be one of the file's."""
    rivals = document.tree.get("rivals")
    for name, rival in list(rivals.items()) if isinstance(rivals, dict) else []:
        if not isinstance(rival, dict):
            continue
        at: Path = ("rivals", name)
        for part in OWN:
            own, given = document.tree.get(part), rival.get(part, {})
            if not isinstance(own, dict) or not isinstance(given, dict):
                continue
            over, marks = document.take((*at, part)) if part in rival else ({}, {})
            document.put((*at, part), copy.deepcopy(own), document.under((part,)))
            document.merge(over, marks, (*at, part), whole)
        logic, logics = rival.get("logic"), document.tree.get("logics")
        if isinstance(logic, str) and isinstance(logics, dict):
            if isinstance(logics.get(logic), dict):
                document.put((*at, "logic"), copy.deepcopy(logics[logic]), document.under(("logics", logic)))
                document.at((*at, "logic")).setdefault("kind", logic)
            else:
                message = f"{document.key((*at, 'logic'))} = {shown(logic)} is not a logic of this scenario. "
                message += did_you_mean(logic, logics, "Logics")
                document.mistakes.append(document.mistake((*at, "logic"), message))
                document.put((*at, "logic"), None, document.under((*at, "logic")))


def _logics(document: Document) -> None:
    """The kind of a logic defaults to the table's name; one of the user's own is loaded from its file."""
    logics, rivals = document.tree.get("logics"), document.tree.get("rivals")
    places: list[Path] = [("logics", name) for name in (logics if isinstance(logics, dict) else [])]
    places += [
        ("rivals", name, "logic")
        for name, rival in (rivals.items() if isinstance(rivals, dict) else [])
        if isinstance(rival, dict) and "logic" in rival
    ]
    for at in places:
        name, logic = at[1], document.at(at)
        if not isinstance(logic, dict):
            continue
        where: Path = (*at, "kind") if "kind" in logic else at
        kind = logic.setdefault("kind", name)
        if isinstance(kind, str) and kind in LOGICS:
            continue
        if isinstance(kind, str) and is_own(kind):
            message = _own(document, where)
        else:
            said = f"{document.key(where)} = {shown(kind)} is not a kind of logic."
            if where == at:
                said = f"{document.key(at)} needs a kind, since no logic is called {name}."
            message = f"{said} {did_you_mean(str(kind), LOGICS, 'Kinds')}"
        if message:
            document.mistakes.append(document.mistake(where, message))
            document.put(at, None, document.under(at))


def _own(document: Document, at: Path) -> str:
    """Load a logic of the user's own and put in its place the kind that means the same from everywhere.

    Returns what is wrong with it, empty if nothing.
    """
    mark, _ = document.mark(at)
    given = document.at(at)
    kind = located(given, mark.folder or File())
    try:
        own_logic(kind)
    except OwnLogicError as error:
        remedy = did_you_mean(kind.rpartition(":")[2], error.known, "Logics there") if error.known else ""
        return f"{document.key(at)} = {shown(given)}: {error} {remedy}"
    document.at(at if at[-1] != "kind" else at[:-1])["kind"] = kind
    return ""
