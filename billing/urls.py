"""Addresses of what moves money or may return it, and of Stripe's webhook."""

from django.urls import URLPattern, path

from billing import views, webhooks
from billing.views import (
    closing,
    conflicts,
    credit,
    documents,
    hours,
    imports,
    many,
    passes,
    series,
    statements,
    vat,
    waiting,
)


def hours_of(keeper: str, at: str) -> list[URLPattern]:
    """The same pages for a place and for a space."""
    of = {"of": keeper}
    return [
        path(at, hours.hours, of, name=f"{keeper}_hours"),
        path(at + "seasons/", hours.add_season, of, name=f"{keeper}_season"),
        path(at + "seasons/<int:pk>/drop/", hours.drop_season, of, name=f"{keeper}_season_drop"),
        path(at + "dates/", hours.set_exception, of, name=f"{keeper}_dates"),
    ]


CREDIT = "owner/organisations/<slug:slug>/credit/"

urlpatterns = [
    path("spaces/<slug:slug>/book/", views.book, name="book"),
    path("spaces/<slug:slug>/wait/", waiting.wait_for_space, name="wait_for_space"),
    path("waitlist/", waiting.waitlist, name="waitlist"),
    path("waitlist/<uuid:pk>/accept/", waiting.accept, name="waitlist_accept"),
    path("waitlist/<uuid:pk>/decline/", waiting.decline_offer, name="waitlist_decline"),
    path("waitlist/<uuid:pk>/leave/", waiting.leave, name="waitlist_leave"),
    path("waitlist/stop/<str:token>/", waiting.stop, name="waitlist_stop"),
    path("spaces/<slug:slug>/cart/", views.cart_add, name="cart_add"),
    path("passes/", passes.passes, name="passes"),
    path("passes/<int:pk>/buy/", passes.buy, name="pass_buy"),
    path("passes/orders/<uuid:pk>/paid/", passes.paid, name="pass_paid"),
    path("passes/<int:pk>/join/", passes.join, name="membership_join"),
    path("passes/memberships/<int:pk>/end/", passes.end, name="membership_end"),
    path("passes/<uuid:pk>/return/", passes.give_back, name="pass_return"),
    path("prices/vat/", vat.show_vat, name="show_vat"),
    path("cart/", views.cart, name="cart"),
    path("cart/<int:pk>/drop/", views.cart_drop, name="cart_drop"),
    path("spaces/<slug:slug>/repeat/", series.repeat, name="repeat"),
    path("series/<uuid:pk>/", series.series, name="series"),
    path("series/<uuid:pk>/add/", series.add, name="series_add"),
    path("series/<uuid:pk>/rename/", series.rename, name="series_rename"),
    path("series/<uuid:pk>/time/", series.move, name="series_move"),
    path("series/<uuid:pk>/cancel/", series.cancel, name="series_cancel"),
    path("cards/", views.cards, name="cards"),
    path("cards/add/", views.card_add, name="card_add"),
    path("cards/saved/", views.card_saved, name="card_saved"),
    path("cards/withdraw/", views.cards_withdraw, name="cards_withdraw"),
    path("cards/<uuid:pk>/default/", views.card_prefer, name="card_prefer"),
    path("cards/<uuid:pk>/remove/", views.card_remove, name="card_remove"),
    path("bookings/<uuid:pk>/", views.booking, name="booking"),
    path("bookings/<uuid:pk>/pay/", views.pay, name="pay"),
    path("bookings/<uuid:pk>/paid/", views.paid, name="paid"),
    path("bookings/<uuid:pk>/check-in/", views.check_in, name="check_in"),
    path("bookings/<uuid:pk>/no-show/", views.miss, name="no_show"),
    path("bookings/<uuid:pk>/still-there/", views.leave_late, name="left_late"),
    path("bookings/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("bookings/<uuid:pk>/change/", views.change, name="change"),
    path("bookings/<uuid:pk>/change/withdraw/", views.withdraw, name="withdraw_change"),
    path("bookings/<uuid:pk>/extend/", views.extend, name="extend"),
    path("bookings/<uuid:pk>/release/", views.release, name="release"),
    path("bookings/<uuid:pk>/approve/", views.approve, name="approve"),
    path("bookings/<uuid:pk>/decline/", views.decline, name="decline"),
    path("bookings/<uuid:pk>/deposit/", views.claim_deposit, name="claim_deposit"),
    path("fees/<uuid:pk>/waive/", views.waive, name="waive_fee"),
    path("owner/spaces/<slug:slug>/close/", closing.close, name="close_space"),
    path("owner/places/<slug:slug>/close/", closing.close_place, name="close_place"),
    path("owner/closures/rules/<int:pk>/stop/", closing.stop_closing, name="stop_closing"),
    path("owner/closures/<int:pk>/reopen/", closing.reopen, name="reopen_space"),
    path("owner/conflicts/", conflicts.conflicts, name="owner_conflicts"),
    *hours_of("space", "owner/spaces/<slug:slug>/hours/"),
    *hours_of("place", "owner/places/<slug:slug>/hours/"),
    path("owner/edit-spaces/", many.edit_spaces, name="owner_spaces_edit"),
    path("owner/import/<uuid:pk>/", imports.import_page, name="import"),
    path("owner/import/<uuid:pk>/confirm/", imports.confirm, name="confirm_import"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("documents/<uuid:pk>/pdf/", documents.document_pdf, name="document_pdf"),
    path("documents/<uuid:pk>/ehf/", documents.document_ehf, name="document_ehf"),
    path("owner/documents/", documents.owner_documents, name="owner_documents"),
    path("owner/documents/csv/", documents.owner_documents_csv, name="owner_documents_csv"),
    path(CREDIT, credit.credit, name="credit"),
    path(CREDIT + "<int:pk>/agree/", credit.agree, name="credit_agree"),
    path(CREDIT + "<int:pk>/end/", credit.end, name="credit_end"),
    path(CREDIT + "invoices/<uuid:pk>/paid/", credit.invoice_paid, name="invoice_paid"),
    path("owner/statement/", statements.owner_statement, name="owner_statement"),
    path("owner/report/", statements.owner_report, name="owner_report"),
    path("owner/money/", views.money, name="owner_money"),
    path("webhooks/stripe/", webhooks.stripe, name="stripe_webhook"),
]
