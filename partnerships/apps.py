from importlib import import_module

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    """The domain: facts about partnerships, the same tables in both databases."""

    name = "partnerships"
    verbose_name = "Partnerships"

    def ready(self):
        import_module("portal.checks")  # registers them
