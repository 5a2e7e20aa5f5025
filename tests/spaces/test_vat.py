"""A space's VAT fits what its owner is registered for."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from spaces.checklist import missing
from spaces.models import Space, Vat
from spaces.models.vat import VAT_REASON
from tests.cast import Cast
from tests.factories import make_place, make_space

pytestmark = pytest.mark.django_db

CASES = [
    (Vat.EXEMPT_3_11, False, True),
    (Vat.EXEMPT_3_11, True, True),
    (Vat.STANDARD_25, False, False),
    (Vat.STANDARD_25, True, True),
    (Vat.REDUCED_12, False, False),
    (Vat.REDUCED_12, True, True),
    (Vat.NOT_REGISTERED, False, True),
    (Vat.NOT_REGISTERED, True, False),
]


@pytest.mark.parametrize(("vat", "is_registered", "fits"), CASES)
def test_the_form_and_the_checklist_ask_the_same(
    client: Client, vat: Vat, is_registered: bool, fits: bool
) -> None:
    cast = Cast()
    Organisation.objects.filter(pk=cast.organisation.pk).update(is_vat_registered=is_registered)
    space = make_space(make_place(cast.organisation), vat=vat)
    cast.sign_in(client, "owner")

    answer = client.post(
        reverse("space_prices", args=[space.slug]), {"everyone-hour": "100", "vat": vat}
    )

    assert answer.status_code == (302 if fits else 422)
    gaps = [item.code for item in missing(Space.objects.get(pk=space.pk))]
    assert ("vat" in gaps) is not fits


def test_each_treatment_says_when_it_is_right(client: Client) -> None:
    cast = Cast()
    space = make_space(make_place(cast.organisation))
    cast.sign_in(client, "owner")

    shown = client.get(reverse("space_prices", args=[space.slug])).content.decode()

    assert all("§" in str(VAT_REASON[vat]) for vat in Vat)
    assert "voluntarily registered for (§ 2-3)" in shown
    assert "is not registered for VAT" in shown
