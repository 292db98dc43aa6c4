from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The mechanism that copies records from the editorial to the published database."""

    name = "partnerships.publishing"
    label = "publishing"
