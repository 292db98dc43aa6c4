from django.apps import AppConfig


class EditorialConfig(AppConfig):
    """The verbs of editors; its tables live in the editorial database only."""

    name = "partnerships.editorial"
    label = "editorial"
