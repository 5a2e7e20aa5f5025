"""Addresses that exist in the demo only."""

from django.urls import path

from district import views

urlpatterns = [
    path("door/", views.a_door, name="demo_door"),
    path("calendars/<slug:slug>.ics", views.a_calendar, name="demo_calendar"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mail, name="mail"),
    path("mailbox/<int:pk>/html/", views.mail_html, name="mail_html"),
    path("mailbox/<int:pk>/invite.ics", views.mail_invite, name="mail_invite"),
    path("mailbox/<int:pk>/answer/", views.mail_answer, name="mail_answer"),
    path("mailbox/<int:pk>/mail.eml", views.mail_raw, name="mail_raw"),
]
