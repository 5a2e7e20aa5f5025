"""The pages a person meets: paying, the bank's question, and registering as an owner."""

from html import escape
from importlib.resources import files
from urllib.parse import urlsplit

from tools.stripe_standin.errors import Doc
from tools.stripe_standin.scope import origin
from tools.stripe_standin.wire import Response

NO_BREAK = "\u00a0"
TEST_CARDS = (
    ("4242 4242 4242 4242", "Betalingen går gjennom"),
    ("4000 0000 0000 0002", "Avvises av banken"),
    ("4000 0000 0000 9995", "For lite på konto"),
    ("4000 0000 0000 3220", "3-D Secure: banken spør"),
    ("4000 0025 0000 3155", "3-D Secure, men ikke igjen når kortet er lagret"),
    ("4000 0027 6000 3184", "3-D Secure hver gang, også når kortet er lagret"),
    ("4000 0000 0000 0341", "Kan lagres, men avvises når det trekkes"),
)
FIRST_CARD = TEST_CARDS[0][0]
REFUSALS = {
    "authentication_required": "Betalingen ble ikke godkjent hos banken. Prøv igjen.",
    "expired_card": "Kortet er utløpt. Bruk et annet kort.",
    "incorrect_cvc": "Sikkerhetskoden er feil. Rett den og prøv igjen.",
    "incorrect_number": "Kortnummeret er ikke et testkort. Bruk et av kortene i listen.",
    "insufficient_funds": "Kortet har ikke dekning for beløpet. Bruk et annet kort.",
    "processing_error": "Noe gikk galt hos banken. Vent litt og prøv igjen.",
}
REFUSED = "Kortet ble avvist av banken. Bruk et annet kort."


def money(amount: int, currency: str) -> str:
    """As Norwegians write it: 1 080 kr, 640,50 kr."""
    whole, cents = divmod(amount, 100)
    number = f"{whole:,}".replace(",", NO_BREAK) + (f",{cents:02d}" if cents else "")
    return f"{number}{NO_BREAK}{'kr' if currency == 'nok' else currency.upper()}"


def refusal(error: Doc) -> str:
    """A card error as a sentence a person can act on."""
    reason = error.get("decline_code") or error.get("code") or ""
    return REFUSALS.get(reason, REFUSED)


def _page(
    title: str, content: str, *, status: int = 200, forms_to: tuple[str, ...] = ()
) -> Response:
    document = f"""<!doctype html>
<html lang="nb">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} – TESTBETALING</title>
<link rel="stylesheet" href="/assets/standin.css">
<link rel="icon" href="data:,">
</head>
<body>
<header class="banner"><strong>TESTBETALING</strong>
<span>Ingen ekte penger. Siden er en lokal stedfortreder for Stripe.</span></header>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""
    # The browser checks where a form's redirect ends, so that origin must be named as well.
    targets = " ".join(["'self'", *(origin(url) for url in forms_to)])
    policy = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, document.encode(), headers)


def stylesheet() -> Response:
    css = files(__package__).joinpath("standin.css").read_bytes()
    return Response(200, css, {"Content-Type": "text/css; charset=utf-8"})


def message(title: str, sentence: str, *, status: int, back: str | None = None) -> Response:
    link = f'<p class="actions">{_link(back, "Gå tilbake")}</p>' if back else ""
    return _page(title, f"<p>{escape(sentence)}</p>{link}", status=status)


def _link(url: str, text: str) -> str:
    return f'<a class="button" href="{escape(url, quote=True)}">{escape(text)}</a>'


def checkout(
    session: Doc, *, problem: str | None, number: str, back: str | None, status: int
) -> Response:
    total = money(session["amount_total"], session["currency"])
    hold = session["_payment_intent_data"].get("capture_method") == "manual"
    lines = "\n".join(_line(item) for item in session["_line_items"])
    alert = _alert(problem)
    note = (
        '<p class="note">Beløpet reserveres nå og trekkes når forespørselen godkjennes.</p>'
        if hold
        else ""
    )
    content = f"""{alert}
<section class="panel" aria-labelledby="order">
<h2 id="order">Du betaler for</h2>
<ul class="lines">
{lines}
</ul>
<p class="total"><span>Å betale</span> <strong>{total}</strong></p>
{note}
</section>
{_card_form(number, problem, f"Betal {total}", back)}"""
    targets = tuple(filter(None, [session["success_url"], back]))
    return _page("Betal", content, status=status, forms_to=targets)


def setup(
    session: Doc, *, problem: str | None, number: str, back: str | None, status: int
) -> Response:
    content = f"""{_alert(problem)}
<p class="note">Kortet lagres for senere. Ingenting trekkes nå.</p>
{_card_form(number, problem, "Lagre kortet", back)}"""
    targets = tuple(filter(None, [session["success_url"], back]))
    return _page("Lagre et kort", content, status=status, forms_to=targets)


def _card_form(number: str, problem: str | None, does: str, back: str | None) -> str:
    invalid = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    cards = "\n".join(
        f"<li><code>{card.replace(' ', NO_BREAK)}</code> <span>{escape(what)}</span></li>"
        for card, what in TEST_CARDS
    )
    cancel = _link(back, "Avbryt og gå tilbake") if back else ""
    return f"""<form class="panel" method="post">
<h2>Kort</h2>
<p class="field"><label for="number">Kortnummer</label>
<input id="number" name="number" value="{escape(number, quote=True)}" inputmode="numeric"
 autocomplete="off" required{invalid}></p>
<div class="pair">
<p class="field"><label for="expiry">Utløper (MM/ÅÅ)</label>
<input id="expiry" name="expiry" value="12/34" inputmode="numeric" autocomplete="off"
 pattern="(0[1-9]|1[0-2]) ?/ ?[0-9][0-9]" required></p>
<p class="field"><label for="cvc">Kode (CVC)</label>
<input id="cvc" name="cvc" value="123" inputmode="numeric" autocomplete="off"
 pattern="[0-9]{{3,4}}" required></p>
</div>
<p class="actions"><button class="button primary">{does}</button>
{cancel}</p>
</form>
<section class="cards" aria-labelledby="cards">
<h2 id="cards">Testkort</h2>
<ul>
{cards}
</ul>
</section>"""


def _alert(problem: str | None) -> str:
    return f'<p class="alert" id="problem" role="alert">{escape(problem)}</p>' if problem else ""


def _line(item: Doc) -> str:
    details = f"<small>{escape(item['_details'])}</small>" if item["_details"] else ""
    times = f" × {item['quantity']}" if item["quantity"] > 1 else ""
    amount = money(item["amount_total"], item["currency"])
    name = escape(item["description"])
    return f"<li><span>{name}{times} {details}</span> <span>{amount}</span></li>"


def challenge(intent: Doc, returns: tuple[str, ...]) -> Response:
    total = money(intent["amount"], intent["currency"])
    content = f"""<section class="panel">
<p>Banken din vil vite at det er du som betaler <strong>{total}</strong>.
Her svarer du i stedet for å bruke BankID.</p>
<form method="post"><p class="actions">
<button class="button primary" name="answer" value="approve">Godkjenn</button>
<button class="button" name="answer" value="reject">Avvis</button>
</p></form>
</section>"""
    return _page("Godkjenn betalingen", content, forms_to=returns)


def onboarding(account: Doc, returns: tuple[str, ...]) -> Response:
    who = account["_display_name"] or account["email"] or account["id"]
    content = f"""<section class="panel">
<p>Her ville <strong>{escape(who)}</strong> ha oppgitt organisasjonsnummer, bankkonto og hvem som
står bak. I testen holder det å velge hvordan det går.</p>
<form method="post"><p class="actions">
<button class="button primary" name="answer" value="complete">Fullfør registreringen</button>
<button class="button" name="answer" value="partial">Send inn uten legitimasjon</button>
</p></form>
</section>"""
    return _page("Registrer deg som utleier", content, forms_to=returns)


def receipt(charge: Doc) -> Response:
    captured = money(charge["amount_captured"], charge["currency"])
    refunded = money(charge["amount_refunded"], charge["currency"])
    content = f"""<section class="panel"><ul class="lines">
<li><span>Betalt</span> <span>{captured}</span></li>
<li><span>Betalt tilbake</span> <span>{refunded}</span></li>
</ul></section>"""
    return _page("Kvittering", content)


def is_web(url: str | None) -> bool:
    return urlsplit(url or "").scheme in ("http", "https")
