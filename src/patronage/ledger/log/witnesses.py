"""Witnesses: outsiders who cosign a checkpoint after seeing that the log has only grown.

C2SP tlog-witness over HTTP. Whom to ask stands in a file in the form of C2SP tlog-policy, of which
the lines `witness NAME VERIFIER-KEY URL` are read. What they answered is kept in the log's folder:
for each witness its last cosignature, and in the checkpoint itself those of its very text.
"""

import json
from collections.abc import Iterable
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from patronage.ledger.log.folder import CHECKPOINT, WITNESSES, Folder
from patronage.tlog import (
    COSIGNATURE,
    Checkpoint,
    Note,
    Reader,
    Signature,
    TlogError,
    UnprovenError,
    VerifierKey,
    format_note,
    parse_checkpoint,
    parse_note,
    parse_signatures,
    parse_verifier_key,
    verify_signature,
)
from patronage.tlog.text import encode_base64, parse_decimal

_SECONDS: Final = 10
_ANSWER_BYTES_MAX: Final = 64_000
_IGNORED: Final = ("log", "group", "quorum")


class WitnessFileError(ValueError):
    """A file that names no witnesses. The message says which line is wrong."""


class Witness(NamedTuple):
    """Whom to ask for a cosignature, and where."""

    key: VerifierKey
    url: str


class Outcome(StrEnum):
    """How a witness answered."""

    COSIGNED = "cosigned"
    UNREACHABLE = "unreachable"
    UNKNOWN_LOG = "unknown_log"
    REFUSED = "refused"
    CONTRADICTED = "contradicted"
    """It has seen another history of this log: someone has published two."""


class Pushed(NamedTuple):
    """A witness's answer, with its particulars in English."""

    witness: Witness
    outcome: Outcome
    detail: str


def read_witnesses(path: Path) -> list[Witness]:
    """Read the witnesses in a policy file. Raises WitnessFileError, and OSError."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise WitnessFileError("it must be a text in UTF-8") from None
    for number, line in enumerate(lines, start=1):
        word, *rest = line.split() or ["#"]
        if word.startswith("#") or word in _IGNORED:
            continue
        try:
            if word != "witness" or len(rest) != 3:
                raise ValueError("write: witness NAME VERIFIER-KEY URL")
            _, key, url = rest
            found.append(Witness(_key(key), _checked(url)))
        except ValueError as error:
            raise WitnessFileError(f"line {number}: {error}") from None
    if not found:
        raise WitnessFileError("it names no witness")
    return found


def _key(text: str) -> VerifierKey:
    key = parse_verifier_key(text)
    if key.kind != COSIGNATURE:
        raise ValueError("the key is none of a witness")
    return key


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"{url} is no http:// or https:// address")
    return url.rstrip("/")


def push(files: Folder, witnesses: Iterable[Witness]) -> list[Pushed]:
    """Send the log's checkpoint to witnesses who have not cosigned it, and keep what they answer.

    One who cannot be reached does not stop the others. Raises UnprovenError where the log's files
    are damaged, and OSError.
    """
    data = files.get(CHECKPOINT)
    if data is None:
        return []
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    reader = Reader(files.get, checkpoint.size, checkpoint.root)
    sizes = {one["key"]: one["size"] for one in _kept(files)}
    pushed = []
    for witness in witnesses:
        old = sizes.get(str(witness.key), 0)
        if old < checkpoint.size:
            result = _ask(witness, reader, note, checkpoint, old)
            if isinstance(result, Signature):
                time = _keep(files, note, checkpoint, witness, result)
                result = Pushed(witness, Outcome.COSIGNED, str(time))
            pushed.append(result)
    return pushed


def _ask(
    witness: Witness, reader: Reader, note: Note, checkpoint: Checkpoint, old: int
) -> Signature | Pushed:
    """Ask for a cosignature, once more where the witness knows another size than we thought."""
    for _ in range(2):
        proof = reader.consistency_proof(old) if old else ()
        lines = [f"old {old}", *map(encode_base64, proof), ""]
        body = "\n".join([*lines, format_note(_own(note, checkpoint)).decode()])
        try:
            status, answer = _post(f"{witness.url}/add-checkpoint", body.encode())
        except (HTTPException, OSError) as error:
            return Pushed(witness, Outcome.UNREACHABLE, repr(error))
        if status == 200:
            return _cosignature(witness, note, answer)
        if status == 409:
            try:
                known = parse_decimal(answer.removesuffix("\n"), "a witness's size")
            except TlogError as error:
                return Pushed(witness, Outcome.REFUSED, str(error))
            if known > checkpoint.size:
                detail = f"it has seen {known} leaves, and there are {checkpoint.size}"
                return Pushed(witness, Outcome.CONTRADICTED, detail)
            if known != old:
                old = known
                continue
        break
    outcomes = {404: Outcome.UNKNOWN_LOG, 422: Outcome.CONTRADICTED}
    outcome = outcomes.get(status, Outcome.REFUSED)
    return Pushed(witness, outcome, f"it answered {status}")


def _own(note: Note, checkpoint: Checkpoint) -> Note:
    """Return a note with the log's own signature alone."""
    own = tuple(line for line in note.signatures if line.name == checkpoint.origin)
    return Note(note.text, own)


def _cosignature(witness: Witness, note: Note, answer: str) -> Signature | Pushed:
    try:
        for line in parse_signatures(answer):
            if (line.name, line.key_id) == (witness.key.name, witness.key.id):
                verify_signature(note.text, line, witness.key)
                return line
        raise UnprovenError("no line of its answer is of its key")
    except TlogError as error:
        return Pushed(witness, Outcome.REFUSED, str(error))


def _post(url: str, body: bytes) -> tuple[int, str]:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("POST", parts.path, body, {"User-Agent": "patronage"})
        answer = connection.getresponse()
        return answer.status, answer.read(_ANSWER_BYTES_MAX).decode("utf-8", "replace")
    finally:
        connection.close()


def _kept(files: Folder) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = json.loads(files.get(WITNESSES) or b"[]")
    return kept


def _keep(
    files: Folder, note: Note, checkpoint: Checkpoint, witness: Witness, line: Signature
) -> int | None:
    """Keep a cosignature, and add it to the checkpoint while that is the same; return its time."""
    time = verify_signature(note.text, line, witness.key).time
    own = _own(note, checkpoint).signatures
    cosigned = format_note(Note(note.text, (*own, line))).decode()
    with files.locked():
        others = [one for one in _kept(files) if one["key"] != str(witness.key)]
        told = {
            "name": witness.key.name,
            "key": str(witness.key),
            "size": checkpoint.size,
            "time": time,
            "note": cosigned,
        }
        kept = sorted([*others, told], key=lambda one: str(one["name"]))
        files.replace(WITNESSES, json.dumps(kept, ensure_ascii=False, indent=1).encode())
        shown = parse_note(files.get(CHECKPOINT) or b"")
        if shown.text == note.text:
            lines = tuple(one for one in shown.signatures if (one.name, one.key_id) != line[:2])
            files.show(format_note(Note(shown.text, (*lines, line))))
    return time
