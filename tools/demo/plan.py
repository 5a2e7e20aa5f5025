"""What the demo will run, and with which settings: decided here, before anything starts."""

import errno
import itertools
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.demo.screen import CannotStart

ROOT = Path(__file__).resolve().parent.parent.parent
HIGHEST_PORT = 65535
OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
WEBHOOK_PATH = "/webhooks/stripe/"


@dataclass(frozen=True)
class Child:
    """A process the demo keeps alive."""

    name: str  # of its log
    title: str  # at the start of a Norwegian sentence
    command: list[str]
    is_needed_to_open: bool = True  # else it is started when the pages answer


@dataclass
class Plan:
    home: Path
    port: int
    url: str
    environment: dict[str, str] = field(repr=False)
    children: list[Child]
    database_is_embedded: bool

    @property
    def logs(self) -> Path:
        return self.home / "logs"


def home_from(environ: Mapping[str, str]) -> Path:
    home = Path(environ.get("LEDIG_HOME") or ROOT / ".ledig").expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        for folder in ("logs", "run", "celery"):
            (home / folder).mkdir(exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"Kan ikke lage mappen {home} ({error.strerror}).\n"
            "Velg en annen: LEDIG_HOME=~/ledig make demo"
        ) from error
    return home


def port_from(environ: Mapping[str, str]) -> int:
    said = environ.get("PORT") or "8000"
    if not said.isdecimal() or not 1 <= int(said) <= HIGHEST_PORT:
        raise CannotStart(f"PORT må være et tall fra 1 til {HIGHEST_PORT}, ikke «{said}».")
    return int(said)


def require_free(port: int) -> None:
    """Nobody else may be listening where the demo will."""
    reason = why_taken(port)
    if reason == errno.EACCES:
        raise CannotStart(f"Port {port} er forbeholdt systemet. Velg en annen: PORT=8001 make demo")
    if reason:
        other = port + 1 if port < HIGHEST_PORT else port - 1
        raise CannotStart(
            f"Port {port} er opptatt av et annet program. Stopp det, eller velg en annen port:\n"
            f"PORT={other} make demo"
        )


def why_taken(port: int) -> int:
    """0 for a free port, else the error that says why it is not."""
    with socket.socket() as caller:
        caller.settimeout(1)
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return errno.EADDRINUSE
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            return int(error.errno or errno.EADDRINUSE)
    return 0


def free_port_near(port: int) -> int:
    """The next free port, or the one before where the numbers end."""
    above, below = range(port + 1, min(port + 100, HIGHEST_PORT)), range(port - 1, 1023, -1)
    for candidate in itertools.chain(above, below):
        if not why_taken(candidate):
            return candidate
    raise CannotStart(f"Fant ingen ledig port i nærheten av {port}. Velg en annen PORT.")


def make_plan(environ: Mapping[str, str], home: Path, port: int) -> Plan:
    """What is set by hand wins, and the embedded part it replaces is left out."""
    url = environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in environ.items() if name not in OF_MAKE},
        "LEDIG_DEMO": "1",
        "LEDIG_HOME": str(home),
        "PORT": str(port),
        "PUBLIC_URL": url,
        "SECRET_KEY": environ.get("SECRET_KEY") or kept_secret(home, "secret_key"),
        "CELERY_BROKER_URL": environ.get("CELERY_BROKER_URL") or "filesystem://",
        "PYTHONUNBUFFERED": "1",
    }
    children = [web(port), worker(home)]
    if environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_live_", "rk_live_")):
        raise CannotStart(
            "STRIPE_SECRET_KEY gjelder ekte penger. Demoen tar bare testnøkler (sk_test_…)."
        )
    if not environ.get("STRIPE_SECRET_KEY") and not environ.get("STRIPE_API_BASE"):
        standin_port = free_port_near(port)
        webhook_secret = environ.get("STRIPE_WEBHOOK_SECRET") or (
            "whsec_" + kept_secret(home, "stripe_webhook_secret")
        )
        environment |= {
            "STRIPE_SECRET_KEY": "sk_test_standin",
            "STRIPE_API_BASE": f"http://127.0.0.1:{standin_port}",
            "STRIPE_WEBHOOK_SECRET": webhook_secret,
        }
        # Straight to the web server: PUBLIC_URL may be a tunnel's or a proxy's address.
        webhook_url = f"http://127.0.0.1:{port}{WEBHOOK_PATH}"
        children.append(standin(home, standin_port, webhook_url, webhook_secret))
    return Plan(
        home=home,
        port=port,
        url=url,
        environment=environment,
        children=children,
        database_is_embedded=not environ.get("DATABASE_URL"),
    )


def web(port: int) -> Child:
    return Child(
        "web",
        "Nettsidene",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
            *("--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning"),
            # A kept-alive connection stays with the worker it met: of two, one soon has them all.
            *("--workers", "4", "--blocking-threads", "2"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "2"),
        ],
    )


# Mails wait for people, not people for mails. Linux shares between sessions first, and each child
# has one of its own, in which `nice` alone would say nothing.
BEHIND = ("sh", "-c", 'echo 10 2>/dev/null >/proc/self/autogroup; exec nice -n 10 "$@"', "behind")


def worker(home: Path) -> Child:
    return Child(
        "worker",
        "Bakgrunnsarbeideren",
        [
            *BEHIND,
            *(sys.executable, "-m", "celery", "-A", "config", "worker", "--beat"),
            # Threads: nothing forks under PostgreSQL's client library, and stopping is quick.
            *("--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"),
            *("--schedule", str(home / "celery" / "beat")),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        is_needed_to_open=False,
    )


def standin(home: Path, port: int, webhook_url: str, webhook_secret: str) -> Child:
    return Child(
        "stripe",
        "Stedfortrederen for Stripe",
        [
            *(sys.executable, "-m", "tools.stripe_standin", "--port", str(port)),
            *("--state", str(home / "stripe.json")),
            *("--webhook-url", webhook_url, "--thin-webhook-url", webhook_url),
            *("--webhook-secret", webhook_secret),
        ],
    )


def kept_secret(home: Path, name: str) -> str:
    """A random secret that stays the same from run to run, readable by its owner only."""
    path = home / "secrets" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists() or not path.read_text().strip():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
