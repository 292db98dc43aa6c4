#!/usr/bin/env python3
"""The portal's command line. Under an older Python it stops with one sentence instead of a traceback."""

import os
import sys


def main():
    if sys.version_info < (3, 12):  # noqa: UP036 (for the Pythons that can't run the rest)
        sys.exit(
            "The portal needs Python 3.12 or newer; this is {}.{}. bin/setup makes .venv with one: use .venv/bin/python.".format(
                *sys.version_info[:2]
            )
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run bin/setup, then .venv/bin/python manage.py …")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
