"""The classic pcap format as it streams by: whole packets are passed on, and counted."""

import struct

_FILE_HEADER = 24
_RECORD = struct.Struct("=IIII")  # seconds, fraction, bytes that follow, bytes there were: in the writer's byte order


class PcapStream:
    """Feed it what comes, write what it gives back: a file then never ends in the middle of a packet."""

    def __init__(self) -> None:
        self.packets = 0
        self._held = b""
        self._in_header = True

    def feed(self, data: bytes) -> bytes:
        """The file header and the packets that are complete by now."""
        self._held += data
        end = 0
        if self._in_header:
            if len(self._held) < _FILE_HEADER:
                return b""
            end, self._in_header = _FILE_HEADER, False
        while (after := self._end_of_packet(end)) is not None:
            end = after
            self.packets += 1
        whole, self._held = self._held[:end], self._held[end:]
        return whole

    def _end_of_packet(self, start: int) -> int | None:
        if start + _RECORD.size > len(self._held):
            return None
        end = start + _RECORD.size + int(_RECORD.unpack_from(self._held, start)[2])
        return end if end <= len(self._held) else None
