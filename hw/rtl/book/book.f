hw/rtl/mem/ram_sdp.sv
hw/rtl/book/price_window.sv
hw/rtl/book/order_table.sv
hw/rtl/book/first_set.sv
hw/rtl/book/price_levels.sv
hw/rtl/book/depth_search.sv
hw/rtl/book/depth_store.sv
hw/rtl/book/book_stage.sv
