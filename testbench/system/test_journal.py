"""The journal of a run and `twinpath journal`: against the order frames, filtered, exported, replayed, cut off and damaged."""

import csv
import io
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time
import unittest

from command import CANCEL, CLEAN, COMMAND, ORDER
from journal_file import BANK, EVENT, HOST_CANCEL, SENT, START, STOP, read_journal
from test_run import LIVE, Runs

FILL = 4  # SEM 2.9
KEEP = '\n[journal]\nfolder = "journal"\n'


class JournalOfARun(Runs):
    def journalled(self, answers=True, status=0):
        self.live_config(LIVE + KEEP, answers=answers)
        return self.run_command("run", "--config", "session.toml", status=status)

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.run_command("journal", "journal", "--csv", *arguments).stdout)))

    def test_has_every_order_frame_and_replays_to_the_same_state(self):
        for answers in (True, False):
            with self.subTest(answers=answers):
                shutil.rmtree(self.folder / "journal", True)
                done = self.journalled(answers, 0 if answers else 3)
                records = read_journal(self.folder / "journal")
                self.assertEqual([records[0].kind, records[1].kind, records[-1].kind], [START, BANK, STOP])
                frames = self.orders("orders.pcap")
                events = [r.event for r in records if r.kind in (EVENT, HOST_CANCEL) and r.event.kind in (ORDER, CANCEL)]
                self.assertEqual([(int.from_bytes(f[43:47], "big"), f[42:43]) for f in frames],
                                 [(e.user_ref, b"O" if e.kind == ORDER else b"X") for e in events])
                for frame, e in zip(frames, events):
                    if e.kind == ORDER:
                        self.assertEqual((frame[47:48], int.from_bytes(frame[48:52], "big"), int.from_bytes(frame[60:68], "big")),
                                         (b"BS"[e.side:e.side + 1], e.quantity, e.price))
                self.assertEqual(sum(r.kind == SENT and r.left for r in records), len(frames))
                replay = self.run_command("journal", "journal", "--replay").stdout
                for name in ("positions", "open orders"):
                    part = lambda text: re.search(rf"(?m)^{name}[^\n]*\n(?:  .*\n)*", text).group(0)
                    self.assertEqual(re.findall(r"\w+", part(replay)), re.findall(r"\w+", part(done.stdout)))
                self.assertIn("every verdict the same", replay)

    def test_is_asked_by_kind_symbol_order_and_time(self):
        self.journalled()
        rows = self.rows()
        self.assertEqual([int(r["number"]) for r in rows], list(range(1, len(rows) + 1)))
        orders = self.rows("--kind", "order")
        self.assertEqual(len(orders), len([f for f in self.orders("orders.pcap") if f[42:43] == b"O"]))
        one = orders[3]
        symbol = self.rows("--symbol", one["symbol"], "--kind", "order")
        self.assertEqual(symbol, [r for r in orders if r["symbol"] == one["symbol"]])
        self.assertLess(len(symbol), len(orders))
        life = self.rows("--order", one["user_ref"])
        self.assertEqual({"order", "sent", "ack"} - {r["kind"] for r in life}, set())
        self.assertEqual({r["user_ref"] for r in life}, {one["user_ref"]})
        middle = rows[len(rows) // 2]["time"]
        early, late = self.rows("--to", middle), self.rows("--from", middle)
        self.assertEqual(early + late, rows)
        self.assertGreater(len(early), 0)
        text = self.run_command("journal", "journal", "--order", one["user_ref"], "--kind", "order").stdout
        self.assertEqual(len(text.splitlines()), 1)
        self.assertIn(f"{one['user_ref']} {one['side']} {one['quantity']} {one['symbol']} at {one['price']}", text)
        self.assert_fails("journal", "journal", "--from", "yesterday", names=["--from", "2026-11-21T14:30:00"])
        self.assert_fails("journal", "absent", names=["absent"])
        self.assert_fails("journal", "journal", "--kind", "nonsense", names=["nonsense"])

    def test_of_a_killed_run_is_whole_and_replays(self):
        self.live_config(LIVE + KEEP, options=[o if o != "8000" else "60000" for o in CLEAN])
        chance = random.Random(31)
        file = self.folder / "journal" / "00000001.journal"
        size = lambda: file.stat().st_size if file.exists() else 0
        cut = runs = 0
        while cut < 4:  # one may end before we have the processor to kill it
            self.assertLess(runs, 40, f"{cut} of {runs} runs were killed before they ended")
            runs += 1
            before = size()
            process = subprocess.Popen([self.command, "run", "-q", "--config", "session.toml"], cwd=self.folder)
            while process.poll() is None and size() < before + 70_000:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.03))
            process.send_signal(signal.SIGKILL)
            cut += process.wait() == -signal.SIGKILL
            self.run_command("journal", "journal", "--replay")
        self.run_command("run", "-q", "--config", "session.toml")
        records = read_journal(self.folder / "journal")
        self.assertEqual(records[-1].kind, STOP)
        # What a run before had staged is written first: a run may be killed before its own START is.
        starts = sum(r.kind == START for r in records)
        self.assertLessEqual(starts, runs + 1)
        self.assertGreater(starts, runs // 2)
        self.run_command("journal", "journal", "--replay")

    def test_cut_end_is_told_and_damage_in_the_middle_is_an_error(self):
        self.journalled()
        file = self.folder / "journal" / "00000001.journal"
        data = file.read_bytes()
        file.write_bytes(data[:-7])
        done = self.run_command("journal", "journal", "--kind", "stop")
        self.assertIn("00000001.journal: byte ", done.stderr)
        self.assertIn("not finished", done.stderr)
        middle = len(data) // 2
        file.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:])
        self.assert_fails("journal", "journal", "--csv", names=["00000001.journal: byte ", "restore the file from a copy"])
        self.assert_fails("run", "-q", "--config", "session.toml", names=["00000001.journal: byte ", "damage up to record"])
        self.assertEqual(file.read_bytes()[:middle], data[:middle])
        # A record that was taken out whole: the checksums are right, the numbers are not.
        file.write_bytes(data)
        self.run_command("journal", "journal", "--replay")

    def test_that_was_changed_does_not_replay(self):
        """A fault: a fill's quantity is another one, with a right checksum."""
        from journal_file import crc32c
        import struct
        self.journalled()
        file = self.folder / "journal" / "00000001.journal"
        data = bytearray(file.read_bytes())
        at = 64
        changed = None
        while at < len(data):
            _, size, number, _, kind, *_ = struct.unpack_from("<IIQQHHIII", data, at)
            end = at + 40 + (size + 7) // 8 * 8
            if kind == EVENT and data[at + 40] == COMMAND and data[at + 41] == FILL and changed is None:
                data[at + 40 + 36] ^= 1  # quantity
                data[at:at + 4] = crc32c(data[at + 4:end]).to_bytes(4, "little")
                changed = number
            at = end
        file.write_bytes(data)
        self.run_command("journal", "journal", "--csv")
        self.assert_fails("journal", "journal", "--replay", names=[f"record {changed} ", "position", "from the records before"])

    def test_full_disk_ends_the_run_orderly(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small file system")
        place = self.folder / "small"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "none", str(place)], capture_output=True).returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(place)])
        self.live_config(LIVE + '\n[journal]\nfolder = "small"\nstage = "stage"\n')
        self.assert_fails("run", "-q", "--config", "session.toml", names=["00000001.journal", "cannot be written"])
        self.assertLess(len(self.orders("orders.pcap")), 100000)


class Postgres(Runs):
    """Debian's server, begun in a folder of the test's own."""

    def setUp(self):
        super().setUp()
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            self.skipTest("PostgreSQL's server is absent")
        self.bin = found[-1].parent
        self.data = self.folder / "data"
        # The server does not run as root.
        self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
        self.folder.chmod(0o755)
        self.place = self.folder / "server"
        self.place.mkdir()
        if self.user and not os.stat("/dev/null").st_mode & 0o002:
            # The server needs one that it may write to: in a mount namespace of its own.
            null = self.folder / "null"
            mend = f"rm -f {null} && mknod -m 666 {null} c 1 3 && mount --bind {null} /dev/null && exec \"$@\""
            self.user = ["unshare", "-m", "sh", "-c", mend, "sh", *self.user]
        if self.user:
            shutil.chown(self.place, "postgres", "postgres")
        run = lambda *a: subprocess.run([*self.user, *map(str, a)], check=True, capture_output=True, text=True, cwd=self.place)
        run(self.bin / "initdb", "-D", self.place / "data", "-A", "trust", "-U", "twin", "--no-sync")
        run(self.bin / "pg_ctl", "-D", self.place / "data", "-w", "-t", "120", "-l", self.place / "log", "-o",
            f"-k {self.place} -c listen_addresses='' -c fsync=off", "start")
        self.addCleanup(run, self.bin / "pg_ctl", "-D", self.place / "data", "-m", "immediate", "stop")
        self.connection = f"host={self.place} user=twin dbname=postgres"

    def sql(self, query):
        return subprocess.run(["psql", "-h", str(self.place), "-U", "twin", "-d", "postgres", "-AtF,", "-c", query], check=True,
                              capture_output=True, text=True).stdout

    def test_has_what_csv_has_and_each_record_once(self):
        self.live_config(LIVE + KEEP)
        self.run_command("run", "-q", "--config", "session.toml")
        rows = list(csv.DictReader(io.StringIO(self.run_command("journal", "journal", "--csv").stdout)))
        done = self.run_command("journal", "journal", "--postgres", self.connection)
        self.assertEqual(done.stdout, f"{len(rows)} records into table journal\n")
        again = self.run_command("journal", "journal", "--postgres", self.connection)
        self.assertEqual(again.stdout, "0 records into table journal\n")
        columns = "number,kind,coalesce(symbol,''),coalesce(user_ref::text,''),coalesce(quantity::text,''),coalesce(price::text,'')"
        table = self.sql(f"select {columns} from journal order by number").splitlines()
        self.assertEqual(table, [",".join([r["number"], r["kind"], r["symbol"], r["user_ref"], r["quantity"], r["price"]])
                                 for r in rows])
        self.assertEqual(self.sql("select count(*) from journal where kind='order'").strip(),
                         str(sum(r["kind"] == "order" for r in rows)))
        self.run_command("journal", "journal", "--kind", "fill", "--postgres", self.connection, "--table", "fills of today")
        self.assertEqual(self.sql('select count(*) from "fills of today"').strip(), str(sum(r["kind"] == "fill" for r in rows)))

    def test_mistakes_are_one_line(self):
        self.live_config(LIVE + KEEP)
        self.run_command("run", "-q", "--config", "session.toml")
        self.assert_fails("journal", "journal", "--postgres", f"host={self.place} user=twin dbname=nosuch",
                          names=["PostgreSQL", "nosuch"])
        self.assert_fails("journal", "journal", "--postgres", f"host={self.folder} user=twin", names=["PostgreSQL"])
        self.sql("create table other (x int)")
        self.assert_fails("journal", "journal", "--postgres", self.connection, "--table", "other", names=["PostgreSQL", "--table"])


if __name__ == "__main__":
    unittest.main()
