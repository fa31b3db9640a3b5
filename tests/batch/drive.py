"""A driver in a process of its own, to be killed: ``python -m batch.drive FOLDER STORE [full BYTES WHERE]``."""

import shutil
import subprocess
import sys
from pathlib import Path

from batch.studies import study
from sim.batch import supervisor
from sim.batch.folder import SWEEP
from sim.batch.sweep import DiskFull, resume, sweep

supervisor.LARGEST = 8  # tasks of a chunk: many shards in little time
RUNS = 12 * 8 * 2


def asked():
    return study(levels=12, paired=8, days=6, fans=300)


def go_on(folder, store):
    """Begin, or go on where a driver before was killed."""
    return resume(folder) if (folder / SWEEP).is_file() else sweep(asked(), folder, store, processes=2)


def on_a_small_disk(folder, store, size, whole):
    """In a name space of its own: a disk of so many bytes for the store (whole: for the folder, too), then a larger.

    Prints how many runs there were when it was full, then leaves everything on the ordinary disk.
    """
    disk = folder.parent / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "small", str(disk)], check=True)
    there = (disk / "out") if whole else folder
    try:
        sweep(asked(), there, disk / "store", processes=2)
        print("never full", flush=True)
    except DiskFull as full:
        if "sanyu resume" not in str(full):
            raise
        subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
        print("full after", len(list((disk / "store").glob("version=*/runs/*.parquet"))), flush=True)
        if not (there / SWEEP).is_file():
            sweep(asked(), there, disk / "store", processes=2)
        else:
            resume(there)
    shutil.copytree(disk / "store", store)
    if whole:
        shutil.copytree(there, folder)


if __name__ == "__main__":
    folder, store = Path(sys.argv[1]), Path(sys.argv[2])
    print("ready", flush=True)
    if len(sys.argv) > 3:
        on_a_small_disk(folder, store, int(sys.argv[3]), sys.argv[4] == "whole")
    else:
        outcome = go_on(folder, store)
        print(outcome.runs, len(outcome.failures), outcome.reused, flush=True)
