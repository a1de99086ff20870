# The MAC as an object that v++ links, twinpath_mac.xo, with the vendor's PCS inside. scripts/package_kernel --mac runs it; not run in
# Vivado yet. From the environment: TP_KERNEL_OUT, TP_KERNEL_PART, TP_KERNEL_XO, as for package_kernel.tcl.

proc needed {name} {
  if {![info exists ::env($name)]} { error "$name is not set; run scripts/package_kernel" }
  return $::env($name)
}

set out [needed TP_KERNEL_OUT]
set part [needed TP_KERNEL_PART]
set xo [needed TP_KERNEL_XO]
source $out/kernel.tcl

create_project -force package ${out}_project -part $part
foreach name [concat $sources $headers] { add_files -norecurse $out/$name }
foreach name $headers { set_property file_type {Verilog Header} [get_files $out/$name] }
set_property include_dirs $out/src [current_fileset]
set_property top $kernel [current_fileset]

# PG210: the 64-bit PCS of 10GBASE-R, one lane, transceiver and its shared logic inside; a free-running clock of 100 MHz.
create_ip -name xxv_ethernet -vendor xilinx.com -library ip -module_name twinpath_pcs
set_property -dict [list CONFIG.CORE {Ethernet PCS/PMA 64-bit} CONFIG.BASE_R_KR BASE-R CONFIG.LINE_RATE 10 CONFIG.NUM_OF_CORES 1 \
  CONFIG.INCLUDE_SHARED_LOGIC 1 CONFIG.GT_DRP_CLK 100.00 CONFIG.GT_REF_CLK_FREQ $reference_clock \
  CONFIG.GT_GROUP_SELECT $quad CONFIG.LANE1_GT_LOC $lane] [get_ips twinpath_pcs]
update_compile_order -fileset sources_1

ipx::package_project -root_dir $out -vendor twinpath -library kernel -taxonomy /KernelIP -import_files -set_current true
set core [ipx::current_core]
set_property name $kernel $core
set_property version 1.0 $core
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
set_property ipi_drc {ignore_freq_hz true} $core
set_property vitis_drc {ctrl_protocol ap_ctrl_none} $core
foreach stream $streams { ipx::associate_bus_interfaces -busif $stream -clock ap_clk $core }
ipx::associate_bus_interfaces -clock ap_clk -reset ap_rst_n $core

# Interfaces that the platform connects: its own kinds, which no port's name tells.
foreach {name kind mode} {gt_refclk diff_clock slave gt_serial_port gt master} {
  set added [ipx::add_bus_interface $name $core]
  set_property interface_mode $mode $added
  set_property bus_type_vlnv xilinx.com:interface:${kind}:1.0 $added
  set_property abstraction_type_vlnv xilinx.com:interface:${kind}_rtl:1.0 $added
}
foreach {name logical} {gt_refclk CLK_P gt_refclk CLK_N gt_serial_port GRX_P gt_serial_port GRX_N gt_serial_port GTX_P gt_serial_port GTX_N} {
  set map [ipx::add_port_map $logical [ipx::get_bus_interfaces $name -of_objects $core]]
  set_property physical_name ${name}_[string tolower $logical] $map
}

set_property supported_families {} $core
set_property auto_family_support_level level_2 $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity -kernel $core
ipx::save_core $core
close_project

package_xo -force -xo_path $xo -kernel_name $kernel -ip_directory $out -kernel_xml $out/kernel.xml -ctrl_protocol ap_ctrl_none
exit
