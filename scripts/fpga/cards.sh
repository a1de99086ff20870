# What the scripts for cards share; sourced with the project as the working directory.

fail() { echo "scripts/${0##*/}: $*" >&2; exit 2; }

# need PROGRAM WHAT-TO-DO
need() { command -v "$1" >/dev/null || fail "$1 is not in PATH; $2"; }

# card_facts CARD: sets part and platform.
card_facts() {
  case "$1" in
    u50) part=xcu50-fsvh2104-2-e platform=xilinx_u50_gen3x16_xdma_5_202210_1 ;;
    u55c) part=xcu55c-fsvh2892-2L-e platform=xilinx_u55c_gen3x16_xdma_3_202210_1 ;;
    u250) part=xcu250-figd2104-2L-e platform=xilinx_u250_gen3x16_xdma_4_1_202210_1 ;;
    "") fail "no card named, --card u50, u55c or u250" ;;
    *) fail "card '$1': expected u50, u55c or u250" ;;
  esac
}
