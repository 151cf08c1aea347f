"""The definitions of RFC 6962, section 2.1, as they stand there: slow, and plain to read."""

from hashlib import sha256


def mth(d: list[bytes]) -> bytes:
    """The Merkle Tree Hash of a list of leaves, MTH(D[n])."""
    n = len(d)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return sha256(b"\x00" + d[0]).digest()
    k = split(n)
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    """The audit path of the leaf at m, PATH(m, D[n])."""
    n = len(d)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def proof(m: int, d: list[bytes]) -> list[bytes]:
    """The consistency proof of the first m leaves, PROOF(m, D[n])."""
    return subproof(m, d, whole=True)


def subproof(m: int, d: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    n = len(d)
    if m == n:
        return [] if whole else [mth(d)]
    k = split(n)
    if m <= k:
        return [*subproof(m, d[:k], whole=whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], whole=False), mth(d[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k
