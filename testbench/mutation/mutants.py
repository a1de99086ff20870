"""Finds what could be wrong in SystemVerilog: every place where a small change would still compile.

mutants(text) gives them for one file, each a dict: id (stable as long as its line and those like it stay), line, kind,
start, end (of the text it replaces), original, mutated, form ("expression" or "statement", as in testbench/faults/inject.py).

Looked at: right-hand sides and conditions in assign, always_comb and always_ff. Not looked at: constants of the
elaboration (parameters, part-selects, generate), left-hand sides, and conditions that are just the reset.
"""
import hashlib
import re

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/|`[a-z_]+[^\n]*|\(\*.*?\*\))
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>\d*\s*'s?[bodhBODH][0-9a-fA-F_xXzZ?]+|'[01](?![\w(])|\d[\d_]*)
  | (?P<name>[\\$A-Za-z_][\w$]*(?:::[\w$]+)*)
  | (?P<op><<<|>>>|===|!==|&&|\|\||==|!=|<=|>=|<<|>>|\+:|-:|\*\*|'\{|[-+*/%&|^~!<>=?:;,.(){}\[\]@\#'])
""", re.X | re.S)

BINARY = {"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "===": 6, "!==": 6, "<": 7, "<=": 7, ">": 7, ">=": 7,
          "inside": 7, "<<": 8, ">>": 8, "<<<": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11}
SWAPS = {"==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<"], ">": [">=", "<="], ">=": [">"], "+": ["-"], "-": ["+"],
         "&&": ["||"], "||": ["&&"], "&": ["|"], "|": ["&"], "^": ["&"], "<<": [">>"], ">>": ["<<"]}
UNARY = {"!", "~", "-", "+", "&", "|", "^"}
CONSTANT_CALLS = {"$clog2", "$bits"}


class Unreadable(Exception):
    pass


class Token:
    __slots__ = ("kind", "text", "start", "end")

    def __init__(self, kind, text, start, end):
        self.kind, self.text, self.start, self.end = kind, text, start, end


def tokens(text):
    result, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"line {text.count(chr(10), 0, at) + 1}: {text[at:at + 20]!r}")
        if match.lastgroup != "space":
            result.append(Token(match.lastgroup, match.group(), match.start(), match.end()))
        at = match.end()
    result.append(Token("end", "", len(text), len(text)))
    return result


class Finder:
    """Walks a file. `muted` counts reasons not to mutate what is being read (constants)."""

    def __init__(self, text):
        self.text, self.tokens, self.at, self.muted, self.found = text, tokens(text), 0, 0, []
        self.clocked = False

    # ---- tokens
    @property
    def token(self):
        return self.tokens[self.at]

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, text):
        if self.token.text == text:
            return self.next()
        return None

    def expect(self, text):
        if self.token.text != text:
            line = self.text.count("\n", 0, self.token.start) + 1
            raise Unreadable(f"line {line}: expected {text}, found {self.token.text!r}")
        return self.next()

    def skip_to(self, text):
        """Behind the next `text` outside of brackets."""
        depth = 0
        while depth or self.token.text != text:
            if self.token.kind == "end":
                raise Unreadable(f"no {text}")
            depth += self.token.text in ("(", "[", "{", "'{")
            depth -= self.token.text in (")", "]", "}")
            self.next()
        self.next()

    def skip_group(self, opening, closing):
        depth = 1
        while depth:
            token = self.next()
            if token.kind == "end":
                raise Unreadable(f"no {closing}")
            depth += token.text == opening
            depth -= token.text == closing

    # ---- what is found
    def add(self, kind, start, end, mutated, form="expression"):
        if not self.muted and mutated != self.text[start:end]:
            self.found.append({"kind": kind, "start": start, "end": end, "original": self.text[start:end],
                               "mutated": mutated, "form": form, "line": self.text.count("\n", 0, start) + 1})

    # ---- expressions; each gives (start, end)
    def expression(self):
        start, end = self.binary(1)
        if self.take("?"):
            self.add("condition negated", start, end, f"!({self.text[start:end]})")
            self.expression()
            self.expect(":")
            _, end = self.expression()
        return start, end

    def binary(self, least):
        start, end = self.unary()
        while BINARY.get(self.token.text, 0) >= least:
            op = self.next()
            if op.text == "inside":
                self.expect("{")
                self.skip_group("{", "}")
                end = self.tokens[self.at - 1].end
                continue
            right_start, right_end = self.binary(BINARY[op.text] + 1)
            for other in SWAPS.get(op.text, []):
                self.add(f"{op.text} for {other}", start, right_end,
                         f"{self.text[start:end]} {other} {self.text[right_start:right_end]}")
            end = right_end
        return start, end

    def unary(self):
        if self.token.text in UNARY and self.token.kind == "op":
            op = self.next()
            if self.token.text in ("&", "|", "^") and op.text == "~":
                self.next()
            _, end = self.unary()
            if op.text in ("!", "~"):
                self.add(f"{op.text} dropped", op.start, end, self.text[op.end:end])
            return op.start, end
        return self.primary()

    def primary(self):
        token = self.next()
        start, end = token.start, token.end
        if token.kind == "number":
            if self.token.text == "'" and self.tokens[self.at + 1].text == "(":
                end = self.cast()
            else:
                self.literal(token)
        elif token.kind == "name":
            if self.token.text == "'" and self.tokens[self.at + 1].text == "(":
                end = self.cast()
            elif self.token.text == "(":
                self.next()
                self.muted += token.text in CONSTANT_CALLS
                while not self.take(")"):
                    self.expression()
                    self.take(",")
                self.muted -= token.text in CONSTANT_CALLS
                end = self.tokens[self.at - 1].end
        elif token.text == "(":
            self.expression()
            end = self.expect(")").end
            if self.token.text == "'" and self.tokens[self.at + 1].text == "(":
                end = self.cast()
        elif token.text == "{":
            end = self.concatenation()
        elif token.text == "'{":
            self.muted += 1
            self.skip_group("{", "}")
            self.muted -= 1
            end = self.tokens[self.at - 1].end
        elif token.kind != "string":
            line = self.text.count("\n", 0, start) + 1
            raise Unreadable(f"line {line}: no expression begins with {token.text!r}")
        while self.token.text in ("[", "."):
            if self.take("."):
                end = self.next().end
            else:
                end = self.select()
        return start, end

    def cast(self):
        self.next()
        self.expect("(")
        self.expression()
        return self.expect(")").end

    def concatenation(self):
        first = len(self.found)
        while True:
            self.expression()
            if self.token.text == "{":  # that was a count
                del self.found[first:]
                self.next()
                self.concatenation()
                return self.expect("}").end
            if self.take("}"):
                return self.tokens[self.at - 1].end
            self.expect(",")

    def select(self):
        """[index], or a part-select, whose numbers are constants or positions of whole fields."""
        first = len(self.found)
        self.expect("[")
        self.expression()
        if self.token.text in (":", "+:", "-:"):
            self.next()
            self.expression()
            del self.found[first:]
        end = self.expect("]").end
        if self.token.text == ".":  # an index into generated blocks, or a struct of an array
            del self.found[first:]
        return end

    def literal(self, token):
        text = token.text
        if text in ("'0", "'1"):
            return self.add("constant", token.start, token.end, "'1" if text == "'0" else "'0")
        match = re.fullmatch(r"(\d*)\s*'(s?)([bodhBODH])([0-9a-fA-F_]+)", text)
        if match is None:
            if text.isdigit():
                self.add("constant", token.start, token.end, str(int(text) + 1))
            return None
        width, sign, base, digits = match.groups()
        value = int(digits.replace("_", ""), {"b": 2, "o": 8, "d": 10, "h": 16}[base.lower()])
        top = 1 << int(width or 32)
        others = {(value + 1) % top, (value - 1) % top} - {value}
        for other in sorted(others):
            self.add("constant", token.start, token.end, f"{width}'{sign}h{other:x}")
        return None

    # ---- statements
    def condition(self):
        self.expect("(")
        start, end = self.expression()
        self.expect(")")
        return start, end

    def statement(self):
        token = self.token
        if token.text == "begin":
            self.next()
            if self.take(":"):
                self.next()
            while not self.take("end"):
                self.statement()
        elif token.text == "if":
            self.next()
            start = self.token.end
            before = len(self.found)
            self.condition()
            end = self.tokens[self.at - 1].start
            whole = self.text[start:end]
            if whole.strip() in ("rst_i", "rst_q"):
                del self.found[before:]
            else:
                self.add("condition negated", start, end, f"!({whole})")
                if self.clocked:
                    self.add("always taken", start, end, "1'b1")
                    self.add("never taken", start, end, "1'b0")
            self.muted += whole.strip() in ("rst_i", "rst_q")
            self.statement()
            self.muted -= whole.strip() in ("rst_i", "rst_q")
            if self.take("else"):
                self.statement()
        elif token.text in ("unique", "unique0", "priority"):
            self.next()
            self.statement()
        elif token.text in ("case", "casez", "casex"):
            self.next()
            self.condition()
            if self.take("inside"):
                pass
            while not self.take("endcase"):
                if self.take("default"):
                    self.take(":")
                else:
                    self.skip_to(":")
                self.statement()
        elif token.text == "for":
            self.next()
            self.expect("(")
            self.skip_group("(", ")")
            self.statement()
        elif token.text == ";":
            self.next()
        elif token.kind == "name" and (token.text.startswith("$") or self.declares()):
            self.skip_to(";")
        else:
            self.assignment()

    def declares(self):
        following = self.tokens[self.at + 1]
        return self.token.text in ("logic", "int", "automatic", "void", "static", "bit", "integer", "break", "continue", "return") or (
            following.kind == "name")

    def assignment(self):
        start = self.token.start
        self.muted += 1
        if self.take("{"):
            self.skip_group("{", "}")
        else:
            self.primary()
        self.muted -= 1
        op = self.next()
        if op.text not in ("=", "<="):
            line = self.text.count("\n", 0, op.start) + 1
            raise Unreadable(f"line {line}: expected an assignment, found {op.text!r}")
        self.expression()
        end = self.expect(";").end
        if self.clocked and op.text == "<=":
            self.add("assignment dropped", start, end, ";", "statement")

    def file(self):
        while self.token.kind != "end":
            token = self.next()
            if token.text == "assign":
                self.assignments_until_semicolon()
            elif token.text == "always_comb":
                self.clocked = False
                self.statement()
            elif token.text == "always_ff":
                self.expect("@")
                self.expect("(")
                self.skip_group("(", ")")
                self.clocked = True
                self.statement()
                self.clocked = False
            elif token.text in ("function", "package"):
                while self.next().text != "end" + token.text:
                    pass
        return self.found

    def assignments_until_semicolon(self):
        self.muted += 1
        if self.take("{"):
            self.skip_group("{", "}")
        else:
            self.primary()
        self.muted -= 1
        self.expect("=")
        self.expression()
        self.expect(";")


def mutants(file, text):
    """Those of a file, in the order of their places."""
    finder = Finder(text)
    try:
        finder.file()
    except Unreadable as error:
        raise Unreadable(f"{file}: {error}") from error
    lines = text.splitlines()
    seen = {}
    for mutant in sorted(finder.found, key=lambda m: (m["start"], -m["end"])):
        column = mutant["start"] - (text.rfind("\n", 0, mutant["start"]) + 1)
        line = lines[mutant["line"] - 1]
        words = [file, line.strip(), mutant["kind"], mutant["original"], mutant["mutated"],
                 str(column - len(line) + len(line.lstrip()))]
        words.append(str(seen.setdefault(tuple(words), 0)))
        seen[tuple(words[:-1])] += 1
        mutant["id"] = hashlib.sha256("\x00".join(words).encode()).hexdigest()[:10]
        mutant["file"] = file
    return sorted(finder.found, key=lambda m: (m["start"], -m["end"]))
