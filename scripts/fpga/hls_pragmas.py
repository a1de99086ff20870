#!/usr/bin/env python3
"""Checks the HLS pragmas of C++ sources, as far as that goes without Vitis HLS.

  scripts/fpga/hls_pragmas.py FILE...

For each `#pragma HLS`: Vitis HLS has a pragma of that name, it takes these options with values of that kind, those it
needs are there, and every variable, port and bundle it names is there: a variable is declared in the function (or is a
member of the class) around the pragma, a port is a parameter of the function. Every pointer or stream parameter of a
function that has an interface pragma has one itself. UG1399, "HLS Pragmas". A compiler without them ignores all of this.
"""
import re
import sys

NUMBER, WORD, NAME, TEXT = r"\d+", r"\w+", r"[A-Za-z_][\w.\->\[\]]*", r".+"

# pragma -> (options {name: form}, flags, options that must be there)
PRAGMAS = {
    "INTERFACE": ({"mode": "m_axi|s_axilite|axis|ap_none|ap_ctrl_chain|ap_ctrl_hs|ap_ctrl_none", "port": NAME,
                   "bundle": WORD, "depth": NUMBER, "offset": "slave|direct|off", "register_mode": "both|forward|reverse|off",
                   "max_read_burst_length": NUMBER, "max_write_burst_length": NUMBER, "num_read_outstanding": NUMBER,
                   "num_write_outstanding": NUMBER, "latency": NUMBER}, {"register"}, {"mode", "port"}),
    "PIPELINE": ({"II": NUMBER, "style": "stp|frp|flp"}, {"off", "rewind"}, set()),
    "DATAFLOW": ({}, {"disable_start_propagation"}, set()),
    "UNROLL": ({"factor": NUMBER}, {"skip_exit_check", "off"}, set()),
    "INLINE": ({}, {"off", "recursive"}, set()),
    "ARRAY_PARTITION": ({"variable": NAME, "type": "complete|block|cyclic", "factor": NUMBER, "dim": NUMBER},
                        {"complete", "block", "cyclic"}, {"variable"}),
    "AGGREGATE": ({"variable": NAME, "compact": "bit|byte|none|auto"}, set(), {"variable"}),
    "BIND_STORAGE": ({"variable": NAME, "type": "fifo|ram_1p|ram_1wnr|ram_2p|ram_s2p|ram_t2p|rom_1p|rom_2p|rom_np",
                      "impl": "bram|uram|lutram|srl|auto", "latency": NUMBER}, set(), {"variable", "type"}),
    "STREAM": ({"variable": NAME, "depth": NUMBER, "type": "fifo|pipo|shared|unsync"}, set(), {"variable"}),
    "LOOP_TRIPCOUNT": ({"min": NUMBER, "max": NUMBER, "avg": NUMBER}, set(), {"max"}),
    "RESET": ({"variable": NAME}, {"off"}, {"variable"}),
    "DEPENDENCE": ({"variable": NAME, "type": "inter|intra", "direction": "RAW|WAR|WAW", "distance": NUMBER,
                    "dependent": "true|false"}, set(), {"variable"}),
    "STABLE": ({"variable": NAME}, set(), {"variable"}),
}
KEYWORDS = {"if", "for", "while", "switch", "catch", "do", "else", "return", "sizeof", "static_assert"}


def without_comments(text):
    """The text with comments and strings blanked, line by line as before."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def scopes(text, upto):
    """Heads of the braces that are open at `upto`, the outermost first, each with where its body begins."""
    stack = []
    for match in re.finditer(r"[{}]", text[:upto]):
        if match.group(0) == "}":
            if stack:
                stack.pop()
            continue
        head = re.split(r"[;{}]|^\s*#[^\n]*$", text[:match.start()], flags=re.M)[-1]
        # A for's head has semicolons in it.
        opened = head.count(")") - head.count("(")
        at = match.start() - len(head)
        while opened > 0 and at > 0:
            at -= 1
            opened += {")": 1, "(": -1}.get(text[at], 0)
        stack.append((text[max(0, at):match.start()], match.end()))
    return stack


def function_of(stack):
    """(index in the stack, name, parameters) of the innermost function, or None."""
    for i in reversed(range(len(stack))):
        head = stack[i][0]
        match = re.search(r"([A-Za-z_]\w*)\s*\((.*)\)\s*(?:const|noexcept|:[^:].*|\s)*$", head, flags=re.S)
        if match and match.group(1) not in KEYWORDS and "=" not in head.split("(")[0]:
            name, parameters = match.group(1), match.group(2)
            # `Scanner() : x(0)` and the like: the first bracket counts.
            first = re.search(r"([A-Za-z_]\w*)\s*\(", head)
            if first and first.group(1) not in KEYWORDS:
                name = first.group(1)
                depth, end = 0, len(head)
                for k in range(first.end() - 1, len(head)):
                    depth += {"(": 1, ")": -1}.get(head[k], 0)
                    if depth == 0:
                        end = k
                        break
                parameters = head[first.end():end]
            return i, name, parameters
    return None


def split_parameters(text):
    parts, depth, part = [], 0, ""
    for char in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += char
    return {re.search(r"(\w+)\s*(?:\[[^\]]*\])?\s*$", p).group(1): p for p in parts + [part] if p.strip()}


class Checker:
    def __init__(self, name, text):
        self.name, self.raw, self.text = name, text, without_comments(text)
        self.wrong, self.count = [], 0
        self.ports = {}  # function -> (line, parameters, ports that have a pragma)

    def fail(self, line, what):
        self.wrong.append(f"{self.name}:{line}: {what}")

    def run(self):
        for match in re.finditer(r"^[ \t]*#pragma[ \t]+HLS\b[ \t]*(.*)$", self.text, flags=re.M):
            self.count += 1
            self.pragma(re.sub(r"\s*=\s*", "=", match.group(1)).split(), self.text.count("\n", 0, match.start()) + 1, match.start())
        for function, (line, parameters, ports) in self.ports.items():
            for parameter, declared in parameters.items():
                if parameter not in ports and ("*" in declared or "stream" in declared):
                    self.fail(line, f"{function}: parameter {parameter} has no INTERFACE pragma")
        return self

    def pragma(self, words, line, at):
        if not words:
            return self.fail(line, "expected the name of a pragma, found none")
        kind = words[0].upper()
        if kind not in PRAGMAS:
            return self.fail(line, f"HLS has no pragma {words[0]}; known here: {', '.join(sorted(PRAGMAS))}")
        forms, flags, needed = PRAGMAS[kind]
        values = {}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals and key in flags:
                continue
            if not equals or key not in forms:
                self.fail(line, f"{kind} has no option {word}")
            elif not re.fullmatch(forms[key], value):
                self.fail(line, f"{kind}: {key}: expected {forms[key]}, found {value}")
            else:
                values[key] = value
        for key in sorted(needed - {word.partition('=')[0] for word in words[1:]}):
            self.fail(line, f"{kind} needs {key}=")
        self.names(kind, values, line, at)

    def names(self, kind, values, line, at):
        stack = scopes(self.text, at)
        found = function_of(stack)
        if found is None:
            return self.fail(line, f"{kind} stands outside any function")
        index, function, parameters = found
        parameters = split_parameters(parameters)
        body = self.text[stack[index][1]:]
        if "variable" in values:
            name = values["variable"]
            around = self.text[stack[index - 1][1]:] if index > 0 else ""
            declared = re.search(rf"[\w>&*]\s+[&*]?(?:\w+,\s*)*{re.escape(name)}\s*[\[({{;=]", body)
            member = name.endswith("_") and re.search(rf"[\w>]\s+(?:\w+,\s*)*{re.escape(name)}\s*[\[;,]", around)
            if not declared and not member and name not in parameters:
                self.fail(line, f"{kind}: {function} has no variable {name}")
        if kind == "INTERFACE":
            entry = self.ports.setdefault(function, (line, parameters, set()))
            port = values.get("port")
            if port == "return":
                return
            if port and port not in parameters:
                self.fail(line, f"INTERFACE: {function} has no parameter {port}")
            if port in entry[2]:
                self.fail(line, f"INTERFACE: port {port} has a pragma already")
            entry[2].add(port)
            declared = parameters.get(port, "")
            if values.get("mode") == "m_axi" and port in parameters and "*" not in declared and "[" not in declared:
                self.fail(line, f"INTERFACE: {port} is m_axi and no pointer")
            if values.get("mode") == "axis" and port in parameters and "stream" not in declared:
                self.fail(line, f"INTERFACE: {port} is axis and no stream")


def check(name, text):
    return Checker(name, text).run()


def main(files):
    wrong, count = [], 0
    for file in files:
        with open(file, encoding="utf-8") as handle:
            checker = check(file, handle.read())
        wrong += checker.wrong
        count += checker.count
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{count} pragmas in {len(files)} files")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
