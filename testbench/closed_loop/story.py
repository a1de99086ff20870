"""What a closed loop keeps for its report (`twinpath loop`): records of every path the trader had, faults, comparisons."""

import json
import shutil


class Story:
    def __init__(self, folder, title, path):
        self.folder, self.title, self.path = folder, title, path
        self.kept, self.lives, self.faults, self.checks, self.moments = folder / "lives", [], [], [], 0
        self.kept.mkdir(exist_ok=True)

    def keep(self, ended):
        """The trader has ended: its records, one a path, are put aside."""
        records = sorted(self.folder.glob("record*.pcap"), key=lambda f: f.stat().st_mtime)
        for record in records:
            name = f"{len(self.lives) + 1:03}.pcap"
            commands = self.folder / f"{record.name}.commands.toml"
            config = self.kept / f"{name}.toml"
            config.write_text(replay_config((self.folder / "trader.toml").read_text()) + commands.read_text())
            commands.unlink()
            shutil.move(record, self.kept / name)
            self.lives.append({"path": self.path, "config": f"lives/{config.name}", "record": f"lives/{name}",
                               "ended": ended if record == records[-1] else "books made anew"})

    def befell(self, fault, at, survived):
        self.faults.append({"at": at, "fault": fault.replace("_", " "), "survived": survived})

    def compared(self, venue, trader, between):
        """Both sides at one message of the account's stream, which agree."""
        self.moments += 1
        self.checks = [{"what": f"shares of {s}", "trader": str(trader["positions"].get(s, 0)), "venue": str(p["shares"])}
                       for s, p in sorted(venue["positions"].items())]
        cash = sum(p["cash"] for p in venue["positions"].values())
        self.checks.append({"what": "cash, 1/10,000 dollar", "trader": str(trader["exchange"]["cash"]), "venue": str(cash)})
        self.checks.append({"what": "messages of the account",
                            "trader": str(trader["exchange"]["next_sequence"] - 1 - between["doubled"]), "venue": str(venue["told"])})
        self.checks.append({"what": "answers told twice, each obeyed once", "trader": str(trader["exchange"]["told_again"]),
                            "venue": str(between["doubled"])})

    def write(self):
        file = self.folder / "story.json"
        file.write_text(json.dumps({"title": self.title, "lives": self.lives, "faults": self.faults,
                                    "compared": self.moments, "checks": self.checks}, indent=1))
        return file


def replay_config(text):
    """A trader's configuration, without what only a live run needs."""
    return text[:text.index("[live]")] + text[text.index("[[symbol]]"):]
