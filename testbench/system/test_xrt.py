"""`xrt:` and `twinpath card` against the simulated card, through the stock XRT runtime."""

import json
import os
import pathlib
import re

from command import CLEAN, PROJECT, SystemTest, read_pcap

SMALL = "--seed 11 --messages 3000 --symbols 24 --configured 12 --duration 2 --loss 0.02 --duplication 0.02 --reordering 0.02" \
    " --damage 0.01 --tagged 0.2 --gap 0.001 --halts 3 --luld-pauses 2 --operational-halts 2 --unknown-types 0.002".split()


class CardTest(SystemTest):
    def setUp(self):
        super().setUp()
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ["XCL_EMULATION_MODE"] = "hw_emu"
        for name in ("TWINPATH_CARD_FAULT", "TWINPATH_XCLBIN", "TWINPATH_CARD_TIMEOUT_MS", "TWINPATH_CARD_SEND"):
            os.environ.pop(name, None)

    def small_session(self):
        trust = "".join(f'\n[[command]]\noffset_us = {t}\nop = "trust"\n' for t in range(50_000, 2_000_000, 50_000))
        self.generate(SMALL, trust)

    def xclbin(self):
        """The simulated card's file, from what the command says of it."""
        return pathlib.Path(re.search(r"^xclbin +(\S+)$", self.run_command("card", "status").stdout, re.M)[1])


class CardLockstep(CardTest):
    def test_of_a_hostile_session_is_identical(self):
        self.small_session()
        os.environ["TWINPATH_CARD_SEND"] = f"pcap:{self.folder}/network.pcap"
        frames, orders, rejections = self.lockstep("--orders", "path.pcap", paths=("xrt:0", "sw:"))
        # What left the card's port is what the path gave.
        self.assertEqual([f for _, f in read_pcap(self.folder / "network.pcap")], [f for _, f in read_pcap(self.folder / "path.pcap")])
        self.assertGreater(frames, 500)
        self.assertGreater(orders, 20)
        self.assertGreater(rejections, 5)

    def test_in_wire_mode_is_identical_and_a_card_that_does_not_take_it_is_named(self):
        self.generate("--seed 5 --messages 1000 --symbols 16 --configured 8 --duration 1 --halts 0 --luld-pauses 0".split(),
                      "\n[card]\nwire_mode = true\n")
        _, orders, _ = self.lockstep(paths=("sw:", "xrt:0"))
        self.assertGreater(orders, 5)
        os.environ["TWINPATH_CARD_FAULT"] = "register=0x20:0x0"  # control reads as if nothing had been written
        self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", "xrt:0", "-q",
                          names=["xrt:0", "expected control.wire_mode to be set", "[card]", "control reads 0x0"])

    def test_led_by_software_with_commands_is_identical(self):
        swap = '\n[[command]]\noffset_us = 900000\nop = "swap"\n'
        kill = '\n[[command]]\noffset_us = 1200000\nop = "kill"\n\n[[command]]\noffset_us = 1500000\nop = "release"\n'
        self.generate("--seed 5 --messages 2000 --symbols 16 --configured 8 --duration 2 --halts 0 --luld-pauses 0".split(), swap + kill)
        software = self.lockstep(paths=("sw:", "sw:"))
        self.assertEqual(self.lockstep(paths=("sw:", "xrt:0")), software)
        self.assertGreater(software[1], 20)


class CardBench(CardTest):
    PATHS = ("--path", "sw:", "--path", "verilator:", "--path", "xrt:0")

    def measure(self, *paths, status=0):
        self.generate("--seed 5 --messages 1500 --symbols 16 --configured 8 --duration 2 --halts 0 --luld-pauses 0".split())
        done = self.run_command("bench", "paths", "session.pcap", "--config", "session.toml", *paths, "--json", "paths.json", "--html",
                                "paths.html", status=status)
        return done, json.loads((self.folder / "paths.json").read_text())

    def test_the_card_has_the_cycles_of_the_simulated_core(self):
        done, found = self.measure(*self.PATHS)
        software, core, card = found["paths"]
        self.assertGreater(found["orders"], 20)
        self.assertEqual({p["order_frames"] for p in found["paths"]}, {software["order_frames"]})
        self.assertEqual([p["orders"] for p in found["paths"]], [found["orders"]] * 3)
        self.assertEqual(core["latency"], card["latency"])
        self.assertEqual(core["histograms"], card["histograms"])
        self.assertTrue(core["stamps_agree"] and card["stamps_agree"])
        self.assertEqual((core["latency"]["min"], core["latency_unit"], software["latency_unit"]), (4, "cycles", "nanoseconds"))
        self.assertEqual(sum(h["orders"] for h in card["histograms"].values()), card["latency"]["count"])
        for path in found["paths"]:
            self.assertEqual(path["round_trip_ns"]["count"], path["orders"])
            self.assertGreater(path["messages_per_second"], 0)
        self.assertIn("the core of xrt:0 by its own histograms, in cycles; the events' stamps agree", done.stdout)
        page = (self.folder / "paths.html").read_text()
        self.assertEqual(page.count("by its own histograms"), 2)
        self.assertNotIn("DIFFERENT", page)

    def test_a_histogram_that_disagrees_fails(self):
        os.environ["TWINPATH_CARD_FAULT"] = "register=0x910:0x7"  # orders of the class add
        done, found = self.measure("--path", "xrt:0", status=1)
        self.assertFalse(found["paths"][0]["stamps_agree"])
        self.assertIn("xrt:0: expected", done.stderr)
        self.assertIn("stamps that do not", done.stderr)


class CardFaults(CardTest):
    def test_killed_card_is_named(self):
        self.small_session()
        os.environ["TWINPATH_CARD_FAULT"] = "die=200"
        os.environ["TMPDIR"] = str(self.folder)
        self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", "xrt:0", "-q",
                          names=["xrt:0", "expected the simulated card to run", "ended by signal 9"])
        self.assertEqual(list(self.folder.glob("twinpath-card-*")), [])

    def test_register_that_never_answers_is_named(self):
        self.small_session()
        os.environ["TWINPATH_CARD_FAULT"] = "silent=0x2C"
        os.environ["TWINPATH_CARD_TIMEOUT_MS"] = "12000"
        self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", "xrt:0", "-q",
                          names=["xrt:0", "a write of register 0x002C within 12000 ms, found none", "TWINPATH_CARD_TIMEOUT_MS"])

    def test_register_map_of_another_version_is_named(self):
        os.environ["TWINPATH_CARD_FAULT"] = "register=0x14:0x30000"
        self.assert_fails("card", "status", names=["register map version", "3.0", "build both from the same source"])

    def test_core_that_does_not_answer_is_named(self):
        os.environ["TWINPATH_CARD_FAULT"] = "core-clock"
        self.assert_fails("card", "status", names=["register map magic", "0xFFFFFFFF", "no Twinpath core answers"])

    def test_core_of_another_size_is_named(self):
        self.small_session()
        config = self.folder / "session.toml"
        config.write_text(re.sub(r"sets_log2 = \d+", "sets_log2 = 10", config.read_text()))
        self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", "xrt:0", "-q",
                          names=["xrt:0", "sets_log2", "wants 10", "built with 16", "[order_table]"])


class CardBatch(CardTest):
    BENCH = "bench batch --backend xrt:0 --positions 2000 --contracts 10 --bytes 300 --rounds 1".split()

    good = None

    def changed(self, old, new):
        """The simulated card's file with other bytes in it."""
        CardBatch.good = good = CardBatch.good or self.xclbin().read_bytes()
        self.assertEqual(good.count(old), 1)
        self.assertEqual(len(old), len(new))
        (self.folder / "changed.xclbin").write_bytes(good.replace(old, new))
        os.environ["TWINPATH_XCLBIN"] = str(self.folder / "changed.xclbin")

    def test_every_result_is_the_references(self):
        done = self.run_command(*self.BENCH)
        self.assertRegex(done.stdout, r"^xrt:0: XRT, .* \(simulated\)\n")
        self.assertEqual(done.stdout.count("the same on every backend"), 2)
        self.assertRegex(done.stdout, r"xrt:0 .* M positions/s, .* without moving data\n")

    def test_an_argument_in_the_wrong_register_is_seen(self):
        for fault, said in (("argument=bytecode_scan.capacity:0x40", "bytecode_scan differs from the reference"),
                            ("argument=margin_sweep.instrument_count:0x48", "margin_sweep differs from the reference")):
            with self.subTest(fault):
                os.environ["TWINPATH_CARD_FAULT"] = fault
                self.assertIn(f"xrt:0: {said}", self.run_command(*self.BENCH, status=1).stderr)
        del os.environ["TWINPATH_CARD_FAULT"]
        self.changed(b'size="0x4" offset="0x3C"', b'size="0x4" offset="0x40"')
        self.assertIn("xrt:0: bytecode_scan differs from the reference", self.run_command(*self.BENCH, status=1).stderr)

    def test_file_without_the_kernel_or_of_another_version_is_named(self):
        for old, new, names in (
                (b"margin_sweep:", b"margin_sweeq:", ["expected an instance of margin_sweep", "bytecode_scan:bytecode_scan_0"]),
                (b'name="capacity"', b'name="capacite"', ["bytecode_scan: expected 7 arguments (code, lengths, contracts",
                                                                         "found 7 (", "of another version"]),
                (b'<arg name="total"', b'<org name="total"', ["bytecode_scan: expected 7 arguments", "found 6 (code"]),
                (b'name="margin_sweep" language="c" type="pl" hwControlProtocol="ap_ctrl_hs"',
                 b'name="margin_sweep" language="c" type="pl" hwControlProtocol="ap_ctrl_no"', ["block protocol", "'ap_ctrl_no'"])):
            with self.subTest(old):
                self.changed(old, new)
                self.assert_fails("scan", "00", "--backend", "xrt:0", names=["changed.xclbin", *names])

    def test_card_killed_in_a_run_is_named(self):
        os.environ["TWINPATH_CARD_FAULT"] = "die-in-run=1"
        os.environ["TMPDIR"] = str(self.folder)
        self.assert_fails(*self.BENCH, names=["xrt:0", "expected the simulated card to run", "ended by signal 9"])
        self.assertEqual(list(self.folder.glob("twinpath-card-*")), [])

    def test_run_that_never_ends_is_named(self):
        os.environ["TWINPATH_CARD_FAULT"] = "endless-run=0"
        os.environ["TWINPATH_CARD_TIMEOUT_MS"] = "12000"
        self.assert_fails(*self.BENCH, names=["xrt:0", "expected bytecode_scan to end within 12000 ms", "TWINPATH_CARD_TIMEOUT_MS"])

    def test_wrong_addresses_are_named(self):
        for address in ("xrt:", "xrt:zero", "xrt:0,"):
            self.assert_fails("scan", "00", "--backend", address, names=["xrt:index"])
        self.assert_fails("scan", "00", "--backend", "xrt:0,missing.xclbin", names=["missing.xclbin"])
        del os.environ["XCL_EMULATION_MODE"]
        self.assert_fails("scan", "00", "--backend", "xrt:0", names=["xrt:0", "expected an xclbin", "XCL_EMULATION_MODE=hw_emu"])


class CardFiles(CardTest):
    def test_inspect_prints_what_is_in_the_file(self):
        out = self.run_command("card", "inspect", self.xclbin()).stdout
        for text in ("hw_emu", "MEM_TOPOLOGY", "twinpath_kernel  (user_managed)", "m_axi", "register 0x4008", "twinpath_kernel:twinpath_0",
                     "argument 0 to HBM[0]", "256 MiB", "ap_clk_2", "322 MHz", "bytecode_scan  (ap_ctrl_hs)", "margin_sweep:margin_sweep_0"):
            self.assertIn(text, out)
        self.assertRegex(out, r"UUID +[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

    def test_inspect_prints_the_hls_kernels_as_their_source_has_them(self):
        out = self.run_command("card", "inspect", self.xclbin()).stdout
        for kernel in ("bytecode_scan", "margin_sweep"):
            source = (PROJECT / f"hw/hls/{kernel}/{kernel}.cpp").read_text()
            parameters = re.search(rf'extern "C" void {kernel}\((.*?)\)', source, re.S)[1]
            bundles = dict(re.findall(r"mode = m_axi port = (\w+) offset = slave bundle = (\w+)", source))
            self.assertIn("mode = ap_ctrl_hs port = return", source)
            offset, expected = 0x10, []
            for number, parameter in enumerate(" ".join(parameters.split()).split(", ")):
                kind, name = parameter.rsplit(" ", 1)
                size = 8 if kind.endswith("*") else 4
                port = f"m_axi_{bundles[name]}" if size == 8 else "s_axi_control"
                expected.append(f"argument {name} {kind.replace('unsigned', 'unsigned int')} register 0x{offset:04X}, {size} bytes, port {port}")
                self.assertEqual(size == 8, bool(re.search(rf"^  {kernel}:{kernel}_0 .*argument {number} to HBM\[0\]", out, re.M)), name)
                offset += size + 4
            part = re.search(rf"^  {kernel}  \(ap_ctrl_hs\)\n((?:    .*\n)+)", out, re.M)[1]
            self.assertEqual([re.sub(" +", " ", a).strip() for a in part.splitlines() if a.startswith("    argument")], expected)

    def test_wrong_and_cut_files_are_named(self):
        good = self.xclbin().read_bytes()
        for name, data, names in (
                ("empty", b"", ["byte 0", "an empty file"]),
                ("text", b"no xclbin at all, but long enough to be one", ["byte 0", '"xclbin2"']),
                ("header", good[:300], ["byte 300", "a header of"]),
                ("cut", good[:-100], ["byte 304", "length"])):
            file = self.folder / f"{name}.xclbin"
            file.write_bytes(data)
            for arguments in (("inspect", file), ("status", f"xrt:0,{file}")):
                with self.subTest(name, arguments=arguments):
                    self.assert_fails("card", *arguments, names=[f"{name}.xclbin", *names])
        self.assert_fails("card", "status", "xrt:0,missing.xclbin", names=["missing.xclbin"])

    def test_file_for_a_card_or_of_another_kernel_is_named(self):
        good = self.xclbin().read_bytes()
        hw = bytearray(good)
        hw[332:334] = b"\1\0"  # m_mode
        (self.folder / "hw.xclbin").write_bytes(hw)
        self.assert_fails("card", "status", "xrt:0,hw.xclbin", names=["hw.xclbin", "expected an xclbin for hw_emu, found one for hw"])
        other = good.replace(b"twinpath_kernel:", b"someones_kernel:")
        (self.folder / "other.xclbin").write_bytes(other)
        self.assert_fails("card", "status", "xrt:0,other.xclbin", names=["other.xclbin", "an instance of twinpath_kernel", "someones_kernel"])

    def test_session_without_a_simulated_card_is_named(self):
        self.generate(CLEAN)
        del os.environ["XCL_EMULATION_MODE"]
        self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", "xrt:0",
                          names=["xrt:0", "XCL_EMULATION_MODE=hw_emu"])
        for address in ("xrt:", "xrt:zero", "xrt:0,"):
            os.environ["XCL_EMULATION_MODE"] = "hw_emu"
            self.assert_fails("replay", "session.pcap", "--config", "session.toml", "--path", address, names=["xrt:index"])


class CardCommands(CardTest):
    def test_list_status_and_registers(self):
        self.assertRegex(self.run_command("card", "list").stdout, r"^xrt:0 .*\(simulated\)\n$")
        status = self.run_command("card", "status").stdout
        for text in ("xrt:0 (simulated), twinpath_kernel:twinpath_0", "2^16 sets of 8 orders", "ready yes, idle yes", "rings     running no"):
            self.assertIn(text, status)
        registers = self.run_command("card", "registers").stdout
        for text in ("0x0010  id ", "0x5457494E", "kernel_status", "kernel_mailbox_base_high"):
            self.assertIn(text, registers)
        self.assertNotIn("msg_add", registers)
        one = self.run_command("card", "registers", "--name", "msg_add", "--name", "id").stdout
        self.assertEqual(len(one.splitlines()), 2)
        self.assert_fails("card", "registers", "--name", "nonsense", names=["'nonsense'", "REGISTERS.md"])

    def test_selftest_reset_and_latency(self):
        out = self.run_command("card", "selftest").stdout
        self.assertEqual(len(re.findall(r"^ok ", out, re.M)), 5, out)
        self.assertIn("600 commands through the doorbell ring, 600 events", out)
        self.assertIn("the core is ready", self.run_command("card", "reset").stdout)
        self.assertRegex(self.run_command("card", "latency").stdout, r"add +0\n")
        self.assertIn("runs, register map 2.", self.run_command("card", "program").stdout)
