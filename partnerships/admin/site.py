from django.contrib import admin


class Desk(admin.AdminSite):
    """The editors' side of the portal."""

    site_header = "Partnerships Portal"
    site_title = "Partnerships Portal"
    index_title = "Desk"
    enable_nav_sidebar = False
