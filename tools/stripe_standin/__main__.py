"""`python -m tools.stripe_standin`: the stand-in as a process of its own."""

import argparse
import errno
import signal
import sys
import threading
from pathlib import Path

from tools.stripe_standin.scope import API_VERSION, origin
from tools.stripe_standin.standin import SECRET, StandIn
from tools.stripe_standin.store import UnusableState


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        standin = StandIn(
            port=options.port,
            state=options.state,
            webhook_url=options.webhook_url,
            webhook_secret=options.webhook_secret,
            thin_webhook_url=options.thin_webhook_url,
            return_origins=tuple(origin(url) for url in options.return_origin),
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            print(
                f"Port {options.port} on 127.0.0.1 is taken. Stop what uses it, or choose another "
                "with --port.",
                file=sys.stderr,
            )
            return 1
        print(f"The stand-in cannot start: {error}", file=sys.stderr)
        return 1
    except UnusableState as error:
        print(f"The stand-in cannot start: {error}", file=sys.stderr)
        return 1
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    standin.start()
    print(f"Stripe stand-in ({API_VERSION}) on {standin.url} – TESTBETALING", flush=True)
    done.wait()
    standin.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.stripe_standin",
        description="Ledig's own stand-in for Stripe. Test payments only, on this machine only.",
    )
    parser.add_argument("--port", type=int, default=12111, help="on 127.0.0.1 (default 12111)")
    parser.add_argument("--state", type=Path, help="file to keep everything in (default: memory)")
    parser.add_argument("--webhook-url", help="where events go")
    parser.add_argument("--webhook-secret", default=SECRET, help="whsec_… events are signed with")
    parser.add_argument("--thin-webhook-url", help="where events of the second API (v2) go")
    parser.add_argument(
        "--return-origin",
        action="append",
        default=[],
        metavar="URL",
        help="only send people back here; may be given several times (default: anywhere)",
    )
    parser.add_argument("--host", default="127.0.0.1", type=_loopback, help=argparse.SUPPRESS)
    return parser


def _loopback(host: str) -> str:
    if host != "127.0.0.1":
        raise argparse.ArgumentTypeError("the stand-in only ever binds 127.0.0.1")
    return host


if __name__ == "__main__":
    sys.exit(main())
