"""`twinpath generate`: sessions from a seed."""

import unittest

from command import CLEAN, HOSTILE, SystemTest, read_pcap, symbol_names


class Generate(SystemTest):
    def test_equal_seeds_give_equal_bytes(self):
        for name in ("one.pcap", "two.pcap"):
            self.run_command("generate", name, *HOSTILE, "-q")
        self.run_command("generate", "other.pcap", *["12" if a == "11" else a for a in HOSTILE], "-q")  # another seed
        one, two, other = ((self.folder / n).read_bytes() for n in ("one.pcap", "two.pcap", "other.pcap"))
        self.assertGreater(len(one), 1_000_000)
        self.assertEqual(one, two)
        self.assertNotEqual(one, other)

    def test_its_configuration_loads_and_names_the_busiest_symbols(self):
        self.generate(CLEAN, any_session=False)
        self.assertEqual(len(symbol_names(self.folder / "session.toml")), 8)
        done = self.replay()
        self.assertRegex(done.stdout, r"\b7,\d\d\d messages in 2.* s of session time")
        self.assertNotIn("Stock Directory", done.stderr)

    def test_configuration_alone_needs_no_session_file(self):
        self.run_command("generate", "--config-out", "only.toml", *CLEAN)
        self.generate(CLEAN, any_session=False)
        self.assertEqual((self.folder / "only.toml").read_text(), (self.folder / "session.toml").read_text())

    def test_two_line_files_hold_what_the_merged_file_holds(self):
        self.run_command("generate", "both.pcap", *HOSTILE, "-q")
        self.run_command("generate", "--line-a", "a.pcap", "--line-b", "b.pcap", *HOSTILE, "-q")
        both, a, b = (read_pcap(self.folder / f"{n}.pcap") for n in ("both", "a", "b"))
        self.assertEqual(sorted(both), sorted(a + b))
        self.assertGreater(min(len(a), len(b)), 9_000)

    def test_summary_counts_the_frames_of_the_file(self):
        summary = self.generate(HOSTILE)
        self.assertIn(f" {len(read_pcap(self.folder / 'session.pcap'))} frames,", summary)
        for what in ("lost", "duplicated", "reordered", "tagged", "damaged"):
            self.assertNotRegex(summary, rf"\b0 {what}")
        self.assertNotIn("on neither line: 0", summary)

    def test_wrong_options_are_named(self):
        for arguments, name in (
            (["x.pcap", "--symbols", "0"], "--symbols"),
            (["x.pcap", "--configured", "257"], "--configured"),
            (["x.pcap", "--circuit-breaker", "4"], "--circuit-breaker"),
            (["x.pcap", "--loss", "1.5"], "--loss"),
            (["x.pcap", "--unknown-types", "-0.1"], "--unknown-types"),
            (["x.pcap", "--duration", "-1"], "--duration"),
            (["x.pcap", "--seed", "many"], "--seed"),
            (["x.pcap", "--bogus"], "--bogus"),
            (["--line-a", "a.pcap"], "--line-b"),
            (["--line-b", "b.pcap"], "--line-a"),
            (["x.pcap", "--line-a", "a.pcap", "--line-b", "b.pcap"], "--line-a"),
            ([], "--config-out"),
        ):
            with self.subTest(arguments=arguments):
                self.assert_fails("generate", *arguments, names=[name])
                self.assertFalse(list(self.folder.iterdir()), "files written")

    def test_files_that_cannot_be_written_are_named(self):
        self.assert_fails("generate", "absent/x.pcap", *CLEAN, names=["absent/x.pcap"])
        self.assert_fails("generate", "--config-out", "absent/x.toml", *CLEAN, names=["absent/x.toml"])


if __name__ == "__main__":
    unittest.main()
