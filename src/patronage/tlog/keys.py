"""Keys of signed notes and their text forms (C2SP signed-note; Go's sumdb/note for signers).

A verifier key is `name+id+base64(kind ‖ public key)`, a signer key
`PRIVATE+KEY+name+id+base64(kind ‖ seed)`, the id in hexadecimal.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from patronage.tlog.errors import MalformedError
from patronage.tlog.text import check_lines, encode_base64, parse_base64

NOTE: Final = 0x01
"""The kind of key that signs a note's text with Ed25519."""
COSIGNATURE: Final = 0x04
"""The kind of key with which a witness signs a checkpoint and the time, with Ed25519."""
KINDS: Final = (NOTE, COSIGNATURE)
KEY_BYTES: Final = 32
ID_BYTES: Final = 4

_PRIVATE: Final = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name that its signatures carry."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        _check(self.name, self.kind, self.public)

    @property
    def id(self) -> bytes:
        """The 4 bytes by which a signature names its key."""
        body = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(body).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return _format(self, self.public)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether an Ed25519 signature of a message is of this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):  # ValueError: no point of the curve
            return False
        return True


class SignerKey:
    """A private key with its name and kind, made from a seed of 32 secret random bytes."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        _check(name, kind, seed)
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, kind, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:  # what is shown of it is public
        return f"SignerKey({self.verifier})"

    def secret_text(self) -> str:
        """Return the text form, which must be kept as secret as the seed."""
        return _PRIVATE + _format(self.verifier, self._seed)

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message."""
        return self._private.sign(message)


def parse_verifier_key(text: str) -> VerifierKey:
    """Read a verifier key."""
    name, id, kind, public = _parse(text, "a verifier key")
    key = VerifierKey(name, kind, public)
    if key.id.hex() != id:
        raise MalformedError("a verifier key's id must be that of its name and public key")
    return key


def parse_signer_key(text: str) -> SignerKey:
    """Read a signer key. What it says is in no error."""
    if not text.startswith(_PRIVATE):
        raise MalformedError(f"a signer key must begin with {_PRIVATE}")
    name, id, kind, seed = _parse(text.removeprefix(_PRIVATE), "a signer key")
    key = SignerKey(name, kind, seed)
    if key.verifier.id.hex() != id:
        raise MalformedError("a signer key's id must be that of its name and public key")
    return key


def is_name(name: str) -> bool:
    """Tell whether a text may name a key: not empty, without spaces and plus signs."""
    return bool(name) and not any(char.isspace() or char == "+" for char in name)


def _format(key: VerifierKey, material: bytes) -> str:
    return f"{key.name}+{key.id.hex()}+{encode_base64(bytes([key.kind]) + material)}"


def _parse(text: str, what: str) -> tuple[str, str, int, bytes]:
    parts = text.split("+", 2)  # Base64 has plus signs of its own
    if len(parts) != 3:
        raise MalformedError(f"{what} must have a name, an id and a key, joined by plus signs")
    name, id, encoded = parts
    data = parse_base64(encoded, what)
    return name, id, data[0], data[1:]


def _check(name: str, kind: int, material: bytes) -> None:
    check_lines(name, "a key's name")
    if not is_name(name):
        raise MalformedError("a key's name must not be empty and hold no spaces and no plus sign")
    if kind not in KINDS:
        raise MalformedError("a key must be of kind 1 (Ed25519) or 4 (Ed25519 cosignature)")
    if len(material) != KEY_BYTES:
        raise MalformedError(f"a key must have {KEY_BYTES} bytes")
