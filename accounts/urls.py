"""Addresses of the pages about organisations and those who work for them."""

from django.urls import path

from accounts.views import app_passwords, groups, members, organisations, trainings

ORGANISATION = "owner/organisations/<slug:slug>/"

urlpatterns = [
    path("owner/organisations/", organisations.organisations, name="owner_organisations"),
    path("owner/organisations/new/", organisations.register, name="register_organisation"),
    path("owner/organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("owner/organisations/<slug:slug>/logo/", organisations.logo, name="organisation_logo"),
    path("owner/organisations/<slug:slug>/members/", members.members, name="members"),
    path("owner/organisations/<slug:slug>/leave/", members.leave, name="leave_organisation"),
    path(
        "owner/organisations/<slug:slug>/members/<int:pk>/role/",
        members.change_role,
        name="change_role",
    ),
    path(
        "owner/organisations/<slug:slug>/members/<int:pk>/remove/",
        members.remove,
        name="remove_member",
    ),
    path(
        "owner/organisations/<slug:slug>/members/<int:pk>/hand-over/",
        members.hand_over,
        name="hand_over",
    ),
    path(
        "owner/organisations/<slug:slug>/invitations/<int:pk>/resend/",
        members.resend,
        name="resend_invitation",
    ),
    path(
        "owner/organisations/<slug:slug>/invitations/<int:pk>/withdraw/",
        members.withdraw,
        name="withdraw_invitation",
    ),
    path(ORGANISATION + "groups/", groups.groups, name="groups"),
    path(ORGANISATION + "groups/new/", groups.new_group, name="group_new"),
    path(ORGANISATION + "groups/<int:pk>/", groups.group, name="group"),
    path(ORGANISATION + "groups/<int:pk>/drop/", groups.drop_group, name="drop_group"),
    path(ORGANISATION + "trainings/", trainings.trainings, name="trainings"),
    path(ORGANISATION + "trainings/new/", trainings.new_training, name="training_new"),
    path(ORGANISATION + "trainings/<int:pk>/", trainings.training, name="training"),
    path(ORGANISATION + "trainings/<int:pk>/grant/", trainings.grant, name="grant_certificate"),
    path(
        ORGANISATION + "certificates/<int:pk>/revoke/",
        trainings.revoke,
        name="revoke_certificate",
    ),
    path("calendar-apps/", app_passwords.app_passwords, name="app_passwords"),
    path(
        "calendar-apps/<int:pk>/remove/",
        app_passwords.remove_app_password,
        name="remove_app_password",
    ),
    path("certificates/", trainings.certificates, name="certificates"),
    path("invitations/<str:token>/", members.invitation, name="invitation"),
]
