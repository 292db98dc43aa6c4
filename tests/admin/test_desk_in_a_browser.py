"""Every page of the desk in a real browser: axe finds nothing, the content policy holds, nothing is wider than the screen."""

from __future__ import annotations
