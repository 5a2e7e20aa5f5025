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

from tools.demo.screen import last_lines, red, say, step

UNUSED = ("rest_framework", "drf_spectacular_sidecar/redoc")


def main() -> int:
    log_path = Path(os.environ["LEDIG_HOME"]) / "logs" / "prepare.log"
    with log_path.open("w", buffering=1) as log, redirect_stderr(log):
        try:
            prepare(log)
        except Exception:  # noqa: BLE001  whatever it is, it belongs in the log
            traceback.print_exc()
        else:
            return 0
    say(red(f"  Klargjøringen stoppet. Slutten av {log_path}:"))
    say(last_lines(log_path, 12))
    return 1


def prepare(log: TextIO) -> None:
    with step("Oversetter tekstene"), redirect_stdout(log):
        from tools import messages

        messages.main(["compile"])

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    with step("Oppdaterer databasen"), redirect_stdout(log):
        call_command("migrate", interactive=False)
    with step("Samler stilark og skript"), redirect_stdout(log):
        collect_static()
    with step("Fyller bydelen med steder, rom og bookinger"), redirect_stdout(log):
        call_command("seed_demo")


def collect_static() -> None:
    """As in production, but for what no page of ours uses and what only a debugger reads:
    compressing those took a minute of the first start."""
    from django.core.management import call_command
    from django.test.utils import override_settings
    from whitenoise.compress import Compressor

    with override_settings(
        WHITENOISE_KEEP_ONLY_HASHED_FILES=True,
        WHITENOISE_SKIP_COMPRESS_EXTENSIONS=(*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"),
    ):
        call_command("collectstatic", interactive=False, ignore_patterns=list(UNUSED))


if __name__ == "__main__":
    sys.exit(main())
