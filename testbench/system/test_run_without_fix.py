"""A trader that was built without QuickFIX."""

import unittest

from test_run import Runs


class RunWithoutFix(Runs):
    def test_says_how_to_get_it_in_one_process_and_in_many(self):
        self.live_config('\n[live]\nfrom = "udp:127.0.0.1:26477"\n[journal]\nfolder = "journal"\n[processes]\nfolder = "shared"\n'
                         '[exchange]\nprotocol = "fix44"\naddress = "127.0.0.1:1"\naccount = "A"\npassword = "p"\njournal = "exchange"\n',
                         answers=False)
        for command in (("run",), ("run", "--processes"), ("orders",)):
            self.assert_fails(*command, "--config", "session.toml",
                              names=["exchange.protocol", "without QuickFIX", "libquickfix-dev", "-DTP_FIX=ON"])
        self.assertFalse((self.folder / "exchange").exists())


if __name__ == "__main__":
    unittest.main()
