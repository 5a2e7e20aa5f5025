"""Owners: registering, transfers and reversals, payouts, and the second API."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.standin.cast import SECRET, Browser, Inbox, Make, client_for
from tools.stripe_standin import StandIn


def test_account_is_ready_after_onboarding(v1: Any, browser: Browser) -> None:
    account = v1.accounts.create(
        {
            "country": "NO",
            "controller": {
                "stripe_dashboard": {"type": "express"},
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
            },
            "capabilities": {"transfers": {"requested": True}},
        }
    )
    assert (account.payouts_enabled, account.details_submitted) == (False, False)
    link = v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "return_url": "http://127.0.0.1:8000/ferdig",
            "refresh_url": "http://127.0.0.1:8000/igjen",
        }
    )
    assert "Registrer deg som utleier" in browser.get(link.url).body

    answer = browser.post(link.url, answer="complete")

    assert answer.location == "http://127.0.0.1:8000/ferdig"
    found = v1.accounts.retrieve(account.id)
    assert (found.payouts_enabled, found.capabilities.transfers) == (True, "active")
    assert found.requirements.currently_due == []


def test_account_with_a_missing_document_is_not_ready(v1: Any, browser: Browser) -> None:
    account = v1.accounts.create({"capabilities": {"transfers": {"requested": True}}})
    link = v1.account_links.create({"account": account.id, "type": "account_onboarding"})

    browser.post(link.url, answer="partial")

    found = v1.accounts.retrieve(account.id)
    assert found.details_submitted
    assert found.requirements.currently_due == ["representative.verification.document"]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.transfers.create({"amount": 100, "currency": "nok", "destination": account.id})
    assert refusal.value.code == "insufficient_capabilities_for_transfer"


def test_account_link_runs_out(standin: StandIn, v1: Any, browser: Browser) -> None:
    account = v1.accounts.create({})
    link = v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1:8000/igjen",
        }
    )
    standin.advance(301)
    assert browser.get(link.url).location == "http://127.0.0.1:8000/igjen"


def test_transfers_share_one_charge_between_owners(
    v1: Any, paid: Make, owner: Callable[[], str]
) -> None:
    first, second = owner(), owner()
    charge = paid(transfer_group="order-9").latest_charge

    def transfer(amount: int, destination: str) -> Any:
        return v1.transfers.create(
            {
                "amount": amount,
                "currency": "nok",
                "destination": destination,
                "source_transaction": charge,
                "transfer_group": "order-9",
            }
        )

    transfer(4_500, first)
    share = transfer(4_500, second)
    with pytest.raises(stripe.InvalidRequestError, match="must not exceed the source amount"):
        transfer(1_001, second)
    reversal = v1.transfers.reversals.create(share.id, {"amount": 1_000})

    assert reversal.amount == 1_000
    assert len(v1.transfers.list({"transfer_group": "order-9"}).data) == 2
    found = v1.transfers.retrieve(share.id)
    assert (found.amount_reversed, found.reversed) == (1_000, False)
    assert [one.id for one in v1.transfers.reversals.list(share.id).data] == [reversal.id]
    theirs = v1.balance_transactions.list({}, {"stripe_account": second}).data
    assert sum(txn.net for txn in theirs) == 3_500


def test_transfer_reversed_above_its_amount_is_refused(
    v1: Any, paid: Make, owner: Callable[[], str]
) -> None:
    share = v1.transfers.create(
        {
            "amount": 4_500,
            "currency": "nok",
            "destination": owner(),
            "source_transaction": paid().latest_charge,
        }
    )
    v1.transfers.reversals.create(share.id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unreversed"):
        v1.transfers.reversals.create(share.id, {"amount": 1})


def test_transfer_without_available_money_is_refused(
    v1: Any, paid: Make, owner: Callable[[], str]
) -> None:
    paid()
    params = {"amount": 4_000, "currency": "nok", "destination": owner()}
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.transfers.create(params)
    assert refusal.value.code == "balance_insufficient"
    v1.payment_intents.create(
        {
            "amount": 10_000,
            "currency": "nok",
            "payment_method": "pm_card_bypassPending",
            "confirm": True,
        }
    )
    assert v1.transfers.create(params).amount == 4_000


def test_payout_waits_for_money_and_arrives(
    standin: StandIn, v1: Any, paid: Make, owner: Callable[[], str]
) -> None:
    destination = owner()
    acting = {"stripe_account": destination}
    by_hand = {"payouts": {"schedule": {"interval": "manual"}}}
    v1.accounts.update(destination, {"settings": by_hand})
    v1.transfers.create(
        {
            "amount": 9_000,
            "currency": "nok",
            "destination": destination,
            "source_transaction": paid().latest_charge,
        }
    )
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        v1.payouts.create({"amount": 9_000, "currency": "nok"}, acting)
    assert refusal.value.code == "balance_insufficient"

    standin.advance(8 * 86_400)
    payout = v1.payouts.create({"amount": 9_000, "currency": "nok"}, acting)
    assert payout.status == "pending"
    standin.advance(3 * 86_400)

    assert v1.payouts.retrieve(payout.id, {}, acting).status == "paid"
    assert v1.balance.retrieve({}, acting).available[0].amount == 0


def test_payouts_follow_the_owners_schedule(
    standin: StandIn, v1: Any, paid: Make, owner: Callable[[], str]
) -> None:
    destination = owner()
    acting = {"stripe_account": destination}
    transfer = {"amount": 4_000, "currency": "nok", "destination": destination}
    for _ in range(2):
        v1.transfers.create({**transfer, "source_transaction": paid().latest_charge})
    assert v1.payouts.list({}, acting).data == []

    standin.advance(9 * 86_400)

    (payout,) = v1.payouts.list({}, acting).data
    assert (payout.amount, payout.automatic, payout.status) == (8_000, True, "pending")
    standin.advance(3 * 86_400)
    assert v1.payouts.retrieve(payout.id, {}, acting).status == "paid"


def test_payout_cancelled_returns_the_money(v1: Any) -> None:
    v1.payment_intents.create(
        {
            "amount": 10_000,
            "currency": "nok",
            "payment_method": "pm_card_bypassPending",
            "confirm": True,
        }
    )
    payout = v1.payouts.create({"amount": 1_000, "currency": "nok"})
    assert v1.payouts.cancel(payout.id).status == "canceled"
    assert v1.balance.retrieve().available[0].amount == 9_560


def test_payout_schedule_of_an_account(v1: Any, owner: Callable[[], str]) -> None:
    acting = {"stripe_account": owner()}
    schedule = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
    v1.balance_settings.update(schedule, acting)
    found = v1.balance_settings.retrieve({}, acting)
    assert found.payments.payouts.schedule.interval == "manual"


def test_second_api_tells_by_a_thin_event(inbox: Inbox, browser: Browser) -> None:
    with StandIn(thin_webhook_url=inbox.url, webhook_secret=SECRET) as standin:
        client = client_for(standin.url)
        account = client.v2.core.accounts.create(
            {
                "contact_email": "eier@example.no",
                "display_name": "Eier",
                "dashboard": "express",
                "identity": {"country": "no"},
                "include": ["configuration.recipient", "requirements"],
            }
        )
        transfers = account.configuration.recipient.capabilities.stripe_balance.stripe_transfers
        assert transfers.status == "restricted"
        onboarding = {"refresh_url": "http://127.0.0.1/a", "return_url": "http://127.0.0.1/b"}
        link = client.v2.core.account_links.create(
            {
                "account": account.id,
                "use_case": {"type": "account_onboarding", "account_onboarding": onboarding},
            }
        )

        assert browser.post(link.url, answer="complete").location == "http://127.0.0.1/b"
        assert standin.webhooks.wait()

        body, signature = inbox.letters[0]
        told = client.parse_event_notification(body, signature, SECRET)
        assert told.related_object.id == account.id
        balance = told.fetch_related_object().configuration.recipient.capabilities.stripe_balance
        assert balance.stripe_transfers.status == "active"
        with pytest.raises(ValueError, match="parse_event_notification"):
            client.construct_event(body, signature, SECRET)
