"""A `twinpath venue` that was built without QuickFIX."""

import unittest

from venue_fixture import VenueTest


class VenueWithoutFix(VenueTest):
    def test_says_how_to_get_it(self):
        self.configure('[fix]\nlisten = "127.0.0.1:26405"\nfolder = "fix"\n'
                       '[[participant]]\nname = "desk3"\nfix_comp_id = "FIX3"\npassword = "secret"\n')
        self.assert_fails("venue", "--config", "venue.toml", names=["fix", "libquickfix-dev", "-DTP_FIX=ON"])


if __name__ == "__main__":
    unittest.main()
