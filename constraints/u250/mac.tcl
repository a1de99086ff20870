# The transceiver that twinpath_mac has on Alveo U250, for scripts/fpga/package_mac.tcl: the first lane of QSFP cage 0. From public
# designs for the card, not from its platform. Not run.

# MHz.
set reference_clock 156.25
set quad Quad_X1Y11
set lane X1Y44
