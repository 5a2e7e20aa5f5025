from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """What: places, spaces, units, opening hours and prices."""

    name = "spaces"
