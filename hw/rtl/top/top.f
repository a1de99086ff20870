hw/rtl/top/twinpath_core.sv
hw/rtl/top/twinpath_kernel.sv
