"""`twinpath flow`: participants that trade at a venue, whose books are the venue's whatever happened to either process."""

import random
import re
import subprocess
import time
import unittest

from venue_fixture import VenueTest


class Flow(VenueTest):
    def test_sample_configuration_runs_and_a_flow_trades_there(self):
        self.run_command("venue", "--config-out", "venue.toml", "--symbols", "3", "--participants", "12", "--port",
                         str(random.randrange(20_000, 30_000)))
        self.start()
        for seed in (1, 2):  # the second one finds what the first has left
            done = self.run_command("flow", "--config", "venue.toml", "--participants", "12", "--seed", seed, "--rate",
                                    "500", "--for", "3")
            self.assertIn("reconciled: every position is the venue's", done.stdout)
            self.assertGreater(int(re.search(r"(\d+) fills", done.stdout.splitlines()[-2]).group(1)), 50)
        flow = subprocess.Popen([self.command, "flow", "--config", "venue.toml", "--rate", "500", "--for", "6"],
                                cwd=self.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(flow.kill)
        for _ in range(3):
            time.sleep(1 + random.random())
            self.kill()
            self.start()
        out, error = flow.communicate(timeout=120)
        self.assertEqual((flow.returncode, error), (0, ""), out)
        self.assertGreater(self.control("status")["trades"], 100)
        self.stop()


if __name__ == "__main__":
    unittest.main()
