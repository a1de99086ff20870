"""`twinpath replay --orders`: the frames that leave, as a foreign decoder and a second codec read them."""

import struct
import subprocess
import unittest

from command import CANCEL, ORDER, SystemTest, read_events, read_pcap, symbol_names


class OrderFrames(SystemTest):
    def setUp(self):
        super().setUp()
        self.generate_hostile()
        self.replay("-q", "--orders", "orders.pcap", "--report", "report")
        self.orders = read_pcap(self.folder / "orders.pcap")
        self.sent = [e for e in read_events(self.folder / "report/events-0.bin") if e.kind in (ORDER, CANCEL)]

    def test_carry_what_the_events_say(self):
        names = symbol_names(self.folder / "session.toml")
        self.assertEqual(len(self.orders), len(self.sent))
        self.assertEqual({e.kind for e in self.sent}, {ORDER, CANCEL})
        for (_, frame), event in zip(self.orders, self.sent):
            ouch = frame[42:]
            if event.kind == CANCEL:
                expected = struct.pack(">cII", b"X", event.user_ref, 0) + bytes(9)  # padded to 60 bytes
            else:
                expected = struct.pack(">cIcI8sQ5s6s8sH", b"O", event.user_ref, b"BS"[event.side:event.side + 1], event.quantity,
                                       names[event.symbol].ljust(8).encode(), event.price, b"0YPNN", b"TWIN  ",
                                       b"%08X" % event.user_ref, 0)
            self.assertEqual(ouch, expected, event)

    def test_are_stamped_with_the_time_of_their_cause(self):
        frames = read_pcap(self.folder / "session.pcap")
        times = [t for t, _ in self.orders]
        self.assertEqual(times, sorted(times))
        for time, event in zip(times, self.sent):
            # A frame acts when it comes, or later when the wire was busy or it waited for a gap to be filled.
            self.assertGreater(time - frames[event.frame][0], -8, event)
            self.assertLess(time - frames[event.frame][0], 1_100_000, event)

    def test_are_right_for_tshark(self):
        self.need("tshark")
        fields = "frame.len ip.len udp.length ip.checksum.status ip.src ip.dst udp.srcport udp.dstport _ws.malformed".split()
        done = subprocess.run(["tshark", "-r", "orders.pcap", "-o", "ip.check_checksum:TRUE", "-T", "fields",
                               *[a for f in fields for a in ("-e", f)]],
                              cwd=self.folder, text=True, capture_output=True, check=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual(len(rows), len(self.sent))
        for row, event in zip(rows, self.sent):
            lengths = ["89", "75", "55"] if event.kind == ORDER else ["60", "37", "17"]
            self.assertEqual(row, lengths + ["1", "10.0.0.1", "10.0.0.2", "40000", "26400", ""], event)


if __name__ == "__main__":
    unittest.main()
