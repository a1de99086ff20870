hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/fifo.sv
hw/rtl/feed/reorder_buffer.sv
hw/rtl/feed/block_splitter.sv
hw/rtl/feed/itch_decoder.sv
hw/rtl/feed/mold_sequencer.sv
hw/rtl/feed/feed_front.sv
