hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/ram_forward.sv
hw/rtl/mem/fifo.sv
