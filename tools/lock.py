"""`make lock`: pin the newest versions that pyproject.toml allows, with their hashes.

The lock files name packages and hashes, never where to fetch them. Versions already pinned
stay unless `--upgrade` (or `--upgrade-package NAME`) is given.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT, TESTS = "requirements.lock", "tests/requirements.lock"
CLIENTS = "tests/clients/requirements.lock"  # programs that the tests run, by themselves


def main(arguments: list[str]) -> int:
    for extra in (
        ["pyproject.toml", "-o", PRODUCT],
        ["pyproject.toml", "--group", "dev", "-c", PRODUCT, "-o", TESTS],
        ["tests/clients/requirements.in", "-o", CLIENTS],
    ):
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-header"),
            *("--python-version", "3.11", "--universal"),
        ]
        code = subprocess.run([*command, *extra, *arguments], check=False, cwd=ROOT).returncode
        if code:
            print("The lock files could not be made; uv says why above.", file=sys.stderr)
            return code
        print(f"{extra[-1]} is made.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
