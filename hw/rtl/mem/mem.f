hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/fifo.sv
