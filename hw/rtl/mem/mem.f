hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/ram_forward.sv
hw/rtl/mem/fifo.sv
hw/rtl/mem/sync_bits.sv
hw/rtl/mem/fifo_async.sv
hw/rtl/mem/count_crossing.sv
