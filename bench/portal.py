"""Imported first by processes that are forked for the portal: Django, set up once for all of them."""

import django

django.setup()
