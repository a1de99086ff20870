"""A reader of journals (host/journal/journal_format.h) that shares no code with what wrote them."""

import pathlib
import struct

from command import Event

_CRC = []
for _n in range(256):
    for _ in range(8):
        _n = _n >> 1 ^ (0x82F63B78 if _n & 1 else 0)
    _CRC.append(_n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


START, BANK, EVENT, SENT, REFUSED, DOUBT, STOP, HOST_CANCEL = range(1, 9)


class Record:
    def __init__(self, number, time, kind, source, intent, tag, incarnation, payload):
        self.number, self.time, self.kind, self.source, self.intent = number, time, kind, source, intent
        self.tag, self.incarnation, self.payload = tag, incarnation, payload
        if kind in (EVENT, HOST_CANCEL):
            self.event = Event(payload)
        if kind in (SENT, DOUBT):
            self.user_ref, self.cancel, self.left = struct.unpack_from("<IBB", payload)


def read_journal(folder):
    """Every record of a journal; checksums and numbers must be right up to its end."""
    records = []
    for file in sorted(pathlib.Path(folder).glob("*.journal")):
        data = file.read_bytes()
        assert data[:8] == b"TWNJRNL1", file
        assert crc32c(data[:60]) == struct.unpack_from("<I", data, 60)[0], file
        at = 64
        while at < len(data):
            crc, size, number, time, kind, source, intent, tag, incarnation = struct.unpack_from("<IIQQHHIII", data, at)
            end = at + 40 + (size + 7) // 8 * 8
            assert end <= len(data) and crc32c(data[at + 4:end]) == crc, f"{file}: byte {at}"
            records.append(Record(number, time, kind, source, intent, tag, incarnation, data[at + 40:at + 40 + size]))
            assert number == len(records), f"{file}: byte {at}: record {number}"
            at = end
    return records
