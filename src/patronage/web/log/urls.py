"""The addresses of the public log, below /log/."""

from django.urls import path, re_path

from patronage.web.log import files, pages

urlpatterns = [
    path("", pages.index, name="log"),
    path("check/", pages.check, name="log_check"),
    path("vkey", files.vkey, name="log_vkey"),
    path("checkpoint", files.checkpoint, name="log_checkpoint"),
    path("witnesses.json", files.witnesses, name="log_witnesses"),
    re_path(r"^(?P<path>tile/[0-9a-z/.]+|balances/[0-9a-z/]+)$", files.immutable, name="log_file"),
]
