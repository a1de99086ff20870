hw/rtl/mem/ram_sdp.sv
hw/rtl/strategy/config_table.sv
hw/rtl/strategy/strategy_decide.sv
hw/rtl/strategy/strategy_rules.sv
hw/rtl/strategy/strategy_select.sv
hw/rtl/strategy/strategy_state.sv
