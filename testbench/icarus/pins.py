"""The ports of a Verilated block, from the header that Verilator writes."""
import re

PORT = re.compile(r"VL_(IN|OUT|INOUT)(8|16|64|W)?\(&?(\w+),(\d+),(\d+)(?:,(\d+))?\);")


def ports(header):
    """(name, width, is an input) of each port, in the header's order."""
    found = [(name, int(high) - int(low) + 1, way == "IN") for way, _, name, high, low, _ in PORT.findall(header)]
    if not found or any(way == "INOUT" for way, *_ in PORT.findall(header)):
        raise SystemExit("pins.py: expected VL_IN and VL_OUT ports in Verilator's header, found none or an inout")
    return found


def digits(width):
    return (width + 3) // 4
