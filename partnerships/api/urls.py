"""The addresses of the API. Whatever isn't one of them is answered here too, as a problem document."""

from django.urls import path, re_path, register_converter

from .docs import Docs, Schema
from .facts import FactList, RecordDetail, RowDetail, forms_of
from .serializers import RECORDS, ROWS
from .snapshots import Snapshots
from .stream import Changes, ChangesFeed, Corrections
from .versions import KindConverter, OneVersion, TimeMap, Versions
from .views import Index, Nowhere, Search

app_name = "api"
register_converter(KindConverter, "kind")

urlpatterns = [path("v1/", Index.as_view(), name="index")]

for serializer in RECORDS:
    plural = serializer.model.plural
    urlpatterns += [
        path(f"v1/{plural}/", FactList.as_view(serializer=serializer), name=f"{plural}-list"),
        path(f"v1/{plural}/<slug:slug>/", RecordDetail.as_view(serializer=serializer), name=f"{plural}-detail"),
    ]
    for form in forms_of(serializer, RecordDetail.possible):
        one = RecordDetail.as_view(serializer=serializer, form=form)
        urlpatterns.append(path(f"v1/{plural}/<slug:slug>.{form}", one, name=f"{plural}-{form}-one"))

for serializer in ROWS:
    plural = serializer.endpoint
    urlpatterns += [
        path(f"v1/{plural}/", FactList.as_view(serializer=serializer), name=f"{plural}-list"),
        path(f"v1/{plural}/<uuid:pk>/", RowDetail.as_view(serializer=serializer), name=f"{plural}-detail"),
    ]

for serializer in (*RECORDS, *ROWS):
    plural = serializer.endpoint if serializer in ROWS else serializer.model.plural
    for form in forms_of(serializer, FactList.possible):
        whole = FactList.as_view(serializer=serializer, form=form)
        urlpatterns.append(path(f"v1/{plural}.{form}", whole, name=f"{plural}-{form}"))

urlpatterns += [
    path("v1/<kind:kind>/<slug:slug>/versions/", Versions.as_view(), name="versions"),
    path("v1/<kind:kind>/<slug:slug>/versions/timemap/", TimeMap.as_view(), name="timemap"),
    path("v1/<kind:kind>/<slug:slug>/versions/<int:number>/", OneVersion.as_view(), name="version"),
    path("v1/search/", Search.as_view(), name="search"),
    path("v1/changes/", Changes.as_view(), name="changes"),
    path("v1/changes/feed.json", ChangesFeed.as_view(), name="changes-feed"),
    path("v1/corrections/", Corrections.as_view(), name="corrections"),
    path("v1/snapshots/", Snapshots.as_view(), name="snapshots"),
    path("v1/schema/", Schema.as_view(), name="schema"),
    path("v1/docs/", Docs.as_view(), name="docs"),
    re_path(r"^(?P<path>[\s\S]*)\Z", Nowhere.as_view(), name="nowhere"),
]
