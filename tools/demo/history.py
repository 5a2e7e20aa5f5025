"""The demo's weeks of sales, lived through against its own stand-in before anybody looks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from billing.stripe_gateway import Notice
from tools.stripe_standin import StandIn

STATE = "stripe.json"


class Bank:
    """The stand-in's hands: its clock, its hosted pages, and what it tells."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._heard = 0

    def pay(self, session: str, card: str) -> None:
        self._standin.pay(session, card)

    def onboard(self, account: str, *, complete: bool) -> None:
        self._standin.onboard(account, complete=complete)

    def until(self, moment: datetime) -> None:
        here = self._standin.advance(0)
        self._standin.advance(int(moment.timestamp()) - here)

    def is_behind(self) -> bool:
        return self._standin.advance(0) < int(datetime.now(UTC).timestamp())

    def told(self) -> list[Notice]:
        events = self._standin.events
        new, self._heard = events[self._heard :], len(events)
        return [
            Notice(
                event["id"],
                event["type"],
                event["data"]["object"]["id"],
                event.get("account") or "",
            )
            for event in new
            if "data" in event and "object" in event["data"]
        ]


def live(home: Path) -> None:
    """Nothing where it was done before, or where payments are not the stand-in's. Ended in the
    midst of it, what was lived stays, and the stand-in's clock goes right again."""
    from django.conf import settings

    from district.demo import history
    from district.demo.seeding import ZONE

    state = home / STATE
    if settings.STRIPE_SECRET_KEY != "sk_test_standin":
        return
    is_first = not (state.exists() or history.is_lived())
    with StandIn(state=state) as standin:
        bank = Bank(standin)
        if is_first:
            settings.STRIPE_API_BASE = standin.url
            # Its last morning must be over: no page can be paid on while their clock is ahead.
            over = datetime.now(ZONE) - timedelta(hours=9)
            history.live(bank, today=over.date(), zone=ZONE)
        if bank.is_behind():
            bank.until(datetime.now(UTC))
