"""`twinpath scan`, `margin` and `bench batch`: figures worked out by hand, the same on every backend, and mistakes named."""

import os
import re
import subprocess
import unittest

from command import SystemTest

# CALL POP TIMESTAMP ORIGIN PUSH1 07 JUMP STOP JUMPDEST: the jump goes to the STOP in front of the label.
CODE = "f1504232600756005b"
MARGIN = """# Mark prices and positions of an afternoon.
instrument,ABC,45.00,50,25
instrument,XYZ,20,20,10
account,alice,2000
account,bob,40.00
account,carol,1.99
account,dave,-3
position,bob,XYZ,-10,20.00
position,alice,ABC,100,50.00
position,carol,XYZ,1,20
"""


class Batch(SystemTest):
    def setUp(self):
        super().setUp()
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ["XCL_EMULATION_MODE"] = "hw_emu"

    def backends(self):
        """cpu, PoCL where it is installed, and the simulated card in a build that has it."""
        def there(*arguments):
            return subprocess.run([self.command, *arguments], capture_output=True).returncode == 0
        return ["cpu"] + ["opencl:portable"] * there("scan", "00", "--backend", "opencl:portable") + ["xrt:0"] * there("card", "list")

    def test_scan_says_where_and_why_on_every_backend(self):
        for backend in self.backends():
            done = self.run_command("scan", CODE, "--backend", backend)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(re.sub(" +", " ", done.stdout).splitlines(), [
                "contract 0 0x0000 call_unchecked CALL its result is dropped at 0x1",
                "contract 0 0x0002 timestamp TIMESTAMP ",
                "contract 0 0x0003 origin ORIGIN ",
                "contract 0 0x0006 jump_static JUMP to 0x7, which is no JUMPDEST",
                "1 contracts, 9 bytes, 1 jump destinations, 1 origin, 1 timestamp, 1 call_unchecked, 1 jump_static"])

    def test_scan_takes_a_contract_of_the_greatest_size_on_the_command_line(self):
        done = self.run_command("scan", "00" * 24_576)
        self.assertIn("1 contracts, 24576 bytes", done.stdout)

    def test_scan_reads_files_of_hex_and_of_bytes(self):
        (self.folder / "code.hex").write_text(f"# two contracts\n0x{CODE}\n\n{CODE.upper()}  # again\n")
        (self.folder / "code.bin").write_bytes(bytes.fromhex(CODE))
        done = self.run_command("scan", "code.hex")
        self.assertIn("2 contracts, 18 bytes, 2 jump destinations", done.stdout)
        self.assertIn("contract 1  0x0006", done.stdout)
        done = self.run_command("scan", "--raw", "--jumps", "code.bin")
        self.assertIn("1 contracts, 9 bytes", done.stdout)

    def test_margin_of_accounts_worked_out_by_hand_on_every_backend(self):
        (self.folder / "book.csv").write_text(MARGIN)
        for backend in self.backends():
            done = self.run_command("margin", "book.csv", "--backend", backend)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(re.sub(" +", " ", done.stdout).splitlines(), [
                "alice: call, equity 1500.00, initial margin 2250.00, maintenance margin 1125.00",
                " 100 ABC entry 50.00, mark 45.00, profit -500.00, liquidated at or below 39.9999",
                "bob: healthy, equity 40.00, initial margin 40.00, maintenance margin 20.00",
                " -10 XYZ entry 20.00, mark 20.00, profit 0.00, liquidated at or above 21.8182",
                "carol: liquidate, equity 1.99, initial margin 4.00, maintenance margin 2.00",
                " 1 XYZ entry 20.00, mark 20.00, profit 0.00, liquidated at or below 20.0111",
                "dave: liquidate, equity -3.00, initial margin 0.00, maintenance margin 0.00",
                "4 accounts, 3 positions: 1 healthy, 1 to call, 2 to liquidate, 0 rejected"])
        done = self.run_command("margin", "book.csv", "--liquidate")
        self.assertEqual([line.split(":")[0] for line in done.stdout.splitlines() if line[0].isalpha()], ["carol", "dave"])

    def test_a_position_beyond_the_limits_is_rejected_by_name(self):
        (self.folder / "book.csv").write_text(MARGIN + "position,dave,ABC,2147483647,1\n")
        done = self.run_command("margin", "book.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("dave: rejected: notional beyond its limit\n", done.stdout)

    def test_bench_compares_every_backend(self):
        done = self.run_command("bench", "batch", "--positions", "5000", "--contracts", "20", "--bytes", "500", "--rounds", "2",
                                *[a for b in self.backends() for a in ("--backend", b)])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"bytecode_scan: 20 contracts of 500 bytes, \d+ findings; the same on every backend\n")
        self.assertRegex(done.stdout, r"  cpu +\d+\.\d to +\d+\.\d M positions/s, \d+\.\d ns of processor time each\n")

    def test_wrong_bytecode_is_named(self):
        self.assert_fails("scan", "60zz", names=["character 3 is 'z', expected a hex digit"])
        self.assert_fails("scan", "600", names=["3 hex digits, expected two a byte"])
        self.assert_fails("scan", "absent.hex", names=["absent.hex: no such file"])
        (self.folder / "linked.hex").write_text("00\n73__$ab$__6000\n")
        self.assert_fails("scan", "linked.hex", names=["linked.hex:2: character 3 is '_'", "link the libraries in first"])
        (self.folder / "code.bin").write_bytes(b"\x00\x01\xf1")
        self.assert_fails("scan", "code.bin", names=["code.bin:1: character 1 is byte 0x00", "--raw"])
        (self.folder / "empty.hex").write_text("# nothing\n")
        self.assert_fails("scan", "empty.hex", names=["empty.hex: holds no bytecode"])

    def test_wrong_rows_are_named(self):
        for row, said in (
                ("stock,ABC,1", "field 1: expected instrument, account or position, found 'stock'"),
                ("account,erin", "expected 3 fields (account,NAME,CASH), found 2"),
                ("account,alice,1", "account 'alice' is there already"),
                ("account,erin,many", "cash: expected dollars of at most"),
                ("instrument,QRS,1.00001,2,1", "mark: expected dollars of at most 429496.7295"),
                ("instrument,QRS,1,2.005,1", "initial: expected per cent, 0 to 100 with up to two decimals, found '2.005'"),
                ("instrument,QRS,1,101,1", "initial: expected per cent"),
                ("instrument,QRS,1,2,3", "maintenance: expected at most the initial margin, 2 %, found '3'"),
                ("position,erin,ABC,1,1", "account 'erin' has no row"),
                ("position,dave,QRS,1,1", "instrument 'QRS' has no row"),
                ("position,dave,ABC,1.5,1", "quantity: expected whole shares"),
                ("position,dave,ABC,-2147483648,1", "quantity: expected whole shares"),
                ("position,bob,XYZ,1,1", "account 'bob' has a position in 'XYZ' already")):
            with self.subTest(row=row):
                (self.folder / "book.csv").write_text(MARGIN + row + "\n")
                self.assert_fails("margin", "book.csv", names=["book.csv:11: ", said])

    def test_unknown_backends_are_named(self):
        self.assert_fails("scan", "00", "--backend", "gpu:0", names=["batch backend 'gpu:0': expected one of cpu, opencl:, xrt:"])
        self.assert_fails("scan", "00", "--backend", "opencl:abacus", names=["no platform"])
        self.assert_fails("bench", "batch", "--backend", "cpu:4", names=["'cpu' takes nothing behind a colon"])


if __name__ == "__main__":
    unittest.main()
