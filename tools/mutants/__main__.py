"""`make mutants`: small faults put into the code one at a time, each of which a test must catch.

A suite that passes says little until it is seen to fail. Each mutant is what somebody might
write by mistake: a lock forgotten, `<` for `<=`, a buffer left out. It is put into a copy of
the code, and the tests named beside it are run there; one of them has to fail. What survives
is printed, and the exit status is 1. `ARGS='buffer'` runs those whose name has the word.

That the code still reads as each mutant expects is itself a test: tests/tools/test_mutants.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.mutants.faults import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
FAILED = 1  # pytest's exit status when a test did


def main(words: list[str]) -> int:
    wanted = [one for one in MUTANTS if " ".join(words) in one.name]
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as there:
        copy = Path(there) / "code"
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".ledig", "__pycache__")
        shutil.copytree(ROOT, copy, ignore=left_out)
        (copy / ".venv").symlink_to(ROOT / ".venv")
        for mutant in wanted:
            began = time.monotonic()
            caught = is_caught(mutant, copy)
            mark = "caught" if caught else "SURVIVED"
            print(f"  {mutant.name:<52} {mark:<9} {time.monotonic() - began:5.1f} s", flush=True)
            survived += [] if caught else [mutant.name]
    print(f"\n{len(wanted) - len(survived)} of {len(wanted)} caught.")
    return 1 if survived else 0


def is_caught(mutant: Mutant, copy: Path) -> bool:
    """Whether a test fails once the fault is in; that none was run, or that pytest itself fell
    over, is no catch."""
    path = copy / mutant.path
    sound = path.read_text()
    path.write_text(sound.replace(mutant.code, mutant.fault))
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *mutant.tests.split()],
            cwd=copy,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        path.write_text(sound)
    if result.returncode not in (0, FAILED):
        print(result.stdout[-2000:], result.stderr[-2000:])
    return result.returncode == FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
