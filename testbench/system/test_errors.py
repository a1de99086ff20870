"""Mistakes: each ends with exit status 2 and one line that names the file, line or field, and what to do."""

import unittest

from command import CLEAN, SystemTest, read_pcap


class Errors(SystemTest):
    def assert_replay_fails(self, *arguments, names, session="session.pcap", config="session.toml", path="sw:"):
        return self.assert_fails("replay", session, "--config", config, "--path", path, *arguments, names=names)

    def edited(self, old, new):
        """The generated configuration with one line changed, as edited.toml; returns the line's number."""
        text = (self.folder / "session.toml").read_text()
        line = next(i for i, t in enumerate(text.splitlines(), 1) if t.startswith(old))
        lines = text.splitlines()
        lines[line - 1] = new
        (self.folder / "edited.toml").write_text("\n".join(lines) + "\n")
        return line

    def test_missing_and_unknown_subcommand(self):
        self.assert_fails(names=["subcommand"])
        self.assert_fails("frobnicate", names=["frobnicate"])

    def test_missing_file(self):
        self.generate(CLEAN)
        self.assert_replay_fails(session="absent.pcap", names=["absent.pcap"])
        self.assert_replay_fails(config="absent.toml", names=["absent.toml"])
        self.assert_fails("inspect", "absent.pcap", names=["absent.pcap"])

    def test_text_or_nothing_as_capture(self):
        self.generate(CLEAN)
        (self.folder / "notes.txt").write_text("These are notes, not market data.\n" * 1000)
        (self.folder / "empty.pcap").write_bytes(b"")
        for name in ("notes.txt", "empty.pcap", "session.toml"):
            with self.subTest(file=name):
                self.assert_replay_fails(session=name, names=[f"{name}: byte 0:", "pcap"])
                self.assert_fails("inspect", name, names=[f"{name}: byte 0:", "pcap"])

    def check_truncated(self, *paths):
        self.generate(CLEAN)
        session = self.folder / "session.pcap"
        frames = read_pcap(session)
        good = 2000
        cut = 24 + sum(16 + len(f) for _, f in frames[:good])
        with open(session, "r+b") as file:
            file.truncate(cut + 16 + 10)
        arguments = [a for p in paths[1:] for a in ("--path", p)] + (["--lockstep"] if len(paths) > 1 else [])
        done = self.assert_replay_fails("-q", *arguments, "--report", "report", path=paths[0],
                                        names=[f"session.pcap: byte {cut + 16}: expected", "found 10 bytes"])
        self.assertIn(f"{good:,} frames, ", (self.folder / "report/report.txt").read_text())
        if len(paths) > 1:
            self.assertRegex(done.stdout, rf"^lockstep: {good} frames, \d+ orders, \d+ rejections: identical\n$")

    def test_truncated_capture_counts_up_to_the_cut(self):
        self.check_truncated("sw:")

    def test_truncated_capture_counts_up_to_the_cut_in_lockstep(self):
        self.check_truncated("sw:", "verilator:")

    def test_configuration_with_a_wrong_value(self):
        self.generate(CLEAN)
        line = self.edited("line_a", "line_a = 5")
        self.assert_replay_fails(config="edited.toml", names=[f"edited.toml:{line}: key 'feed.line_a': expected ", "found 5"])
        line = self.edited("ways", "ways = 9")
        self.assert_replay_fails(config="edited.toml", names=[f"edited.toml:{line}: key 'order_table.ways': expected ", "found 9"])
        line = self.edited("ways", "wayz = 8")
        self.assert_replay_fails(config="edited.toml", names=[f"edited.toml:{line}: key 'order_table.wayz'"])

    def test_configuration_that_is_no_toml(self):
        self.generate(CLEAN)
        line = self.edited("line_a", "line_a = ")
        self.assert_replay_fails(config="edited.toml", names=[f"edited.toml:{line}: not TOML at column "])

    def test_unknown_path(self):
        self.generate(CLEAN)
        for path in ("fpga:0", "sw", "", "sw:fast"):
            with self.subTest(path=path):
                self.assert_replay_fails(path=path, names=[f"path '{path}'" if path != "sw:fast" else "'fast'", "sw:"])

    def test_unknown_variant_of_the_simulated_path(self):
        self.generate(CLEAN)
        self.assert_replay_fails(path="verilator:sparse", names=["'verilator:sparse'", "verilator:dense"])

    def test_lockstep_of_one_path(self):
        self.generate(CLEAN)
        self.assert_replay_fails("--lockstep", names=["--lockstep", "found 1"])

    def test_report_folder_that_cannot_be_made(self):
        self.generate(CLEAN)
        (self.folder / "taken").write_text("a file")
        for folder in ("taken", "taken/report"):
            self.assert_replay_fails("-q", "--report", folder, names=[f"{folder}:", "--report"])

    def test_orders_file_that_cannot_be_written(self):
        self.generate(CLEAN)
        self.assert_replay_fails("-q", "--orders", "absent/orders.pcap", names=["absent/orders.pcap"])

    def test_waveform_without_a_simulated_path(self):
        self.generate(CLEAN)
        self.assert_replay_fails("--wave", "x.fst", names=["--wave", "verilator:"])

    def test_waveform_that_cannot_be_written(self):
        self.generate(CLEAN)
        self.assert_replay_fails("-q", "--wave", "absent/x.fst", path="verilator:", names=["absent/x.fst"])

    def test_order_table_that_the_core_was_not_built_with(self):
        self.generate(CLEAN)
        self.edited("sets_log2", "sets_log2 = 10")
        self.replay("-q", config="edited.toml")  # software takes any
        self.assert_replay_fails(config="edited.toml", path="verilator:",
                                 names=["sets_log2", "wants 10", "built with 16", "[order_table]"])

    def test_command_before_the_session(self):
        self.generate(CLEAN, '\n[[command]]\nat = "03:00:00"\nop = "kill"\n')
        self.assert_replay_fails(names=["03:00:00", "session.pcap", "offset_us"])


if __name__ == "__main__":
    unittest.main()
