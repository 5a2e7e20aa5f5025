"""The hosted page: a person pays, is declined, is asked, changes their mind."""

import re
import threading
import time
from typing import Any

import pytest
import stripe

from tests.standin.cast import Browser, Make
from tools.stripe_standin import StandIn

SUCCESS = "http://127.0.0.1:8000/betalt?s="


def test_pay_completes_the_session_and_returns(v1: Any, session: Make, browser: Browser) -> None:
    made = session(client_reference_id="booking-1", metadata={"order": "7"})

    answer = browser.pay(made.url)

    assert (answer.status, answer.location) == (303, SUCCESS + made.id)
    found = v1.checkout.sessions.retrieve(
        made.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    assert (found.client_reference_id, found.metadata["order"]) == ("booking-1", "7")
    assert found.amount_total == 64_000
    assert found.line_items.data[0].description == "Møterom Ø"
    charge = found.payment_intent.latest_charge
    assert (found.payment_intent.status, charge.amount_captured) == ("succeeded", 64_000)
    assert charge.balance_transaction.net == 64_000 - charge.balance_transaction.fee


def test_pay_passes_payment_intent_data_on(v1: Any, session: Make, browser: Browser) -> None:
    made = session(payment_intent_data={"transfer_group": "order-7", "metadata": {"booking": "1"}})
    browser.pay(made.url)

    intent = v1.payment_intents.retrieve(
        v1.checkout.sessions.retrieve(made.id).payment_intent, {"expand": ["latest_charge"]}
    )

    assert (intent.transfer_group, intent.metadata["booking"]) == ("order-7", "1")
    assert intent.latest_charge.transfer_group == "order-7"


def test_page_shows_lines_total_and_warning(session: Make, browser: Browser) -> None:
    page = browser.get(session().url)

    assert page.status == 200
    assert '<html lang="nb">' in page.body
    assert "TESTBETALING" in page.body
    assert "Møterom Ø × 2" in page.body
    assert "Betal 640\u00a0kr" in page.body
    assert "Avbryt og gå tilbake" in page.body
    assert 'href="http://127.0.0.1:8000/avbrutt"' in page.body
    assert "<script" not in page.body
    assert "style=" not in page.body


def test_page_has_a_strict_policy_that_lets_the_form_return(
    session: Make, browser: Browser
) -> None:
    policy = browser.get(session().url).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "form-action 'self' http://127.0.0.1:8000" in policy


def test_page_serves_its_stylesheet(standin: StandIn, browser: Browser) -> None:
    css = browser.get(standin.url + "/assets/standin.css")

    assert css.headers["Content-Type"].startswith("text/css")
    assert "color-scheme: light dark" in css.body


def test_page_escapes_what_others_wrote(session: Make, browser: Browser) -> None:
    price = {"currency": "nok", "unit_amount": 5000, "product_data": {"name": "<b>Rom</b>"}}
    made = session(line_items=[{"quantity": 1, "price_data": price}])

    page = browser.pay(made.url, '4000"><script>')

    assert "&lt;b&gt;Rom&lt;/b&gt;" in page.body
    assert "<script" not in page.body


def test_page_writes_amounts_as_norwegians_do(session: Make, browser: Browser) -> None:
    price = {"currency": "nok", "unit_amount": 123_456_50, "product_data": {"name": "Sal"}}
    made = session(line_items=[{"quantity": 1, "price_data": price}])

    assert "Betal 123\u00a0456,50\u00a0kr" in browser.get(made.url).body


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("4000 0000 0000 0002", "Kortet ble avvist"),
        ("4000 0000 0000 9995", "ikke dekning"),
        ("4000 0000 0000 0069", "utløpt"),
        ("1234", "ikke et testkort"),
    ],
)
def test_pay_declined_leaves_the_session_open(
    v1: Any, session: Make, browser: Browser, number: str, sentence: str
) -> None:
    made = session()

    page = browser.pay(made.url, number)

    assert page.status == 422
    assert re.search(rf'role="alert">[^<]*{sentence}', page.body)
    assert f'value="{number}"' in page.body
    assert v1.checkout.sessions.retrieve(made.id).status == "open"


def test_pay_after_a_decline_with_another_card(v1: Any, session: Make, browser: Browser) -> None:
    made = session()
    browser.pay(made.url, "4000000000000002")

    answer = browser.pay(made.url)

    assert answer.location == SUCCESS + made.id
    intent = v1.checkout.sessions.retrieve(made.id).payment_intent
    charges = v1.charges.list({"payment_intent": intent}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_pay_twice_at_once_pays_once(v1: Any, session: Make, browser: Browser) -> None:
    made = session()
    answers = []
    people = [
        threading.Thread(target=lambda: answers.append(browser.pay(made.url))) for _ in range(4)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert {answer.location for answer in answers} == {SUCCESS + made.id}
    assert len(v1.charges.list().data) == 1


def test_challenge_approved_pays(v1: Any, session: Make, browser: Browser) -> None:
    made = session()
    asked = browser.pay(made.url, "4000 0000 0000 3220")
    base = made.url.partition("/c/")[0]
    assert "Godkjenn" in browser.get(base + asked.location).body

    answer = browser.post(base + asked.location, answer="approve")

    assert answer.location == SUCCESS + made.id
    found = v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge"]})
    details = found.payment_intent.latest_charge.payment_method_details
    assert details.card.three_d_secure.result == "authenticated"


def test_challenge_rejected_returns_to_the_page_with_a_sentence(
    v1: Any, session: Make, browser: Browser
) -> None:
    made = session()
    base = made.url.partition("/c/")[0]
    asked = browser.pay(made.url, "4000000000003220")

    answer = browser.post(base + asked.location, answer="reject")

    assert base + answer.location == made.url
    assert "ikke godkjent hos banken" in browser.get(made.url).body
    assert v1.checkout.sessions.retrieve(made.id).status == "open"
    assert browser.pay(made.url).location == SUCCESS + made.id


def test_challenge_answered_twice_pays_once(v1: Any, session: Make, browser: Browser) -> None:
    made = session()
    base = made.url.partition("/c/")[0]
    asked = browser.pay(made.url, "4000000000003220")

    browser.post(base + asked.location, answer="approve")
    again = browser.post(base + asked.location, answer="approve")

    assert again.location == SUCCESS + made.id
    assert len(v1.charges.list().data) == 1


def test_challenge_approved_can_still_be_declined(session: Make, browser: Browser) -> None:
    made = session()
    base = made.url.partition("/c/")[0]
    asked = browser.pay(made.url, "4000008260003178")

    browser.post(base + asked.location, answer="approve")

    assert "ikke dekning" in browser.get(made.url).body


def test_manual_capture_holds_the_money(v1: Any, session: Make, browser: Browser) -> None:
    made = session(payment_intent_data={"capture_method": "manual"})
    sentence = "Beløpet reserveres nå og trekkes når forespørselen godkjennes"
    assert sentence in browser.get(made.url).body

    browser.pay(made.url)

    found = v1.checkout.sessions.retrieve(made.id)
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    intent = v1.payment_intents.retrieve(found.payment_intent)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 64_000)
    assert v1.payment_intents.capture(intent.id).status == "succeeded"


def test_expire_closes_the_page(v1: Any, session: Make, browser: Browser) -> None:
    made = session()

    assert v1.checkout.sessions.expire(made.id).status == "expired"

    page = browser.pay(made.url)
    assert page.status == 410
    assert "Fristen for å betale er gått ut" in page.body
    assert v1.charges.list().data == []


def test_expire_cancels_the_intent_of_a_failed_attempt(
    v1: Any, session: Make, browser: Browser
) -> None:
    made = session()
    browser.pay(made.url, "4000000000000002")

    v1.checkout.sessions.expire(made.id)

    intent = v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]}).payment_intent
    assert intent.status == "canceled"


def test_expire_is_refused_once_paid(v1: Any, session: Make, browser: Browser) -> None:
    made = session()
    browser.pay(made.url)

    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        v1.checkout.sessions.expire(made.id)


def test_expires_by_itself_when_its_time_is_over(v1: Any, standin: StandIn, session: Make) -> None:
    made = session(expires_at=int(time.time()) + 1800)

    standin.advance(1801)

    assert v1.checkout.sessions.retrieve(made.id).status == "expired"
    assert standin.events[-1]["type"] == "checkout.session.expired"


@pytest.mark.parametrize("seconds", [60, 25 * 3600])
def test_expires_at_has_limits(session: Make, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        session(expires_at=int(time.time()) + seconds)
    assert refusal.value.param == "expires_at"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"line_items": []}, "line_items"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"discounts": [{"coupon": "x"}]}, "discounts"),
        ({"payment_intent_data": {"transfer_data": {"destination": "acct_1"}}}, "transfer_data"),
    ],
)
def test_create_refuses(session: Make, params: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        session(**params)
    assert refusal.value.param == param


def test_setup_future_usage_saves_the_card(v1: Any, session: Make, browser: Browser) -> None:
    customer = v1.customers.create({"email": "ada@example.no"})
    made = session(customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"})
    browser.pay(made.url)

    (card,) = v1.customers.payment_methods.list(customer.id).data
    extension = v1.payment_intents.create(
        {
            "amount": 5000,
            "currency": "nok",
            "customer": customer.id,
            "payment_method": card.id,
            "off_session": True,
            "confirm": True,
        }
    )

    assert extension.status == "succeeded"
    found = v1.checkout.sessions.retrieve(made.id)
    assert found.customer_details.email == "ada@example.no"


def test_pay_knob_does_what_a_person_does(standin: StandIn, v1: Any, session: Make) -> None:
    assert standin.pay(session().id, "4000000000003220").startswith(SUCCESS)
    with pytest.raises(Exception, match="insufficient funds"):
        standin.pay(session().id, "4000000000009995")
    assert [one.status for one in v1.checkout.sessions.list().data] == ["open", "complete"]
