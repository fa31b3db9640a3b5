"""How the shards of one run speak with each other: everybody says something, everybody hears it all.

Two words are enough: a sum of integers, and an exchange of columns. Whoever waits for others waits with a limit, so
that a shard that dies ends the run and never hangs it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Columns = list[npt.NDArray[Any]]

PATIENCE = 600.0  # seconds for which a shard may be silent: longer than any day, and than compiling the rules
ROOM = 1 << 18  # bytes that a shard can say in one go through shared memory; the records of a day need some thousand


class ShardLost(RuntimeError):
    """A shard of the run has died, is silent, or computes something else than the others."""


class Communicator(Protocol):
    """A shard's place among all: every shard calls the same methods in the same order.

    index  0 … size − 1, number of this shard;  size: shards of the run
    """

    @property
    def index(self) -> int:
        """Number of this shard."""
        ...

    @property
    def size(self) -> int:
        """Number of shards."""
        ...

    def sum(self, values: Integers) -> Integers:
        """Sum over all shards of integers in the same places (all-reduce)."""
        ...

    def gather(self, columns: Sequence[npt.NDArray[Any]]) -> list[Columns]:
        """Columns [n] of every shard, in the order of the shards (all-gather); n differs, the types do not."""
        ...


def packed(columns: Sequence[npt.NDArray[Any]]) -> bytes:
    """Columns of one length, one after the other. Types and names are known to whoever unpacks them."""
    return b"".join(np.ascontiguousarray(column).tobytes() for column in columns)


def unpacked(text: bytes, like: Sequence[npt.NDArray[Any]]) -> Columns:
    """Columns of the types of ``like`` out of what ``packed`` has written."""
    rows = len(text) // sum(column.itemsize for column in like)
    found, start = [], 0
    for column in like:
        found.append(np.frombuffer(text, column.dtype, rows, start))
        start += rows * column.itemsize
    return found


@dataclass(frozen=True)
class SharedMemory:
    """What the processes of one machine share: two buffers and two counters of arrivals per shard.

    buffers   bytes of [2 · shards · (8 + ROOM)]: length of what a shard says, and a piece of it
    arrivals  [2][shards] semaphores: how many others have spoken since the shard last heard them

    Rounds use the two halves in turn. Nobody speaks in round n + 2 before all have heard round n, since between them
    lies what each says in round n + 1; so two halves suffice, and no lock can be held by a process that dies.
    """

    size: int
    buffers: Any
    arrivals: list[list[Any]]

    @classmethod
    def of(cls, size: int, context: SpawnContext) -> "SharedMemory":
        """Memory and counters for so many shards; they vanish with the last process that has them."""
        return cls(
            size,
            context.RawArray("B", 2 * size * (8 + ROOM)),
            [[context.Semaphore(0) for _ in range(size)] for _ in range(2)],
        )


class MemoryCommunicator:
    """A shard among processes of one machine, through shared memory."""

    def __init__(self, shared: SharedMemory, index: int, patience: float = PATIENCE) -> None:
        self.shared, self.index, self.size, self.patience = shared, index, shared.size, patience
        self.half = 0
        self.bytes = np.frombuffer(shared.buffers, np.uint8).reshape(2, self.size, 8 + ROOM)

    def sum(self, values: Integers) -> Integers:
        """Sum over all shards."""
        said = self._exchange(values.tobytes())
        return np.sum([np.frombuffer(text, np.int64) for text in said], axis=0, dtype=np.int64).reshape(values.shape)

    def gather(self, columns: Sequence[npt.NDArray[Any]]) -> list[Columns]:
        """Columns of every shard."""
        return [unpacked(text, columns) for text in self._exchange(packed(columns))]

    def _exchange(self, text: bytes) -> list[bytes]:
        """What every shard says, in pieces of ``ROOM`` bytes; as many rounds as the longest text has pieces."""
        found, lengths = self._round(len(text), text[:ROOM])
        for piece in range(1, math.ceil(max(lengths) / ROOM)):
            more, _ = self._round(len(text), text[piece * ROOM : (piece + 1) * ROOM])
            found = [before + after for before, after in zip(found, more, strict=True)]
        return [said[:length] for said, length in zip(found, lengths, strict=True)]

    def _round(self, length: int, piece: bytes) -> tuple[list[bytes], list[int]]:
        buffers, arrivals = self.bytes[self.half], self.shared.arrivals[self.half]
        buffers[self.index, :8].view(np.int64)[0] = length
        buffers[self.index, 8 : 8 + len(piece)] = np.frombuffer(piece, np.uint8)
        for other in range(self.size):
            if other != self.index:
                arrivals[other].release()
        for _ in range(self.size - 1):
            if not arrivals[self.index].acquire(timeout=self.patience):
                raise ShardLost(f"a shard has not been heard of for {self.patience:.0f} seconds.")
        self.half = 1 - self.half
        lengths = [int(n) for n in buffers[:, :8].copy().view(np.int64)[:, 0]]
        return [buffers[k, 8 : 8 + min(n, ROOM)].tobytes() for k, n in enumerate(lengths)], lengths
