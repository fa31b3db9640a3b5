"""A hub over TCP: shards on any machines say their part to it, it adds up or passes on, and answers everybody.

Whatever starts the shards (a cluster engine, a batch system, a shell) needs to hand them three things: the address, the
key and their number. Both sides prove that they know the key (HMAC); what they say afterwards is not encrypted, and is
integers and columns, never code. A connection that breaks ends the run of all at once, and so does silence.
"""

import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge, wait
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sim.engines.communicators import PATIENCE, Columns, Integers, ShardLost, packed, unpacked

SUM, GATHER, DAY, END, LOST = b"s", b"g", b"d", b"e", b"!"
GREETING = 10.0  # seconds for the exchange of proofs
SILENT_MACHINE = (5, 2, 5)  # seconds of silence, seconds between probes, probes until a machine counts as dead


def _connection(line: socket.socket, patience: float) -> Connection:
    """A connection whose every wait has an end, and that notices when the other machine is gone."""
    line.setblocking(True)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in zip(("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"), SILENT_MACHINE, strict=True):
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    _limit(line, patience)
    return Connection(line.detach())


def _limit(line: socket.socket, seconds: float) -> None:
    """A limit on reading and on writing a message once it has begun."""
    if os.name == "nt":
        limit = struct.pack("L", int(1e3 * seconds))
    else:
        limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1e6))
    for side in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        line.setsockopt(socket.SOL_SOCKET, side, limit)


def _with_limit(connection: Connection, seconds: float) -> None:
    """Change the limit of a connection."""
    line = socket.socket(fileno=connection.fileno())
    _limit(line, seconds)
    line.detach()


class Hub:
    """Where the shards of one run meet.

    size      shards of the run
    host      address of this machine that all of them can reach;  port: 0 for any that is free
    progress  called with the number of each finished day
    patience  seconds for which a shard may be silent

    ``address`` and ``authkey`` are for the shards. ``lost`` is None, or says why the run has ended before its time.
    """

    def __init__(
        self,
        size: int,
        host: str = "127.0.0.1",
        port: int = 0,
        progress: Callable[[int], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.size, self.progress, self.patience = size, progress, patience
        self.authkey = secrets.token_bytes(32)
        self.lost: str | None = None
        self._closing = False
        self._lines: dict[int, Connection] = {}
        self._said: dict[int, bytes] = {}  # in this round
        self._server = socket.create_server((host, port), backlog=size)
        self._server.settimeout(0.5)
        self.address: tuple[str, int] = self._server.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve, name="hub", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the hub; shards that are still at work hear that the run has ended."""
        self._closing = True
        self._thread.join(2 * GREETING)

    def _serve(self) -> None:
        try:
            self._meet()
            while self._round():
                pass
        except ShardLost as error:
            self.lost = str(error)
        finally:
            for line in self._lines.values():
                if self.lost:
                    with suppress(OSError):
                        _with_limit(line, 1.0)
                        line.send_bytes(LOST + self.lost.encode())
                line.close()
            self._server.close()

    def _meet(self) -> None:
        """Wait until all shards have come."""
        began = time.monotonic()
        while len(self._lines) < self.size:
            missing = sorted(set(range(self.size)) - set(self._lines))
            if self._closing:
                raise ShardLost("the run was ended.")
            if time.monotonic() - began > self.patience:
                raise ShardLost(f"shards {missing} of {self.size} did not come within {self.patience:.0f} seconds.")
            self._look(0.0)
            try:
                line, _ = self._server.accept()
            except TimeoutError:
                continue
            self._greet(_connection(line, GREETING))

    def _greet(self, line: Connection) -> None:
        """Let a shard in that knows the key; whoever does not is sent away."""
        from multiprocessing import AuthenticationError

        try:
            deliver_challenge(line, self.authkey)
            answer_challenge(line, self.authkey)
            (index,) = struct.unpack("q", line.recv_bytes(8))
        except (OSError, EOFError, AuthenticationError, struct.error):
            line.close()
            return
        if index in self._lines or not 0 <= index < self.size:  # an engine that starts a lost task again
            line.close()
            return
        _with_limit(line, self.patience)
        self._lines[index] = line

    def _round(self) -> bool:
        """Hear every shard, answer every shard; False once all have ended."""
        last = time.monotonic()
        while len(self._said) < self.size:
            if self._closing and not self._look(0.0):  # what has been said already is heard
                raise ShardLost("the run was ended.")
            if self._look(0.5):
                last = time.monotonic()
            elif time.monotonic() - last > self.patience:
                silent = sorted(set(range(self.size)) - set(self._said))
                raise ShardLost(f"shards {silent} of {self.size} were silent for {self.patience:.0f} seconds.")
        said, self._said = self._said, {}
        words = {text[:1] for text in said.values()}
        if len(words) != 1:
            raise ShardLost("the shards are not at the same place of the run.")
        (word,) = words
        if word == END:
            return False
        texts = [said[index][1:] for index in range(self.size)]
        if word == SUM:
            answer = np.sum([np.frombuffer(text, np.int64) for text in texts], axis=0, dtype=np.int64).tobytes()
        else:
            answer = struct.pack(f"{self.size}q", *map(len, texts)) + b"".join(texts)
        for index, line in self._lines.items():
            try:
                line.send_bytes(word + answer)
            except OSError:
                raise self._gone(index) from None
        return True

    def _look(self, seconds: float) -> bool:
        """Hear what shards say within some seconds; True when one has said its part of the round.

        A shard that has said its part waits for the answer: from it there can only come that it has died.
        """
        by_line: dict[Any, int] = {line: k for k, line in self._lines.items() if self._said.get(k) != END}
        before = len(self._said)
        for line in wait(list(by_line), seconds):
            index = by_line[line]
            try:
                text = self._lines[index].recv_bytes()
            except (OSError, EOFError):
                raise self._gone(index) from None
            if text[:1] == DAY:
                if self.progress:
                    self.progress(struct.unpack("q", text[1:])[0])
            elif index in self._said:
                raise ShardLost(f"shard {index} of {self.size} spoke out of turn.")
            else:
                self._said[index] = text
        return len(self._said) > before

    def _gone(self, index: int) -> ShardLost:
        return ShardLost(f"shard {index} of {self.size} is gone: its connection broke before the end of the run.")


class HubCommunicator:
    """A shard that speaks through a hub.

    address, authkey  of the hub;  index: number of this shard;  size: shards of the run

    Raises ShardLost when the hub does not answer, or tells that another shard is gone.
    """

    def __init__(
        self, address: tuple[str, int], authkey: bytes, index: int, size: int, patience: float = PATIENCE
    ) -> None:
        from multiprocessing import AuthenticationError

        self.index, self.size, self.patience = index, size, patience
        try:
            self._line = _connection(socket.create_connection(address, GREETING), patience)
            answer_challenge(self._line, authkey)
            deliver_challenge(self._line, authkey)
            self._line.send_bytes(struct.pack("q", index))
        except (OSError, EOFError, AuthenticationError) as error:
            raise ShardLost(
                f"shard {index} of {size} cannot reach the hub at {address[0]}:{address[1]}: {error}"
            ) from None

    def sum(self, values: Integers) -> Integers:
        """Sum over all shards."""
        return np.frombuffer(self._ask(SUM, values.tobytes()), np.int64).reshape(values.shape)

    def gather(self, columns: Sequence[npt.NDArray[Any]]) -> list[Columns]:
        """Columns of every shard."""
        answer = self._ask(GATHER, packed(columns))
        start, found = 8 * self.size, []
        for length in struct.unpack(f"{self.size}q", answer[:start]):
            found.append(unpacked(answer[start : start + length], columns))
            start += length
        return found

    def day(self, day: int) -> None:
        """Tell that a day is finished."""
        self._say(DAY + struct.pack("q", day))

    def end(self) -> None:
        """The run is over for this shard."""
        self._say(END)
        self._line.close()

    def close(self) -> None:
        """Hang up, at the end or before; the others then hear that this shard is gone."""
        self._line.close()

    def _say(self, text: bytes) -> None:
        try:
            self._line.send_bytes(text)
        except OSError:
            raise ShardLost(self._why()) from None

    def _why(self) -> str:
        """The hub's last word, if it left one."""
        with suppress(OSError, EOFError):
            while self._line.poll(0):
                text = self._line.recv_bytes()
                if text[:1] == LOST:
                    return text[1:].decode()
        return "the hub has closed."

    def _ask(self, word: bytes, text: bytes) -> bytes:
        self._say(word + text)
        try:
            if not self._line.poll(2 * self.patience):  # the hub itself waits for the others, and tells
                raise ShardLost(f"the hub was silent for {2 * self.patience:.0f} seconds.")
            answer = self._line.recv_bytes()
        except (OSError, EOFError):
            raise ShardLost("the hub has closed.") from None
        if answer[:1] == LOST:
            raise ShardLost(answer[1:].decode())
        return answer[1:]
