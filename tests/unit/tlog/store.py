"""A store in memory, which tells what was put and can fail."""


class MemoryStore(dict[str, bytes]):
    """A dictionary of paths. Fails at the put after `puts_left` more, if that is a number."""

    puts_left: int | None = None

    def __init__(self) -> None:
        self.paths_put: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        if self.puts_left is not None:
            if self.puts_left == 0:
                raise OSError("no space left")
            self.puts_left -= 1
        self[path] = data
        self.paths_put.append(path)


def leaves(count: int, start: int = 0) -> list[bytes]:
    """Make leaves that all differ."""
    return [b"leaf %d" % number for number in range(start, start + count)]
