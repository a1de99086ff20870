"""`twinpath capture`, `send` and `doctor`: frames across a veth pair between two network namespaces."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from command import CLEAN, PATIENCE, SystemTest, read_pcap

SHORT = [{"8000": "4000"}.get(o, o) for o in CLEAN]
LINES = "233.54.12.111:26477,233.49.196.111:26477"  # of `twinpath generate`


def payload(frame):
    """UDP payload of a frame with or without a tag."""
    ip = 18 if frame[12:14] == b"\x81\x00" else 14
    return frame[ip + 28:ip + int.from_bytes(frame[ip + 2:ip + 4], "big")]


def destination(frame):
    ip = 18 if frame[12:14] == b"\x81\x00" else 14
    return frame[ip + 16:ip + 20] + frame[ip + 22:ip + 24]


class Wire(SystemTest):
    """Namespace A with interface va (10.9.0.1) and B with vb (10.9.0.2)."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root to make network namespaces")
        self.need("ip")
        self.a, self.b = (f"twinpath{os.getpid()}{end}" for end in "ab")
        for name in (self.a, self.b):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)  # of one that had our number and was killed
        if subprocess.run(["ip", "netns", "add", self.a], capture_output=True).returncode != 0:
            self.skipTest("network namespaces cannot be made here")
        self.addCleanup(subprocess.run, ["ip", "netns", "delete", self.a])
        self.ip("netns", "add", self.b)
        self.addCleanup(subprocess.run, ["ip", "netns", "delete", self.b])
        for name in (self.a, self.b):
            self.ip("netns", "exec", name, "sh", "-c",
                    "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6")
        self.ip("link", "add", "va", "netns", self.a, "type", "veth", "peer", "name", "vb", "netns", self.b)
        ends = ((self.a, "va", "10.9.0.1/24"), (self.b, "vb", "10.9.0.2/24"))
        for name, interface, address in ends:
            self.ip("-n", name, "address", "add", address, "dev", interface)
            self.ip("-n", name, "link", "set", interface, "up")
        for name, interface, _ in ends:
            self.until(lambda: re.search(r"qdisc noqueue.*state UP", self.ip("-n", name, "-o", "link", "show", "dev", interface)),
                       f"{interface} to be up")

    def ip(self, *arguments):
        return subprocess.run(["ip", *arguments], check=True, text=True, capture_output=True).stdout

    def start_capture(self, source, *arguments):
        """A capture in B into out.pcap, once it listens."""
        process = subprocess.Popen(["ip", "netns", "exec", self.b, self.command, "capture", "--from", source, "--out", "out.pcap",
                                    *map(str, arguments)], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        self.assertRegex(line, "^capture: ", "the capture did not open")
        return process

    def finish(self, process):
        out, error = process.communicate(timeout=2 * PATIENCE)
        self.assertEqual(process.returncode, 0, out + error)
        return out

    def sent(self):
        """How many frames have left A."""
        return int(self.ip("netns", "exec", self.a, "cat", "/sys/class/net/va/statistics/tx_packets"))

    def send(self, to, *arguments):
        done = subprocess.run(["ip", "netns", "exec", self.a, self.command, "send", "--from", "pcap:session.pcap", "--to", to,
                               *map(str, arguments)], cwd=self.folder, text=True, capture_output=True, timeout=2 * PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def sender(self, speed="0.05"):
        """Sends from A at this part of the session's pace, while the test goes on: for 200 seconds where that is LONG."""
        process = subprocess.Popen(["ip", "netns", "exec", self.a, self.command, "send", "-q", "--from", "pcap:session.pcap", "--to",
                                    "af_packet:va", "--speed", speed], cwd=self.folder)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def cross(self, source, to, most=8192):
        """The session, or its first frames, sent from A at once and captured in B: frames sent, frames captured. `most` is
        what the receiver's ring holds, so that nothing is lost however late it comes to look."""
        self.generate([*SHORT, "--tagged", "0.2"])
        frames = [f for _, f in read_pcap(self.folder / "session.pcap")][:most]
        capture = self.start_capture(source, "--frames", len(frames), "--seconds", PATIENCE)
        self.assertIn(f"sent {len(frames)} frames", self.send(to, "--speed", "0", "--frames", most))
        self.assertIn(f"received {len(frames)} frames", self.finish(capture))
        return frames, [f for _, f in read_pcap(self.folder / "out.pcap")]


class PacketIo(Wire):
    def test_af_packet_frames_are_equal(self):
        for ring in ("", ",blocks"):
            with self.subTest(ring=ring):
                self.assertEqual(*self.cross(f"af_packet:vb{ring}", "af_packet:va"))

    def test_dpdk_frames_are_equal(self):
        if "build with DPDK" in self.run_command("capture", "--from", "dpdk:net_bogus0", "--out", "x.pcap", status=2).stderr:
            self.skipTest("this build has no DPDK")
        self.assertEqual(*self.cross("dpdk:net_pcap0,iface=vb", "dpdk:net_pcap0,iface=va", most=1500))

    def test_udp_carries_both_lines(self):
        sent, captured = self.cross(f"udp:{LINES}@vb", f"udp:{LINES}@va")
        for line in {destination(f) for f in sent}:
            self.assertEqual([payload(f) for f in captured if destination(f) == line],
                             [payload(f) for f in sent if destination(f) == line])

        def table(file):
            text = self.run_command("inspect", file).stdout
            return text[text.index("\ntype"):]
        self.assertEqual(table("out.pcap"), table("session.pcap"))

    def test_group_keeps_one_line(self):
        self.generate(CLEAN)
        frames = [f for _, f in read_pcap(self.folder / "session.pcap")]
        line_a = [f for f in frames if destination(f) == bytes([233, 54, 12, 111]) + (26477).to_bytes(2, "big")]
        capture = self.start_capture("af_packet:vb", "--group", "233.54.12.111:26477", "--frames", len(line_a), "--seconds", PATIENCE)
        self.send("af_packet:va", "--speed", "1")
        self.finish(capture)
        self.assertEqual([f for _, f in read_pcap(self.folder / "out.pcap")], line_a)
        self.assertLess(len(line_a), len(frames))

    def test_no_frame_is_sent_before_its_time(self):
        self.generate(CLEAN)
        session = read_pcap(self.folder / "session.pcap")[:2000]
        capture = self.start_capture("af_packet:vb", "--frames", len(session))
        begun = time.time_ns()
        self.send("af_packet:va", "--speed", "0.25", "--frames", len(session))
        self.finish(capture)
        # Every frame is due at its distance from the first, which may itself be late, but not before we asked.
        for (came, _), (time_, _) in zip(read_pcap(self.folder / "out.pcap"), session, strict=True):
            self.assertGreaterEqual(came - begun, (time_ - session[0][0]) * 4)

    def test_capture_ends_whole_on_a_signal(self):
        self.generate(CLEAN)
        frames = [f for _, f in read_pcap(self.folder / "session.pcap")][:500]
        capture = self.start_capture("af_packet:vb")
        # What came before the signal is written, though the capture had no time for it until then.
        capture.send_signal(signal.SIGSTOP)
        self.send("af_packet:va", "--speed", "0", "--frames", len(frames))
        capture.send_signal(signal.SIGTERM)
        capture.send_signal(signal.SIGCONT)
        self.assertIn("500 frames written", self.finish(capture))
        self.assertEqual([f for _, f in read_pcap(self.folder / "out.pcap")], frames)


class PacketIoFiles(SystemTest):
    def test_send_to_a_file_and_capture_from_one(self):
        self.generate(CLEAN)
        frames = read_pcap(self.folder / "session.pcap")
        self.run_command("send", "--from", "pcap:session.pcap", "--to", "pcap:sent.pcap", "--speed", "0")
        self.assertEqual([f for _, f in read_pcap(self.folder / "sent.pcap")], [f for _, f in frames])
        self.run_command("capture", "--from", "pcap:session.pcap", "--out", "again.pcap")
        self.assertEqual(read_pcap(self.folder / "again.pcap"), frames)

    def test_cut_off_capture_gives_what_is_good(self):
        self.generate(CLEAN)
        session = self.folder / "session.pcap"
        frames = read_pcap(session)
        with open(session, "r+b") as file:
            file.truncate(24 + sum(16 + len(f) for _, f in frames[:300]) + 20)
        for command, file in (("capture", ("--out", "out.pcap")), ("send", ("--to", "pcap:out.pcap", "--speed", "0"))):
            self.assert_fails(command, "-q", "--from", "pcap:session.pcap", *file, names=["session.pcap: byte ", "cut off"])
            self.assertEqual([f for _, f in read_pcap(self.folder / "out.pcap")], [f for _, f in frames[:300]])


class PacketIoErrors(SystemTest):
    def assert_capture_fails(self, source, *arguments, names):
        self.assert_fails("capture", "--from", source, "--out", "out.pcap", *arguments, names=[source.split(":")[0], *names])

    def test_addresses_that_cannot_be_opened(self):
        for source, names in (
                ("serial:0", ["serial:0", "pcap:file", "udp:group:port"]),
                ("udp:233.54.12.111:26477@absent7", ["none called 'absent7'", "lo"]),
                ("udp:233.54.12:26477", ["'233.54.12:26477'", "udp:group:port"]),
                ("udp:250.0.0.1:26477", ["expected a multicast group"]),
                ("af_packet:absent7", ["none called 'absent7'"]),
                ("pcap:absent.pcap", ["absent.pcap"])):
            with self.subTest(source=source):
                self.assert_capture_fails(source, names=names)
        self.assert_fails("capture", "--from", "pcap:x", "--out", "y", "--group", "233.54.12.111", names=["--group", "233.54.12.111"])
        self.assert_fails("send", "--from", "pcap:absent.pcap", "--to", "itch:x", names=["absent.pcap"])

    def test_mtu_that_is_too_small(self):
        # The loopback interface has the largest there is: 65,536, or what a container gave it.
        mtu = int(open("/sys/class/net/lo/mtu").read())
        if mtu >= 9582:
            interface = next((i for i in os.listdir("/sys/class/net")
                              if open(f"/sys/class/net/{i}/mtu").read().strip() in ("1500", "1400")
                              and int(open(f"/sys/class/net/{i}/flags").read(), 16) & 1), None)
            if interface is None:
                self.skipTest("no interface with an MTU of 1500 is up")
        else:
            interface = "lo"
        self.assert_capture_fails(f"udp:233.54.12.111:26477@{interface}", "--max-frame", "9018",
                                  names=["expected an MTU of at least 9000", f"ip link set dev {interface} mtu 9000"])

    def test_unknown_device_and_wrong_arguments_of_dpdk(self):
        done = self.run_command("capture", "--from", "dpdk:net_bogus0", "--out", "out.pcap", status=2)
        if "build with DPDK" in done.stderr:
            self.assertIn("-DTP_DPDK=ON", done.stderr)
            self.skipTest("this build has no DPDK")
        self.assert_capture_fails("dpdk:net_bogus0", names=["dpdk:net_bogus0: expected a device that DPDK knows"])
        self.assert_capture_fails("dpdk:0000:7f:1f.7", names=["expected a PCI device, found none at 0000:7f:1f.7"])
        # EAL itself writes about its arguments, too.
        done = self.run_command("capture", "--from", "dpdk:net_ring0", "--out", "out.pcap", "--dpdk-arguments=--no-huge --frobnicate",
                                status=2)
        self.assertRegex(done.stderr.splitlines()[-1], "^twinpath: dpdk:net_ring0: expected DPDK to start, found ")

    def test_no_right_to_open_raw_sockets(self):
        if os.geteuid() != 0:
            self.assert_capture_fails("af_packet:lo", names=["the right to do this", "setcap"])
            return
        # Programs keep no rights from root when both user and group are another's.
        done = subprocess.run([self.command, "capture", "--from", "af_packet:lo", "--out", "/dev/null"], cwd="/", text=True,
                              capture_output=True, user=65534, group=65534, extra_groups=[], timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("the right to do this", done.stderr)
        self.assertIn("setcap", done.stderr)


class Doctor(SystemTest):
    def test_status_and_json_say_what_is_missing(self):
        done = self.run_command("doctor", "--json", "--for", "af_packet:absent7", status=1)
        report = json.loads(done.stdout)
        self.assertFalse(report["fit"])
        missing = {c["name"]: c for c in report["checks"] if c["verdict"] == "missing"}
        self.assertIn("interface absent7", missing)
        self.assertIn("lo", missing["interface absent7"]["fix"])
        text = self.run_command("doctor", "--for", "af_packet:absent7", status=1).stdout
        self.assertRegex(text, r"(?m)^missing +interface absent7 +expected ")
        self.assertRegex(text, r"(?m)^not fit: \d+ checks, missing \d+, advised \d+$")

    def test_a_machine_without_needs_is_fit_unless_strict(self):
        report = json.loads(self.run_command("doctor", "--json").stdout)
        self.assertTrue(report["fit"])
        advised = any(c["verdict"] == "advised" for c in report["checks"])
        self.run_command("doctor", "--strict", status=1 if advised else 0)

    def test_addresses_it_cannot_check_are_named(self):
        self.assert_fails("doctor", "--for", "pcap:x.pcap", names=["pcap:x.pcap", "af_packet:"])


if __name__ == "__main__":
    unittest.main()
