hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/fifo.sv
hw/rtl/strategy/config_table.sv
hw/rtl/order/discard_budget.sv
hw/rtl/order/order_tx.sv
hw/rtl/order/order_class.sv
hw/rtl/order/event_queue.sv
