"""Addresses of what moves money, and of Stripe's webhook."""

from django.urls import path

from billing import views, webhooks

urlpatterns = [
    path("spaces/<slug:slug>/book/", views.book, name="book"),
    path("bookings/<uuid:pk>/", views.booking, name="booking"),
    path("bookings/<uuid:pk>/pay/", views.pay, name="pay"),
    path("bookings/<uuid:pk>/paid/", views.paid, name="paid"),
    path("bookings/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("bookings/<uuid:pk>/approve/", views.approve, name="approve"),
    path("bookings/<uuid:pk>/decline/", views.decline, name="decline"),
    path("owner/money/", views.money, name="owner_money"),
    path("webhooks/stripe/", webhooks.stripe, name="stripe_webhook"),
]
