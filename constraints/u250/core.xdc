# Clocks of twinpath_core synthesized and placed alone for Alveo U250 (4 SLRs, a DDR4 bank each, QSFP28 at SLR2).
#
# Not run in Vivado or on a card. Part: xcu250-figd2104-2L-e.
# All of the core is in one clock domain, so there is no exception here; crossings belong to the kernel (kernel.tcl).

# 322.265625 MHz: the user clock of 100 Gbit/s Ethernet, and 10.3125 Gbit/s over 32 bits.
create_clock -name core_clk -period 3.103 [get_ports clk_i]

# The streams come from, and go to, registers near the transceivers: a third of the cycle is theirs.
set_input_delay -clock core_clk -max 1.034 [get_ports -filter {DIRECTION == IN && NAME != clk_i}]
set_input_delay -clock core_clk -min 0.100 [get_ports -filter {DIRECTION == IN && NAME != clk_i}]
set_output_delay -clock core_clk -max 1.034 [get_ports -filter {DIRECTION == OUT}]
set_output_delay -clock core_clk -min 0.000 [get_ports -filter {DIRECTION == OUT}]
