"""The look-ahead is in the machine code: compilers have left prefetches out without a word."""

import os
import re
import subprocess
import unittest

# Functions that look ahead, and how many prefetches each holds at least.
LOOKS_AHEAD = {"FusedPath": 10, "Feed<twinpath::MarketFeed>": 4}


def missing(disassembly, expected=LOOKS_AHEAD):
    """What has fewer prefetches than expected, a line each."""
    found = dict.fromkeys(expected, 0)
    function = ""
    for line in disassembly.splitlines():
        if head := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            function = head[1]
        elif "\tprefetch" in line:
            for name in expected:
                found[name] += name in function
    return [f"{name}: expected {least} prefetches or more, found {found[name]}"
            for name, least in expected.items() if found[name] < least]


class Prefetches(unittest.TestCase):
    def test_are_in_the_built_paths(self):
        done = subprocess.run(["objdump", "-dC", "--no-show-raw-insn", os.environ["HOT_PATH_COUNTS"]],
                              capture_output=True, text=True, check=True)
        self.assertEqual(missing(done.stdout), [])

    def test_are_missed_where_they_are_not(self):
        call = "0010 <twinpath::FusedPath::submit()>:\n  10:\tprefetcht0 (%rax)\n  14:\tret\n"
        self.assertEqual(missing(call, {"FusedPath": 1}), [])
        self.assertEqual(missing(call, {"FusedPath": 2}), ["FusedPath: expected 2 prefetches or more, found 1"])
        self.assertEqual(missing(call.replace("FusedPath", "Other"), {"FusedPath": 1}),
                         ["FusedPath: expected 1 prefetches or more, found 0"])


if __name__ == "__main__":
    unittest.main()
