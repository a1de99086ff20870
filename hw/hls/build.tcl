# One kernel through Vitis HLS: C simulation, synthesis, co-simulation, and the kernel object that v++ links. scripts/hls
# runs it; not run in Vitis HLS yet. From the environment:
#
#   TP_HLS_ROOT    the repository
#   TP_HLS_KERNEL  bytecode_scan, margin_sweep or strategy
#   TP_HLS_PART    of the card
#   TP_HLS_STEPS   some of: csim csynth cosim export
#   TP_HLS_OUT     where all goes

proc needed {name} {
  if {![info exists ::env($name)]} { error "$name is not set; run scripts/hls" }
  return $::env($name)
}

set root [needed TP_HLS_ROOT]
set kernel [needed TP_HLS_KERNEL]
set part [needed TP_HLS_PART]
set steps [needed TP_HLS_STEPS]
set out [needed TP_HLS_OUT]

# kernel -> {top function, language, sources, test bench}
array set kernels {
  bytecode_scan {bytecode_scan c++14 {bytecode_scan/bytecode_scan.cpp} bytecode_scan/bytecode_scan_tb.cpp}
  margin_sweep {margin_sweep c++14 {margin_sweep/margin_sweep.cpp} margin_sweep/margin_sweep_tb.cpp}
  strategy {strategy c++17 {strategy/strategy.cpp} strategy/strategy_tb.cpp}
}
if {![info exists kernels($kernel)]} {
  error "kernel '$kernel': expected one of [lsort [array names kernels]]"
}
foreach step $steps {
  if {$step ni {csim csynth cosim export}} { error "step '$step': expected csim, csynth, cosim or export" }
}
lassign $kernels($kernel) top language sources bench
set flags "-std=$language -I$root"

open_project -reset $out/$kernel
set_top $top
foreach source $sources { add_files $root/hw/hls/$source -cflags $flags }
add_files -tb $root/hw/hls/$bench -cflags $flags
open_solution -reset -flow_target vitis solution
set_part $part
# 322.265625 MHz, the clock of the core.
create_clock -period 3.103 -name default
set_clock_uncertainty 12%
config_interface -m_axi_addr64 -m_axi_alignment_byte_size 64 -m_axi_max_widen_bitwidth 512

if {"csim" in $steps} { csim_design -clean }
if {"csynth" in $steps || "cosim" in $steps || "export" in $steps} { csynth_design }
if {"cosim" in $steps} { cosim_design -rtl verilog }
if {"export" in $steps} { export_design -format xo -output $out/$kernel.xo }
exit
