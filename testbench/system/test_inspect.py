"""`twinpath inspect`: what is in a capture."""

import collections
import re
import struct
import unittest

from command import CLEAN, HOSTILE, SystemTest, read_pcap


class Inspect(SystemTest):
    def counts(self, file):
        """Messages by type, as printed, and the whole text."""
        text = self.run_command("inspect", file).stdout
        table = text[text.index("\ntype "):]
        counts = {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\S) +[a-z_]+ +(\d+) +[\d.]+%$", table)}
        total = int(re.search(r"(?m)^all +(\d+)$", table)[1])
        self.assertEqual(sum(counts.values()), total)
        return counts, text

    def summary_counts(self, summary):
        return {m[1]: int(m[2]) for m in re.finditer(r"(?m)^  (\S) (\d+) [a-z_]+$", summary)}

    def test_counts_of_a_line_agree_with_the_generator(self):
        summary = self.run_command("generate", "--line-a", "a.pcap", "--line-b", "b.pcap", *CLEAN, "--unknown-types", "0.01").stdout
        expected = self.summary_counts(summary)
        self.assertGreater(len(expected), 12)
        for line in "ab":
            counts, text = self.counts(f"{line}.pcap")
            self.assertEqual(counts, expected)
            frames = int(re.search(rf"line {line.upper()}: (\d+) frames", summary)[1])
            self.assertIn(f"{line}.pcap: {frames} frames, ", text)
            self.assertIn(f"messages {sum(expected.values())} ", text)
            self.assertIn(f"sequences 1 to {sum(expected.values())}", text)

    def test_counts_of_both_lines_add_up(self):
        expected = self.summary_counts(self.generate(CLEAN))
        counts, text = self.counts("session.pcap")
        self.assertEqual(counts, {t: 2 * n for t, n in expected.items()})
        self.assertEqual(re.findall(r"(?m)^(233\.\S+) session 'TWINPATH01'$", text), ["233.49.196.111:26477", "233.54.12.111:26477"])

    def test_damage_is_counted_by_kind(self):
        summary = self.generate(HOSTILE)
        frames = read_pcap(self.folder / "session.pcap")
        text = self.run_command("inspect", "session.pcap").stdout
        self.assertIn(f"session.pcap: {len(frames)} frames, {sum(len(f) for _, f in frames)} bytes, ", text)
        damage = {m[1]: int(m[2]) for m in re.finditer(r"(?m)^  (\S.*?)  +(\d+)$", text[text.index("frames and blocks"):])}
        total = sum(int(n) for n in re.findall(r", (\d+) damaged", summary))
        # Frames to another address or session are well-formed, and one fault may show twice.
        self.assertGreater(sum(damage.values()), total // 2)
        self.assertGreater(len(damage), 6)

    def test_verbose_prints_the_frames_asked_for(self):
        self.generate(CLEAN)
        text = self.run_command("inspect", "-v", "--from", "100", "--count", "3", "session.pcap").stdout
        self.assertEqual(re.findall(r"(?m)^frame (\d+) ", text), ["100", "101", "102"])

    def test_frames_before_a_cut_are_counted(self):
        self.generate(CLEAN)
        session = self.folder / "session.pcap"
        frames = read_pcap(session)
        with open(session, "r+b") as file:
            file.truncate(24 + sum(16 + len(f) for _, f in frames[:500]) + 20)
        done = self.assert_fails("inspect", "session.pcap", names=["session.pcap: byte ", "cut off"])
        self.assertIn("session.pcap: 500 frames, ", done.stdout)


def books_of(file):
    """Best bid and offer by stock, from an Ethernet capture without tags, read with no code of the project."""
    orders, names, expected = {}, {}, None
    for _, frame in read_pcap(file):
        sequence, count = struct.unpack_from(">QH", frame, 52)
        at = 62
        for i in range(count if count != 0xFFFF else 0):
            length, = struct.unpack_from(">H", frame, at)
            m, at = frame[at + 2:at + 2 + length], at + 2 + length
            if expected is not None and sequence + i != expected:
                continue
            expected = sequence + i + 1
            kind, locate = chr(m[0]), struct.unpack_from(">H", m, 1)[0]
            if kind == "R":
                names[locate] = m[11:19].decode().strip()
            elif kind in "AF":
                orders[m[11:19]] = [locate, chr(m[19]), *struct.unpack_from(">I8xI", m, 20)]
            elif kind in "ECX":
                orders[m[11:19]][2] -= struct.unpack_from(">I", m, 19)[0]
                if orders[m[11:19]][2] == 0:
                    del orders[m[11:19]]
            elif kind == "D":
                del orders[m[11:19]]
            elif kind == "U":
                old = orders.pop(m[11:19])
                orders[m[19:27]] = [*old[:2], *struct.unpack_from(">II", m, 27)]
    books = {}
    for locate, name in names.items():
        sides = []
        for side, best in (("B", max), ("S", min)):
            levels = collections.Counter()
            for l, s, shares, price in orders.values():
                if (l, s) == (locate, side):
                    levels[price] += shares
            at = best(levels, default=None)
            sides.append((levels[at], f"{at // 10000}.{at % 10000:04}", len(levels)) if levels else None)
        books[name] = sides
    return books


class Books(SystemTest):
    def table(self, text):
        rows = {}
        for line in text[text.index("\nlocate "):].splitlines()[2:]:
            m = re.fullmatch(r"\d+ +(\S+) +(?:(\d+) @ +(\S+)|-) +(\d+) +(?:(\d+) @ +(\S+)|-) +(\d+)", line)
            rows[m[1]] = [(int(m[i]), m[i + 1], int(m[i + 2])) if m[i] else None for i in (2, 5)]
        return rows

    def test_are_those_of_a_script_that_reads_the_same_capture(self):
        self.generate(CLEAN)
        expected = books_of(self.folder / "session.pcap")
        text = self.run_command("inspect", "session.pcap", "--books", "--config", "session.toml").stdout
        self.assertEqual(self.table(text), expected)
        self.assertEqual(len(expected), 16)
        self.assertGreater(sum(side is not None for sides in expected.values() for side in sides), 20)
        self.assertIn(" messages, 0 of them lost: ", text)
        name, sides = next((n, s) for n, s in expected.items() if s[0] and s[1])
        text = self.run_command("inspect", "session.pcap", "--books", "--symbol", name, "--config", "session.toml").stdout
        levels = text[text.index(f"\n{name}, locate "):].splitlines()[3:]
        self.assertEqual(len(levels), max(side[2] for side in sides))
        self.assertRegex(levels[0], rf"^ *{sides[0][0]} @ +{sides[0][1]} +{sides[1][0]} @ +{sides[1][1]}$")

    def test_that_cannot_be_made_are_explained(self):
        self.generate(CLEAN)
        self.assert_fails("inspect", "session.pcap", "--books", "--symbol", "NOSUCH", names=["session.pcap", "NOSUCH", "16"])
        other = (self.folder / "session.toml").read_text().replace("233.", "234.")
        (self.folder / "other.toml").write_text(other)
        self.assert_fails("inspect", "session.pcap", "--books", "--config", "other.toml", names=["session.pcap", "found none", "--config"])

    def test_of_an_artificial_session_name_the_orders_that_never_existed(self):
        text = self.run_command("inspect", self.data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz"), "--books").stdout
        self.assertIn(": 3204 orders live\n  unknown_reference 117\n", text)
        self.assertEqual(len(self.table(text)), 3)


class ForeignCaptures(SystemTest):
    def test_nasdaq_multicast_frames(self):
        file = self.data("itch50_frames/Multiple.Packets.pcap")
        text = self.run_command("inspect", "-v", file).stdout
        self.assertIn("2 frames, ", text)
        self.assertIn("233.54.12.111:26477 session '000010059B'\n  packets 2  messages 39 ", text)
        self.assertRegex(text, r"frame \d+ .* count 38\n")
        self.assertNotIn("not right", text)
        self.assertEqual(len(re.findall(r"(?m)^ +\d+  (?:add_order|add_order_mpid|order_delete) stock_locate=", text)), 39)

    def test_first_messages_of_a_nasdaq_day(self):
        self.check_types("itch50/nasdaq_20191230_first1000.itch", dict(S=1, R=993, H=3, Y=3))

    def test_artificial_session(self):
        self.check_types("itch50/artificial_3symbols.NASDAQ_ITCH50.gz",
                         dict(P=5000, A=4997, D=1745, E=198, X=45, U=12, S=6, F=3, R=3, H=3))

    def check_types(self, name, expected):
        text = self.run_command("inspect", self.data(name)).stdout
        counts = {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\S) +[a-z_]+ +(\d+) +[\d.]+%$", text)}
        self.assertEqual(counts, expected)
        self.assertRegex(text, rf"(?m)^all +{sum(expected.values())}$")
        self.assertNotIn("not right", text)


if __name__ == "__main__":
    unittest.main()
