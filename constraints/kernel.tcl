# Crossings and floorplan of the kernel, behind the card's own kernel.tcl. Not run in Vivado or on a card.
#
# scripts/build_xclbin puts the two into one file, which v++ --link reads before opt_design.
# The kernel has two clocks: ap_clk for the host's registers and the event writer, ap_clk_2 for the core.

set core [get_cells -hierarchical -filter {REF_NAME == twinpath_core || ORIG_REF_NAME == twinpath_core}]
set core_clk [get_clocks -of_objects [get_pins -of_objects $core -filter {REF_PIN_NAME == clk_i}]]
set kernel [get_cells -hierarchical -filter {REF_NAME == twinpath_kernel || ORIG_REF_NAME == twinpath_kernel}]
set host_clk [get_clocks -of_objects [get_pins -of_objects $kernel -filter {REF_PIN_NAME == ap_clk}]]

# Crossings are Gray-coded pointers and handshakes behind two registers: what counts is that the bits of one value arrive
# within a cycle of the faster clock of each other, not their phase.
set_max_delay -datapath_only 3.103 -from $core_clk -to $host_clk
set_max_delay -datapath_only 3.103 -from $host_clk -to $core_clk

# The same between the core's clock and the line's, where the MAC is ours.
set mac [get_cells -quiet -hierarchical -filter {REF_NAME == mac_10g || ORIG_REF_NAME == mac_10g}]
if {$mac ne ""} {
  set line_clk [get_clocks -of_objects [get_pins -of_objects $mac -filter {REF_PIN_NAME == tx_clk_i}]]
  set_max_delay -datapath_only 3.103 -from $core_clk -to $line_clk
  set_max_delay -datapath_only 3.103 -from $line_clk -to $core_clk
}

# Bases and sizes of the rings are taken only while the kernel is stopped (hw/rtl/kernel/kernel_control.sv), so what is made
# of them has long been there when it runs: two cycles.
foreach value {event_base_q event_log2_q doorbell_base_q doorbell_log2_q mailbox_base_q} {
  set_multicycle_path 2 -setup -from [get_cells $kernel/u_control/${value}_reg*]
  set_multicycle_path 1 -hold -from [get_cells $kernel/u_control/${value}_reg*]
}

# The path from frame to order stays in the SLR of the transceivers.
create_pblock twinpath_near_network
resize_pblock [get_pblocks twinpath_near_network] -add $network_slr
add_cells_to_pblock [get_pblocks twinpath_near_network] [get_cells [list $core/u_feed $core/u_decide $core/u_order]]

# The books need more UltraRAM than the 320 of one SLR have (SYNTHESIS.md): the stage has two SLRs, control any.
create_pblock twinpath_books
resize_pblock [get_pblocks twinpath_books] -add $book_slrs
add_cells_to_pblock [get_pblocks twinpath_books] [get_cells $core/u_book]
set_property IS_SOFT TRUE [get_pblocks twinpath_books]
