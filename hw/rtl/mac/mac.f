hw/rtl/mem/sync_bits.sv
hw/rtl/mem/fifo_async.sv
hw/rtl/mem/count_crossing.sv
hw/rtl/mac/crc32_word.sv
hw/rtl/mac/mac_rx.sv
hw/rtl/mac/mac_tx.sv
hw/rtl/mac/link_fault.sv
hw/rtl/mac/mac_10g.sv
