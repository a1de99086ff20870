"""A reader of Prometheus' text format 0.0.4 that takes nothing else: for what `promtool check metrics` would say of form."""

import math
import re

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? (\S+)")
_UNESCAPE = {r"\\": "\\", r'\"': '"', r"\n": "\n"}


def _family(name, types):
    for end in ("_bucket", "_count", "_sum"):
        if name.endswith(end) and types.get(name[:-len(end)]) == "histogram":
            return name[:-len(end)]
    return name


def parse(text):
    """{(name, ((label, value), ...)): value}; ValueError that names the line otherwise."""
    if text and not text.endswith("\n"):
        raise ValueError("the last line does not end")
    samples, types, helped, closed, current = {}, {}, set(), set(), None
    for number, line in enumerate(text.splitlines(), 1):
        def bad(what):
            raise ValueError(f"line {number}: {what}: {line}")
        if comment := re.fullmatch(rf"# (HELP|TYPE) ({_NAME}) (.+)", line):
            kind, name, rest = comment.groups()
            if kind == "HELP":
                if name in helped:
                    bad("a second HELP")
                helped.add(name)
            else:
                if name in types or rest not in ("counter", "gauge", "histogram", "summary", "untyped"):
                    bad("a second or unknown TYPE")
                types[name] = rest
            continue
        found = _SAMPLE.fullmatch(line)
        if not found:
            bad("neither a comment nor a sample")
        name, labels, value = found.groups()
        family = _family(name, types)
        if family not in types or family not in helped:
            bad("a sample without TYPE and HELP before it")
        if family != current:
            if family in closed:
                bad("a family that is torn apart")
            closed.add(current)
            current = family
        if (types[family] == "counter") != name.endswith("_total"):
            bad("a counter ends in _total, nothing else does")
        pairs = re.findall(r'([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"', labels or "")
        pairs = [(k, re.sub(r'\\[\\"n]', lambda m: _UNESCAPE[m[0]], v)) for k, v in pairs]
        if len(dict(pairs)) != len(pairs):
            bad("a label twice")
        key = (name, tuple(sorted(pairs)))
        if key in samples:
            bad("a sample twice")
        samples[key] = math.inf if value == "+Inf" else float(value)
        if types[family] == "counter" and not samples[key] >= 0:
            bad("a counter below 0")
    histograms = {}
    for (name, labels), value in samples.items():
        if name.endswith("_bucket"):
            rest = tuple(p for p in labels if p[0] != "le")
            histograms.setdefault((name[:-7], rest), []).append((float(dict(labels)["le"]), value))
    for (name, labels), buckets in histograms.items():
        if buckets != sorted(buckets) or [v for _, v in buckets] != sorted(v for _, v in buckets):
            raise ValueError(f"{name}{labels}: buckets are not cumulative")
        if buckets[-1][0] != math.inf or buckets[-1][1] != samples.get((name + "_count", labels)):
            raise ValueError(f"{name}{labels}: the last bucket is not the count")
    return samples
