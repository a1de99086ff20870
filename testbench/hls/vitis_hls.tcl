# What hw/hls/build.tcl finds in vitis_hls, for scripts/fpga/record.tcl. Options as UG1399 lists them ("Tcl Commands").
array set known {
  open_project   {{} {-reset -upgrade} 1 1}
  set_top        {{} {} 1 1}
  add_files      {{-cflags -csimflags -blackbox} {-tb} 1 1}
  open_solution  {{-flow_target} {-reset} 1 1}
  set_part       {{} {} 1 1}
  create_clock   {{-period -name} {} 0 1}
  set_clock_uncertainty {{} {} 1 2}
  config_interface {{-m_axi_alignment_byte_size -m_axi_max_widen_bitwidth -m_axi_latency -default_slave_interface} {-m_axi_addr64} 0 0}
  config_dataflow  {{-default_channel -fifo_depth -start_fifo_depth} {-strict_mode} 0 0}
  csim_design    {{-argv -ldflags -mflags} {-clean -O -setup} 0 0}
  csynth_design  {{-dump_cfg} {-synthesis_check} 0 0}
  cosim_design   {{-rtl -trace_level -argv -ldflags -tool} {-O -setup -wave_debug} 0 0}
  export_design  {{-format -output -rtl -flow -vendor -version -display_name -description -ipname -library -taxonomy} {} 0 0}
  close_project  {{} {} 0 0}
}
proc prepare {inside} {
  foreach {name value} [array get ::env TP_HLS_*] { $inside eval [list set ::env($name) $value] }
  $inside eval {array set ::env {}}
  $inside alias file call_file
  $inside alias puts call_puts
  $inside alias exit call_exit
}
# A file that the script asks for is asked for here; where it writes is nowhere.
proc call_file {what args} {
  if {$what ni {join dirname normalize exists mkdir}} { error "file $what is not stood in for" }
  if {$what eq "mkdir"} { return }
  return [file $what {*}$args]
}
proc call_puts {args} { puts stderr [lindex $args end] }
proc call_exit {{status 0}} { puts [list exit $status]; exit $status }
