hw/rtl/mem/ram_sdp.sv
hw/rtl/control/twinpath_regs_pkg.sv
hw/rtl/control/axil_slave.sv
hw/rtl/control/axil_regs.sv
hw/rtl/control/counters.sv
hw/rtl/control/latency_histogram.sv
hw/rtl/control/control.sv
