# The transceiver that twinpath_mac has on Alveo U50, for scripts/fpga/package_mac.tcl: the first lane of QSFP cage 0. From public
# designs for the card, not from its platform. Not run.

# MHz.
set reference_clock 161.1328125
set quad Quad_X0Y7
set lane X0Y28
