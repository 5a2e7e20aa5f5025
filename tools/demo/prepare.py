"""Make the demo's data ready, in one process: texts, tables, files, the district itself.

Each step does nothing when there is nothing to do, so all of it may be run at any time.
What a step prints goes to `logs/prepare.log`; the screen shows one line for each.
"""

import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from tools.demo.screen import red, say, step
from tools.demo.state import STATIC

# No page of ours uses these, and compressing them takes half of the first start.
UNUSED = ["rest_framework", "drf_spectacular_sidecar/redoc"]


def main() -> int:
    home = Path(os.environ["LEDIG_HOME"])
    log_path = home / "logs" / "prepare.log"
    with log_path.open("w", buffering=1) as log, redirect_stderr(log):
        try:
            prepare(home, log)
        except Exception as error:  # noqa: BLE001  whatever it is, it belongs in the log
            traceback.print_exc()
            say(f"\n  {red(str(error).strip() or type(error).__name__)}\n  Mer i {log_path}.")
            return 1
    return 0


def prepare(home: Path, log: TextIO) -> None:
    with step("Oversetter tekstene"), redirect_stdout(log):
        from tools import messages

        messages.main(["compile"])

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    from accounts.transactions import take_all_day

    take_all_day()
    with step("Oppdaterer databasen"), redirect_stdout(log):
        call_command("migrate", interactive=False)
    if not STATIC.is_done(home):
        with step("Samler stilark og skript"), redirect_stdout(log):
            call_command("collectstatic", interactive=False, ignore_patterns=UNUSED)
            STATIC.note_done(home)
    with step("Fyller bydelen med steder, rom og bookinger"), redirect_stdout(log):
        call_command("seed_demo")
    with step("Lar eierne selge og få betalt i ti uker"), redirect_stdout(log):
        from tools.demo import history

        history.live(home)


if __name__ == "__main__":
    sys.exit(main())
