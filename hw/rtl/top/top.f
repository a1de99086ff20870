hw/rtl/top/twinpath_core.sv
