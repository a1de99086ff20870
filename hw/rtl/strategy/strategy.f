hw/rtl/mem/ram_sdp.sv
hw/rtl/mem/ram_forward.sv
hw/rtl/strategy/config_table.sv
hw/rtl/strategy/strategy_decide.sv
hw/rtl/strategy/strategy_rules.sv
hw/rtl/strategy/sum_compare.sv
hw/rtl/strategy/strategy_ahead.sv
hw/rtl/strategy/strategy_state.sv
