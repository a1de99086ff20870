"""Checks of what is said about the kernel: each gives a list of what is wrong, empty when nothing is."""
import pathlib
import re
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]


def xml_problems(text, ports):
    """What is wrong with a kernel XML: `ports` are those of the RTL, name -> (direction, width)."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as problem:
        return [f"not XML: {problem}"]
    found = []
    kernels = root.findall("kernel")
    if root.tag != "root" or len(kernels) != 1:
        return ["expected <root> with one <kernel>"]
    for name, value in (("name", "twinpath_kernel"), ("language", "ip"), ("hwControlProtocol", "user_managed")):
        if kernels[0].get(name) != value:
            found.append(f"kernel, {name}: expected {value}, found {kernels[0].get(name)}")
    named, seen = {}, set()
    for port in kernels[0].findall("ports/port"):
        name, kind, mode = port.get("name"), port.get("portType"), port.get("mode")
        named[name] = kind
        data = f"{name}_tdata" if kind == "stream" else f"{name}_wdata"
        if data not in ports:
            found.append(f"the RTL has no {data}, of port {name}")
            continue
        if port.get("dataWidth") != str(ports[data][1]):
            found.append(f"port {name}: {port.get('dataWidth')} bits, the RTL has {ports[data][1]}")
        out = ports[data][0] == "output"
        expected = ("write_only" if out else "read_only") if kind == "stream" else ("master" if out else "slave")
        if mode != expected:
            found.append(f"port {name}: mode {mode}, expected {expected}")
        if kind == "addressable" and mode == "slave" and int(port.get("range", "0"), 16) != 1 << ports[f"{name}_awaddr"][1]:
            found.append(f"port {name}: range {port.get('range')} is not what its address reaches")
    for name in {p.rsplit("_", 1)[0] for p in ports if not p.startswith("ap_")} - set(named):
        found.append(f"interface {name} of the RTL is no port")
    for place, arg in enumerate(kernels[0].findall("args/arg")):
        name, port = arg.get("name"), arg.get("port")
        if arg.get("id") != str(place):
            found.append(f"argument {name}: number {arg.get('id')} at place {place}")
        if name in seen:
            found.append(f"two arguments are called {name}")
        seen.add(name)
        if port not in named:
            found.append(f"argument {name}: there is no port {port}")
        elif arg.get("addressQualifier") != ("4" if named[port] == "stream" else "1"):
            found.append(f"argument {name}: qualifier {arg.get('addressQualifier')} on a port that is {named[port]}")
    return found


def register_problems(registers):
    """registers: name -> (offset, bits). Against the package that the RTL is built with."""
    package = (ROOT / "hw/rtl/control/twinpath_regs_pkg.sv").read_text()
    places = {n.lower(): int(v, 16) for n, v in re.findall(r"\[15:0\] REG_(\w+) = 16'h([0-9A-F]+);", package)}
    counters = {n.lower(): int(v) for n, v in re.findall(r"int CNT_(\w+) = (\d+);", package)}
    sizes = {n.lower(): int(v) for n, v in re.findall(r"int REG_(\w+?)_STRIDE = (\d+);", package)}
    within = {n.lower(): int(v) for n, v in re.findall(r"int REG_(LATENCY_\w+) = (\d+);", package) if not n.endswith("STRIDE")}
    expected = {n: (o, 64 if f"{n}_high" in places else 32) for n, o in places.items()
                if not n.endswith("_high") and n not in (*sizes, "counters")}
    expected.update({f"counter_{n}": (places["counters"] + 8 * v, 64) for n, v in counters.items()})
    for c in range(1, 7):
        for name, offset in within.items():
            expected[name.replace("latency_", f"latency_{c}_")] = (places["latency"] + (c - 1) * sizes["latency"] + offset, 32)
    found = [f"the RTL has no register {n}" for n in registers if n not in expected]
    found += [f"register {n} is missing" for n in expected if n not in registers]
    found += [f"register {n}: expected {expected[n]}, found {registers[n]}" for n in registers
              if n in expected and registers[n] != expected[n]]
    return found


def words(line):
    """A Tcl list of one line as Python strings; braces inside a word stay."""
    out, word, depth = [], "", 0
    for char in line + " ":
        if char == " " and depth == 0:
            if word:
                out.append(word[1:-1] if word[0] == "{" else word)
            word = ""
        else:
            depth += (char == "{") - (char == "}")
            word += char
    return out
