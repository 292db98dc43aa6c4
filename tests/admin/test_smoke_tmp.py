import pytest
from partnerships.models import KINDS

pytestmark = []
from tests.admin.conftest import *


@pytest.mark.parametrize("kind", KINDS)
def test_all(world, at, kind):
    c = at("chiara")
    for p in (
        f"/admin/partnerships/{kind}/",
        f"/admin/partnerships/{kind}/?q=malta",
        f"/admin/partnerships/{kind}/add/",
    ):
        r = c.get(p)
        assert r.status_code == 200, (p, r)
    for rec in KINDS[kind].objects.all():
        for page in ("change", "history", "publish", "withdraw", "changes"):
            r = c.get(f"/admin/partnerships/{kind}/{rec.pk}/{page}/")
            assert r.status_code == 200, (page, r)


def test_home(at):
    r = at("chiara").get("/admin/")
    assert r.status_code == 200
