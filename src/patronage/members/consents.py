"""Consents: which version of each document is in force, and who agreed to which."""

from collections.abc import Mapping

from patronage.members.models import Consent, Document, Person

IN_FORCE: Mapping[Document, str] = {
    Document.TERMS: "2026-11-24",
    Document.PRIVACY: "2026-11-26",
    Document.POINTS: "2026-11-24",
}
"""The date of each text's version. Whoever changes a text gives it a new one; a test asks."""


def record_consents(person: Person) -> None:
    """Record that a member agrees to all documents in force, each version once."""
    Consent.objects.bulk_create(
        [
            Consent(person=person, document=document, version=version)
            for document, version in IN_FORCE.items()
        ],
        ignore_conflicts=True,
    )
