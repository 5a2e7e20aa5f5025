"""What the demo says to the person who started it, in Norwegian."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "ledig-demo"
ACCOUNTS = [
    ("student@demo.ledig.no", "student med studentpriser"),
    ("firma@demo.ledig.no", "leder i et firma som bestiller på konto"),
    ("eier@demo.ledig.no", "eier av en virksomhet med rom til leie"),
    ("vert@demo.ledig.no", "vert samme sted: dagens bookinger og innsjekk"),
    ("drift@demo.ledig.no", "driver bydelens portal"),
]
THINGS_TO_TRY = [
    "Finn et ledig rom, logg inn som student, book og betal med kort 4242 4242 4242 4242.",
    "Les bekreftelsen i postkassen: {url}/demo/mailbox/",
    "Logg inn som eier: se dagen og uken, steng et rom, svar på en forespørsel.",
]


class CannotStart(Exception):
    """Something the person at the keyboard must do first; the message says what."""


def say(text: str = "", *, end: str = "\n") -> None:
    """Print, and go on in silence when the terminal has gone away."""
    with contextlib.suppress(OSError, ValueError):
        print(text, end=end, flush=True)


def strong(text: str) -> str:
    return _coloured(text, "1")


def faint(text: str) -> str:
    return _coloured(text, "2")


def green(text: str) -> str:
    return _coloured(text, "32")


def red(text: str) -> str:
    return _coloured(text, "31")


def _coloured(text: str, code: str) -> str:
    with contextlib.suppress(OSError, ValueError):
        if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
            return f"\033[{code}m{text}\033[0m"
    return text


@contextlib.contextmanager
def step(doing: str) -> Iterator[None]:
    """One line of progress: what is being done, then how long it took."""
    say(f"  {doing} …", end="")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say(red(" nei."))
        raise
    seconds = f"{time.monotonic() - began:.1f} s".replace(".", ",")
    say(f" {green('ferdig')} {faint(seconds)}")


def welcome(url: str, logs: Path, seconds: float) -> None:
    width = max(len(email) for email, _ in ACCOUNTS)
    took = f"{seconds:.1f} s".replace(".", ",")
    say()
    say(f"  {strong('Ledig er åpent')} {faint(f'(klart på {took})')}")
    say()
    say(f"      {strong(green(url))}")
    say()
    say(f"  Logg inn som en av disse, alle med passordet {strong(PASSWORD)}:")
    say()
    for email, who in ACCOUNTS:
        say(f"      {email:<{width}}   {who}")
    say()
    say("  Prøv dette:")
    say()
    for number, thing in enumerate(THINGS_TO_TRY, 1):
        say(f"      {number}. {thing.format(url=url)}")
    say()
    say(faint(f"  Ctrl-C stopper alt. Loggene ligger i {logs}."))
    say()


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented, for a message about what wrote it; of a traceback only
    what it comes down to."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if line.strip() and not line.startswith((" ", "Traceback"))]
    return "\n".join(f"      {faint(line[:160])}" for line in telling[-count:])
