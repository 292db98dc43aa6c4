"""The data dictionary is made from the models, and is the one that they give."""

from partnerships.management.commands.write_dictionary import FILE, text
from partnerships.models import KINDS


def test_the_dictionary_is_the_one_of_the_models():
    assert FILE.read_text("utf-8") == text(), "Run `manage.py write_dictionary`."


def test_every_kind_says_what_it_is_and_no_field_goes_without_a_meaning():
    lines = text().splitlines()
    for name in KINDS:
        [heading] = [
            number for number, line in enumerate(lines) if line.startswith("## ") and line.endswith(f"(`{name}`)")
        ]
        assert len(lines[heading + 2]) > 10, name
    assert not [line for line in lines if line.startswith("| `") and ("|  |" in line or "| |" in line)]
