"""`scripts/hotpath` fails when a hot loop executes more than is kept."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "hotpath"


@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
class HotPath(unittest.TestCase):
    def run_script(self, kept):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "kept.toml"
            file.write_text(kept)
            return subprocess.run([SCRIPT, "decode", "--program", os.environ["HOT_PATH_COUNTS"], "--kept", file],
                                  capture_output=True, text=True)

    def test_names_what_grew_and_what_is_not_kept(self):
        done = self.run_script("margin = 3\n[decode]\ninstructions = 60.0\nbranches = 1000.0\n")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("decode.instructions: expected at most 60.00 + 3 %", done.stderr)
        self.assertNotIn("decode.branches", done.stderr)
        self.assertIn("decode.mispredicted: ", done.stderr)

    def test_passes_below(self):
        done = self.run_script("margin = 3\n[decode]\ninstructions = 1e6\nbranches = 1e6\nmispredicted = 1e6\n")
        self.assertEqual(done.returncode, 0, done.stderr)
