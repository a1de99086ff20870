hw/rtl/kernel/core_time.sv
hw/rtl/kernel/register_crossing.sv
hw/rtl/kernel/kernel_control.sv
hw/rtl/kernel/event_ring.sv
hw/rtl/kernel/doorbell_ring.sv
