"""A job in a process of its own that is killed, as by a power cut, once it has gone so many steps.

On SQLite it dies before it begins a transaction, on PostgreSQL with all of one written and nothing committed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_BEFORE = """
import os, signal, sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
sys.path.insert(0, {tests!r})
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.store import ledger
from duanka.store.ledger import open_ledger

book, now = open_ledger({url!r}, keys=Path({keys!r})), datetime.fromisoformat({now!r})
policy, say = dated.load([]), Progress()
left = {steps}
begin = ledger.Ledger.desk

def die():
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

@contextmanager
def desk(self, *args, **more):
    global left
    left -= 1
    if self.dialect == "sqlite":
        die()
    with begin(self, *args, **more) as made:
        yield made
        made.flush()
        die()

ledger.Ledger.desk = desk
"""


def killed(work: str, *, url: str, keys: Path, now: str, steps: int) -> int:
    """How a process ended that did the work on a ledger: -9 if it was killed in its next transaction.

    Columns: `work` is Python that uses book, policy, now and say; `steps` how many transactions it may begin.
    """
    told = {"url": url, "keys": str(keys), "now": now, "steps": steps}
    before = _BEFORE.format(tests=str(Path(__file__).parent), **told)
    environ = os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", before + work],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, -9}, done.stderr
    return done.returncode
