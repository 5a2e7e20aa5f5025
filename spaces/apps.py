from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpacesConfig(AppConfig):
    """What: places, spaces, units, opening hours and prices."""

    name = "spaces"
    verbose_name = _("Places and rooms")
