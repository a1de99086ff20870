# The kernel as an object that v++ links, twinpath_kernel.xo. scripts/package_kernel runs it; not run in Vivado yet. From the
# environment:
#
#   TP_KERNEL_OUT   folder with what scripts/fpga/kernel.py wrote; becomes the folder of the IP
#   TP_KERNEL_PART  of the card
#   TP_KERNEL_XO    the object to write

proc needed {name} {
  if {![info exists ::env($name)]} { error "$name is not set; run scripts/package_kernel" }
  return $::env($name)
}

set out [needed TP_KERNEL_OUT]
set part [needed TP_KERNEL_PART]
set xo [needed TP_KERNEL_XO]
source $out/kernel.tcl

# Sources are already in the IP's folder, with their own folders below it, so that the packager copies none: includes such
# as "net/packet_types.svh" need that tree. Whether they are found from the package is the first thing to look at.
# The project is beside the IP's folder: all that is in that folder goes into the object.
create_project -force package ${out}_project -part $part
foreach name [concat $sources $headers] { add_files -norecurse $out/$name }
foreach name $headers { set_property file_type {Verilog Header} [get_files $out/$name] }
set_property include_dirs $out/src [current_fileset]
set_property top $kernel [current_fileset]
update_compile_order -fileset sources_1

lassign [split $vlnv :] vendor library name version
ipx::package_project -root_dir $out -vendor $vendor -library $library -taxonomy /KernelIP -set_current true
set core [ipx::current_core]
set_property name $name $core
set_property version $version $core
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
set_property ipi_drc {ignore_freq_hz true} $core
set_property vitis_drc {ctrl_protocol user_managed} $core

# Interfaces are found by the names of their ports; what clocks them is not.
foreach interface $interfaces {
  lassign $interface busif clock
  ipx::associate_bus_interfaces -busif $busif -clock $clock $core
}
foreach pair $clocks {
  lassign $pair clock reset
  ipx::associate_bus_interfaces -clock $clock -reset $reset $core
}

# Quiet: where the packager has already made the map, it is taken up.
set map [ipx::add_memory_map -quiet $control $core]
set_property slave_memory_map_ref $control [ipx::get_bus_interfaces $control -of_objects $core]
set block [ipx::add_address_block -quiet reg0 $map]
set_property range $range $block
set_property width 32 $block
foreach entry $registers {
  lassign $entry register offset bits access busif description
  set added [ipx::add_register $register $block]
  set_property address_offset $offset $added
  set_property size $bits $added
  set_property access $access $added
  set_property description $description $added
  if {$busif ne ""} { set_property value $busif [ipx::add_register_parameter ASSOCIATED_BUSIF $added] }
}

set_property supported_families {} $core
set_property auto_family_support_level level_2 $core
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity -kernel $core
ipx::save_core $core
close_project

package_xo -force -xo_path $xo -kernel_name $kernel -ip_directory $out -kernel_xml $out/kernel.xml -ctrl_protocol user_managed
exit
