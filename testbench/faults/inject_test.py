#!/usr/bin/env python3
"""A list of faults that no longer fits the sources is refused by name; one that fits injects all of its faults."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

INJECT = pathlib.Path(__file__).with_name("inject.py")

FAULT = """
[[fault]]
name = "{name}"
what = "a fault"
file = "a.sv"
original = "{original}"
mutated = "1'b0"
"""


class Inject(unittest.TestCase):
    def run_on(self, faults, source="assign x = a && b;\nassign y = a || b;\n"):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            (root / "a.sv").write_text(source)
            (root / "list.toml").write_text(faults)
            done = subprocess.run([sys.executable, INJECT, root / "list.toml", "--root", root, "--out", root / "out"],
                                  capture_output=True, text=True, check=False)
            copy = root / "out" / "a.sv"
            return done.returncode, done.stderr, copy.read_text() if copy.is_file() else ""

    def test_both_forms_stay_in_the_copy(self):
        code, _, copy = self.run_on(FAULT.format(name="and-lost", original="a && b") +
                                    FAULT.format(name="line-lost", original="assign y = a || b;") + 'form = "statement"\n')
        self.assertEqual(code, 0)
        self.assertIn("assign x = ((tp_fault_pkg::selected == 1) ? (1'b0) : (a && b));", copy)
        self.assertIn("if (tp_fault_pkg::selected == 2) begin 1'b0 end else begin assign y = a || b; end", copy)

    def test_a_snippet_that_is_gone_names_its_fault(self):
        code, message, copy = self.run_on(FAULT.format(name="xor-lost", original="a ^ b"))
        self.assertEqual((code, copy), (1, ""))
        self.assertIn("xor-lost", message)
        self.assertIn("found it 0 times", message)

    def test_a_snippet_that_is_not_unique_names_its_fault(self):
        code, message, _ = self.run_on(FAULT.format(name="either", original="assign"))
        self.assertEqual(code, 1)
        self.assertIn("either", message)
        self.assertIn("found it 2 times", message)

    def test_faults_that_overlap_are_refused(self):
        code, message, _ = self.run_on(FAULT.format(name="one", original="a && b") + FAULT.format(name="two", original="x = a &&"))
        self.assertEqual(code, 1)
        self.assertIn("overlaps", message)

    def test_a_name_is_given_once(self):
        code, message, _ = self.run_on(FAULT.format(name="one", original="a && b") + FAULT.format(name="one", original="a || b"))
        self.assertEqual(code, 1)
        self.assertIn("the name occurs twice", message)

    def test_a_key_that_is_missing_or_unknown_is_named(self):
        code, message, _ = self.run_on('[[fault]]\nname = "one"\nwhy = "because"\n')
        self.assertEqual(code, 1)
        self.assertIn("missing keys ['file', 'mutated', 'original', 'what'], unknown keys ['why']", message)


if __name__ == "__main__":
    unittest.main()
