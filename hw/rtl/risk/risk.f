hw/rtl/mem/ram_sdp.sv
hw/rtl/strategy/config_table.sv
hw/rtl/strategy/strategy_rules.sv
hw/rtl/strategy/strategy_stage.sv
hw/rtl/risk/risk_checks.sv
hw/rtl/risk/risk_event.sv
hw/rtl/risk/risk_stage.sv
hw/rtl/risk/decide_stage.sv
