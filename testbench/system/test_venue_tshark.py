"""What tshark, which shares no code with us, makes of everything a venue says and hears: that it complains of nothing, and
reads the bytes that the participants have.

tshark has MoldUDP64 and SoupBinTCP whole. Its OUCH is 4.2, of which System Event is the one message that 5.0 left alone, and
its ITCH is older than 5.0: those messages' bytes are compared, not their fields."""

import collections
import pathlib
import random
import re
import signal
import struct
import subprocess
import unittest

from command import PATIENCE
from venue_client import Lost, Soup
from venue_fixture import VenueTest

# What tshark remarks that is no complaint of ours: what TCP does on a busy machine, and that a packet asks for messages.
REMARKS = re.compile(r"Connection (establish|finish|reset) .*|This frame (initiates|undergoes) the connection closing|"
                     r"This frame is a \(suspected\) .*retransmission|D-SACK Sequence|Duplicate ACK .*|TCP keep-alive .*|"
                     "Number of Requested Messages")
FIELDS = ("frame.number tcp.srcport tcp.dstport udp.dstport moldudp64.session moldudp64.sequence moldudp64.count moldudp64.msgseq"
          " moldudp64.msgdata moldudp64.request soupbintcp.packet_type soupbintcp.message ouch.packet_type ouch.unknown_message"
          " _ws.malformed _ws.expert.message").split()


class Tshark(VenueTest):
    def capture(self):
        self.need("tshark")
        capture = subprocess.Popen(["tshark", "-q", "-F", "pcap", "-B", "32", "-i", "lo", "-w", "venue.pcap", "-f", self.ours],
                                   cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(capture.communicate)
        self.addCleanup(capture.kill)
        said = []
        while line := capture.stderr.readline():
            said.append(line)
            if "Capture started" in line:
                return capture
        self.skipTest(f"tshark may not capture on lo: {' '.join(said)}")

    @property
    def ours(self):
        ports = [self.ouch, self.glimpse, self.requests, *(line.port for line in self.lines)]
        return " or ".join(f"port {p}" for p in ports)

    def decode(self, file):
        """A row of fields for each frame; and what tshark complains of."""
        command = ["tshark", "-r", file, "-T", "fields", "-E", "aggregator=|"]
        for field in FIELDS:
            command += ["-e", field]
        for port in (self.ouch, self.glimpse):
            command += ["-d", f"tcp.port=={port},soupbintcp"]
        for port in (self.requests, *(line.port for line in self.lines)):
            command += ["-d", f"udp.port=={port},moldudp64"]
        out = subprocess.run(command, cwd=self.folder, text=True, capture_output=True, check=True).stdout
        rows = [dict(zip(FIELDS, line.split("\t"))) for line in out.splitlines()]
        complaints = []
        for row in rows:
            remarks = [r for r in row["_ws.expert.message"].split("|") if r and not REMARKS.fullmatch(r)]
            if remarks or row["_ws.malformed"] or row["ouch.unknown_message"]:
                complaints.append(f"frame {row['frame.number']}: {remarks} {row['_ws.malformed']}")
        return rows, complaints

    def mold(self, rows, port):
        """Messages by sequence number that went to a UDP port; and whether the session's end was told."""
        messages, ended = {}, False
        for row in rows:
            if row["udp.dstport"] != str(port) or not row["moldudp64.count"]:
                continue
            ended |= int(row["moldudp64.count"], 0) == 0xFFFF
            if row["moldudp64.msgseq"]:
                numbers = [int(n) for n in row["moldudp64.msgseq"].split("|")]
                data = [bytes.fromhex(d) for d in row["moldudp64.msgdata"].split("|")]
                self.assertEqual(len(numbers), int(row["moldudp64.count"], 0))
                messages.update(zip(numbers, data, strict=True))
        return messages, ended

    def soup(self, rows, server):
        """For each connection to a port: the types of the packets of each side, and the messages in them."""
        found = collections.defaultdict(lambda: {True: ("", []), False: ("", [])})
        for row in rows:
            if not row["soupbintcp.packet_type"] or str(server) not in (row["tcp.srcport"], row["tcp.dstport"]):
                continue
            types = row["soupbintcp.packet_type"].replace("'", "").split("|")
            data = [bytes.fromhex(d) for d in row["soupbintcp.message"].split("|") if d]
            side = row["tcp.srcport"] == str(server)
            client = row["tcp.dstport" if side else "tcp.srcport"]
            before = found[client][side]
            found[client][side] = (before[0] + "".join(types), before[1] + data)
        return list(found.values())

    def run_a_day(self):
        """A venue's day with every kind of packet in it, captured. The traders, their drop copy, a snapshot, and the tape."""
        self.configure(ouch="silence_s = 300\n")
        capture = self.capture()
        self.start("-q")
        one, two = self.traders()
        drop = Soup(self.ouch, "D1", "read")
        with self.assertRaises(Lost):
            Soup(self.ouch, "T1", "wrong")
        rng = random.Random(9)
        for step in range(200):
            self.trade(rng.choice((one, two)), rng)
            if step % 50 == 49:
                self.settle(one, two)
        snapshot = Soup(self.glimpse, "T1", "pass1").read()
        for t in (one, two):
            t.hear(lambda: t.soup.beats and t.soup.beaten, "heartbeats of both sides, which have nothing to say")
        self.lines[0].read_to(self.control("hash")["tape"] + 1)
        self.lines[0].messages.clear()  # as if all had been lost
        self.lines[0].ask(self.requests)
        two.soup.packet(b"O")
        self.control("close")
        one.hear(lambda: one.soup.ended, "the end of the session")
        copied = drop.read()
        self.lines[1].hear(lambda: self.lines[1].ended, "the end of the session")
        self.stop()
        # The capture has all that came before this, a request that nobody answers any more.
        last = struct.pack(">10sQH", b"LASTFRAME1", 1, 1)
        self.lines[0].socket.sendto(last, ("127.0.0.1", self.requests))
        self.until(lambda: last in (self.folder / "venue.pcap").read_bytes(), "the last frame to be captured")
        capture.send_signal(signal.SIGINT)
        capture.wait(PATIENCE)
        return one, two, copied, snapshot

    def test_reads_what_the_participants_have_and_complains_of_nothing(self):
        one, two, copied, snapshot = self.run_a_day()
        rows, complaints = self.decode("venue.pcap")
        self.assertEqual(complaints, [])
        # Both lines, whole, and the re-requests.
        tape = self.lines[1].messages
        self.assertEqual(sorted(tape), list(range(1, self.lines[1].next)))
        for line in self.lines:
            messages, ended = self.mold(rows, line.port)
            self.assertTrue(ended)
            self.assertTrue(messages == tape, f"{len(messages)} messages of {len(tape)}, or other bytes")
        self.assertTrue(any(row["moldudp64.request"] for row in rows))
        # Order entry: both directions of every connection.
        connections = self.soup(rows, self.ouch)
        self.assertEqual(len(connections), 4)
        told = [c[True][1] for c in connections]
        for stream in (one.stream, two.stream, copied):
            # What it reads as OUCH it does not give as bytes.
            self.assertTrue([m for m in stream if m[:1] != b"S"] in told, "a stream has other bytes than its reader got")
        asked = [set(c[False][1]) for c in connections]
        for trader in (one, two):
            self.assertTrue({request[0] for request in trader.requests.values()} in asked, "other requests than were sent")
        self.assertEqual({t for c in connections for t in c[True][0]}, set("AJSHZ"))
        self.assertEqual({t for c in connections for t in c[False][0]}, set("LURO"))
        events = sum(m[:1] == b"S" for stream in (one.stream, two.stream, copied) for m in stream)
        self.assertEqual(sum(row["ouch.packet_type"].count("'S'") for row in rows), events)
        # The snapshot.
        (glimpse,) = self.soup(rows, self.glimpse)
        self.assertTrue(glimpse[True][1] == snapshot, "the snapshot has other bytes than its reader got")

    def test_complains_of_frames_that_are_wrong(self):
        self.run_a_day()
        good = (self.folder / "venue.pcap").read_bytes()
        line = struct.pack(">H", self.lines[0].port)
        at = good.index(line, 24)
        while good[at - 22] != 0x45 or struct.unpack_from(">H", good, at + 6 + 18)[0] in (0, 0xFFFF):
            at = good.index(line, at + 1)
        block = at + 6 + 20  # the first block's length, behind the rest of the UDP header and MoldUDP64's
        login = good.index(b"TWINPATH01" + b" " * 19 + b"1")
        faults = {
            "a block longer than its packet": (block, b"\x7f", "Invalid Message Length|Malformed"),
            "a sequence number of letters": (login + 10, b"NOTANUMBER", "invalid string"),
        }
        for name, (place, bytes_, told) in faults.items():
            with self.subTest(fault=name):
                pathlib.Path(self.folder / "bad.pcap").write_bytes(good[:place] + bytes_ + good[place + len(bytes_):])
                _, complaints = self.decode("bad.pcap")
                self.assertEqual(len(complaints), 1, complaints)
                self.assertRegex(complaints[0], told)


if __name__ == "__main__":
    unittest.main()
