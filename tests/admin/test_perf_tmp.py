import time, cProfile, pstats, os
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from partnerships.models import *
from partnerships.editorial.saving import record_saved
from tests.admin.conftest import *


def fill(record, n, framework, source):
    Membership.objects.bulk_create(
        Membership(
            partner=record, framework=framework, start=str(1001 + i), end=str(1002 + i), end_is="until", note=f"row {i}"
        )
        for i in range(n)
    )


@pytest.mark.parametrize("n", [5, 500])
def test_perf(world, at, n):
    m = world.japan
    fill(m, n, world.pfp, world.nato_topic)
    record_saved(m, by="anna", expected=m.version)
    c = at("chiara")
    url = f"/admin/partnerships/partner/{m.pk}/change/"
    c.get(url)
    with CaptureQueriesContext(connection) as q:
        r = c.get(url)
        print(connection.force_debug_cursor, len(connection.queries_log), q.initial_queries)
    times = []
    for i in range(3):
        t = time.perf_counter()
        r = c.get(url)
        times.append(time.perf_counter() - t)
    print("\nGET", n, len(q), "queries", [round(x * 1000) for x in times], "ms", len(r.content) // 1024, "kB")
    if n == 500 and os.environ.get("PROF"):
        for x in q.captured_queries:
            print(x["sql"][:150])
        pr = cProfile.Profile()
        pr.enable()
        c.get(url)
        pr.disable()
        pstats.Stats(pr).sort_stats("cumulative").print_stats(60)
