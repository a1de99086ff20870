# What scripts/fpga/package_kernel.tcl and package_mac.tcl find in Vivado, for scripts/fpga/record.tcl. Options as UG835 lists them; package_xo
# also UG1393.
array unset known
array set known {
  create_project {{-part} {-force -in_memory -ip -quiet} 0 2}
  close_project  {{} {-delete -quiet} 0 0}
  add_files      {{-fileset -of_objects -scan_for_includes} {-norecurse -quiet -force} 0 99}
  update_compile_order {{-fileset} {-force_gui -quiet} 0 0}
  set_property   {{-dict} {-quiet} 1 3}
  create_ip      {{-name -vendor -library -version -module_name -dir} {-force -quiet} 0 0}
  get_ips        {{-filter} {-quiet -all} 0 1}
  get_files      {{-of_objects -filter} {-quiet -regexp} 0 1}
  current_fileset {{} {-quiet -constrset -srcset} 0 1}
  ipx::package_project {{-root_dir -vendor -library -taxonomy -module -set_current} {-import_files -force -quiet} 0 1}
  ipx::current_core {{} {} 0 1}
  ipx::associate_bus_interfaces {{-busif -clock -reset} {-clear -remove -quiet} 1 1}
  ipx::get_bus_interfaces {{-of_objects -filter} {-quiet} 0 1}
  ipx::add_bus_interface {{} {-quiet} 2 2}
  ipx::add_port_map {{} {-quiet} 2 2}
  ipx::add_memory_map {{} {-quiet} 2 2}
  ipx::add_address_block {{} {-quiet} 2 2}
  ipx::add_register {{} {-quiet} 2 2}
  ipx::add_register_parameter {{} {-quiet} 2 2}
  ipx::create_xgui_files {{-logo_file} {-quiet} 1 1}
  ipx::update_checksums {{} {-quiet} 1 1}
  ipx::check_integrity {{} {-kernel -xrt -quiet} 1 1}
  ipx::save_core {{} {-quiet} 0 1}
  package_xo {{-xo_path -kernel_name -kernel_xml -ip_directory -ctrl_protocol -output_kernel_xml -kernel_files} {-force -debug -quiet} 0 0}
}
set returning {current_fileset ipx::current_core ipx::get_bus_interfaces ipx::add_memory_map ipx::add_address_block ipx::add_register
               ipx::add_register_parameter ipx::add_bus_interface ipx::add_port_map}

# Kind of object, by how its handle starts -> its properties that a script may set, and what the value has to be.
array set properties {
  files           {file_type {Verilog Header|SystemVerilog|Verilog}}
  current_fileset {include_dirs .+ top {\w+}}
  ipx::current_core {name {\w+} version {\d+\.\d+} sdx_kernel true|false sdx_kernel_type rtl|hls|mixed ipi_drc .+ vitis_drc .+
                     supported_families .* auto_family_support_level {level_[0-2]}}
  ipx::get_bus_interfaces {slave_memory_map_ref {\w+}}
  ipx::add_address_block {range {\d+} width 32}
  ipx::add_register {address_offset {\d+} size 32|64 access {read-write|read-only|write-only} description .+}
  ipx::add_register_parameter {value {\w+}}
  ipx::add_bus_interface {interface_mode master|slave bus_type_vlnv {xilinx\.com:interface:(?:gt|diff_clock):1\.0}
                          abstraction_type_vlnv {xilinx\.com:interface:(?:gt|diff_clock)_rtl:1\.0}}
  ipx::add_port_map {physical_name {\w+}}
  ips {CONFIG.CORE {Ethernet PCS/PMA 64-bit} CONFIG.BASE_R_KR {BASE-R} CONFIG.LINE_RATE 10 CONFIG.NUM_OF_CORES [1-4]
       CONFIG.INCLUDE_SHARED_LOGIC [01] CONFIG.GT_DRP_CLK {\d+\.\d+} CONFIG.GT_REF_CLK_FREQ {156\.25|161\.1328125|312\.5|322\.265625}
       CONFIG.GT_GROUP_SELECT {Quad_X\d+Y\d+} CONFIG.LANE1_GT_LOC {X\d+Y\d+}}
}

proc examine {command words} {
  # A handle where Vivado takes a handle: the last word of these.
  foreach {caller from} {ipx::add_register ipx::add_address_block ipx::add_address_block ipx::add_memory_map
                         ipx::add_register_parameter ipx::add_register ipx::add_memory_map ipx::current_core
                         ipx::save_core ipx::current_core ipx::associate_bus_interfaces ipx::current_core
                         ipx::add_bus_interface ipx::current_core ipx::add_port_map ipx::get_bus_interfaces} {
    if {$command eq $caller && [kind [lindex $words end]] ne $from} { error "$command: expected what $from returns, found [lindex $words end]" }
  }
  if {$command eq "package_xo"} {
    foreach option {-xo_path -kernel_name -ip_directory -ctrl_protocol} {
      if {$option ni $words} { error "package_xo needs $option" }
    }
    set protocol [dict get [lsearch -all -inline -not $words -force] -ctrl_protocol]
    if {$protocol ni {ap_ctrl_hs ap_ctrl_chain ap_ctrl_none user_managed}} { error "package_xo has no control protocol $protocol" }
  }
  if {$command ne "set_property"} { return }
  set object [lindex $words end]
  set pairs [expr {[lindex $words 0] eq "-dict" ? [lindex $words 1] : [lrange $words 0 1]}]
  set kind [kind $object]
  if {![info exists ::properties($kind)]} { error "set_property: $object is no object that has properties" }
  foreach {name value} $pairs {
    if {![dict exists $::properties($kind) $name]} { error "set_property: what $kind returns has no property $name" }
    set form [dict get $::properties($kind) $name]
    if {![regexp "^(?:$form)\$" $value]} { error "set_property $name: expected $form, found $value" }
  }
}
proc kind {handle} { return [lindex [split $handle "\{"] 0] }

proc prepare {inside} {
  foreach {name value} [array get ::env TP_KERNEL_*] { $inside eval [list set ::env($name) $value] }
  $inside eval {array set ::env {}}
  $inside alias source call_source $inside
  $inside alias exit call_exit
}
proc call_source {inside name} {
  set handle [open $name]
  set text [read $handle]
  close $handle
  return [$inside eval $text]
}
proc call_exit {{status 0}} { puts [list exit $status]; exit $status }
