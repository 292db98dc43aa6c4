from django.contrib.admin.apps import SimpleAdminConfig


class PortalAdminConfig(SimpleAdminConfig):
    """The desk. What it shows stands in partnerships.admin.register, not found by autodiscovery."""

    default_site = "partnerships.admin.site.Desk"

    def ready(self):
        super().ready()
        from django.contrib.admin import site

        from .register import register  # imports models, which exist only now

        register(site)
