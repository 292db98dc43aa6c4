"""What prose states: a number, a date or a name that changes is a fact; everything else is wording."""

from __future__ import annotations

import pytest

from partnerships.publishing.wording import DATE, NAME, NUMBER, stated

TEXT = (
    "Georgia joined the Partnership for Peace on 23 March 1994. In 2014 five Allies helped it.\n\nPartners came later."
)

WORDING = {
    "a typo": ("He recieved the invitation in Brussels.", "He received the invitation in Brussels."),
    "another order": ("In 2004 Georgia joined the forum.", "Georgia joined the forum in 2004."),
    "a sentence begins otherwise": ("Partners met. Countries agreed.", "Members met. States agreed."),
    "a sentence is split": ("Malta joined, and it left.", "Malta joined. It left."),
    "a name becomes a pronoun": ("Malta joined. Later Malta left.", "Malta joined. Later it left."),
    "a pronoun becomes a name": ("Malta joined. Later it left.", "Malta joined. Later Malta left."),
    "a number in digits": ("Allies took five steps.", "Allies took 5 steps."),
    "thousands written otherwise": ("Some 30,000 people", "Some 30 000 people"),
    "emphasis and headings": ("The **Alliance** met.\n\n## After 2014", "The Alliance met.\n\n### After 2014"),
    "numbers of a list": ("- one way\n- another way", "1. one way\n2. another way"),
    "a note": ("It said so.", "It said so.[^nato-topic-2014]"),
    "a link": ("In [Malta](https://example.org/2008)", "In [Malta](record:01890a5d-ac96-774b-bcce-b302099a8057)"),
    "a capital": ("the partnership for peace of the Alliance", "the Partnership for Peace of the Alliance"),
    "a possessive": ("The choice of Malta", "Malta’s choice"),
    "may and March": ("Allies may meet. May they?", "Allies can meet. Might they?"),
    "after a quotation mark": ("It said: “Partners come first.”", "It said: “Friends come first.”"),
    "nothing": (TEXT, TEXT),
}
FACTS = {
    "a year": ("It joined in 1994.", "It joined in 1995.", (DATE,)),
    "a month": ("It joined in March 1994.", "It joined in May 1994.", (DATE,)),
    "a month at the start": ("April brought a change.", "June brought a change.", (DATE,)),
    "a day": ("on 23 March 1994", "on 24 March 1994", (NUMBER,)),
    "a number": ("It had 5 of 17 parts.", "It had 5 of 16 parts.", (NUMBER,)),
    "a number in words": ("Its five parts", "Its six parts", (NUMBER,)),
    "a number less": ("It had 5 parts, 5 in all.", "It had 5 parts in all.", (NUMBER,)),
    "a decimal": ("about 1.5 per cent", "about 1.6 per cent", (NUMBER,)),
    "a name": ("It lies beside Georgia.", "It lies beside Moldova.", (NAME,)),
    "a name at the start": ("Georgia joined.", "Jordan joined.", (NAME,)),
    "a name more": ("It asked for help.", "It asked the Alliance for help.", (NAME,)),
    "a name less": ("It asked Japan and Malta.", "It asked Japan.", (NAME,)),
    "a name for another": ("Malta met Japan. Then Japan left.", "Malta met Japan. Then Malta left.", (NAME,)),
    "an acronym": ("It is in PARP.", "It is in ITPP.", (NAME,)),
    "all at once": (TEXT, "Jordan joined the forum on 3 May 1995.", (DATE, NUMBER, NAME)),
}


@pytest.mark.parametrize("case", WORDING)
def test_wording_may_change(case):
    before, after = WORDING[case]
    assert stated(before, after) == ()
    assert stated(after, before) == ()


@pytest.mark.parametrize("case", FACTS)
def test_facts_may_not(case):
    before, after, found = FACTS[case]
    assert stated(before, after) == found
    assert stated(after, before) == found


def test_a_text_that_comes_or_goes_is_judged_by_what_it_states():
    assert stated("", "An island state.") == ()
    assert stated("", "An island state since 1964.") == (DATE,)


def test_a_long_text_takes_no_long_time():
    text = TEXT * 500
    assert stated(text, text.replace("1994", "1995", 1)) == (DATE,)
