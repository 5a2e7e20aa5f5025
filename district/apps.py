from django.apps import AppConfig


class DistrictConfig(AppConfig):
    """The portal: what the district shows of itself, and its demo data."""

    name = "district"
