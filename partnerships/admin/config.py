from django.contrib.admin.apps import SimpleAdminConfig


class PortalAdminConfig(SimpleAdminConfig):
    """The desk. Its site is registered in partnerships.admin, not found by autodiscovery."""

    default_site = "partnerships.admin.site.Desk"
