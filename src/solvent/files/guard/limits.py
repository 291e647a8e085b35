"""Limits: what the reading of one upload may take: bytes, memory, seconds, open files."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.terms import Terms, term

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class GuardLimits(Terms, key="files.guard"):
    """What the child process that reads an upload may take. Memory and time grow with the file, up to a cap."""

    file_bytes: int = term(
        200_000_000, unit="bytes of an upload", source="own choice: a large group's year of invoices"
    )
    line_bytes: int = term(
        1_000_000, unit="bytes of one line of plain text", source="own choice: a row of 300 full cells has a tenth"
    )
    memory_bytes: int = term(
        2_000_000_000,
        unit="bytes of address space",
        source="own choice: QUALITY asks for 1 GB; Polars sets 0.7 GB aside before it has read anything",
    )
    memory_per_byte: int = term(
        40, unit="further bytes of address space for a byte of file", source="own choice: measured"
    )
    memory_most: int = term(8_000_000_000, unit="bytes of address space", source="own choice: half a small server")
    cpu_seconds: int = term(30, unit="seconds of processor time", source="QUALITY, uploads")
    wall_seconds: int = term(60, unit="seconds", source="QUALITY, uploads")
    seconds_per_megabyte: int = term(2, unit="further seconds for a megabyte of file", source="own choice: measured")
    most_seconds: int = term(600, unit="seconds", source="own choice: nobody waits longer for one file")
    result_bytes: int = term(
        4_000_000_000, unit="bytes of one file of the result", source="own choice: 20 times the file"
    )
    open_files: int = term(64, unit="open files", source="own choice: a reader needs a dozen")
    threads: int = term(2, unit="threads of the engine", source="own choice: each sets address space aside")

    def memory_for(self, size: int) -> int:
        """Address space for a file of so many bytes."""
        return min(self.memory_bytes + self.memory_per_byte * size, max(self.memory_most, self.memory_bytes))

    def cpu_for(self, size: int) -> int:
        """Seconds of processor time, over all threads."""
        return self._longer(self.cpu_seconds, size)

    def wall_for(self, size: int) -> int:
        """Seconds on the clock."""
        return self._longer(self.wall_seconds, size)

    def _longer(self, seconds: int, size: int) -> int:
        return min(seconds + self.seconds_per_megabyte * (size // MEGABYTE), max(self.most_seconds, seconds))


GUARD = GuardLimits()
"""The limits as they stand by default."""
