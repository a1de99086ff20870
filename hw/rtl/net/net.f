hw/rtl/mem/ram_sdp.sv
hw/rtl/net/rewind_fifo.sv
hw/rtl/net/ingress.sv
hw/rtl/net/beat_halver.sv
hw/rtl/net/header_checks.sv
hw/rtl/net/udp_parser.sv
