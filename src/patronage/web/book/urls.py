"""The addresses of the open book."""

from django.urls import path

from patronage.web.book import disclosure, files, pages

urlpatterns = [
    path("book/", pages.book, name="book"),
    path("book/rules/", pages.rules, name="book_rules"),
    path("book/records/", pages.records, name="book_records"),
    path("book/records/<int:seq>/", pages.record, name="book_record"),
    path("book/policy/", pages.mall_policy, name="book_policy"),
    path("book/check/", pages.check, name="book_check"),
    path("book/summary.json", files.summary, name="book_summary"),
    path("book/records/<int:seq>.json", files.record, name="book_record_file"),
    path("book/records/part-<int:part>.jsonl", files.record_part, name="book_record_part"),
    path("book/events/part-<int:part>.jsonl", files.event_part, name="book_event_part"),
    path("book/charter.toml", files.opening_charter, name="book_charter"),
    path("disclosure/", disclosure.disclosure, name="disclosure"),
    path("disclosure/sheet/", disclosure.shown_sheet, name="disclosure_sheet"),
]
