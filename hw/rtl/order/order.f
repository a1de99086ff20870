hw/rtl/mem/ram_sdp.sv
hw/rtl/strategy/config_table.sv
hw/rtl/order/order_tx.sv
hw/rtl/order/order_class.sv
