from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who: people, organisations, members, affiliations, tokens."""

    name = "accounts"
