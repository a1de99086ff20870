"""testbench/mutation: what mutants.py finds and what it leaves alone, which benches a block has, and that explanations can be read."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import benches  # noqa: E402
import mutants  # noqa: E402
import report  # noqa: E402


def of(body):
    return [(m["kind"], m["original"], m["mutated"]) for m in mutants.mutants("x.sv", body)]


class Mutants(unittest.TestCase):
    def test_operators_are_swapped_with_all_of_their_operands(self):
        self.assertIn(("&& for ||", "a == b && c", "a == b || c"), of("assign y = a == b && c;"))
        self.assertIn(("== for !=", "a == b", "a != b"), of("assign y = a == b && c;"))
        self.assertIn(("- for +", "a - b", "a + b"), of("assign y = a - b - c;"))
        self.assertIn(("- for +", "a - b - c", "a - b + c"), of("assign y = a - b - c;"))

    def test_constants_go_up_and_down_by_one_in_their_width(self):
        found = of("assign y = a == 2'd3;")
        self.assertIn(("constant", "2'd3", "2'h0"), found)
        self.assertIn(("constant", "2'd3", "2'h2"), found)
        self.assertIn(("constant", "'0", "'1"), of("assign y = a == '0;"))

    def test_conditions_are_negated_and_in_clocked_processes_stuck(self):
        found = of("always_ff @(posedge clk_i) if (a) b <= c;")
        self.assertIn(("condition negated", "a", "!(a)"), found)
        self.assertIn(("always taken", "a", "1'b1"), found)
        self.assertIn(("never taken", "a", "1'b0"), found)
        self.assertIn(("assignment dropped", "b <= c;", ";"), found)
        self.assertNotIn("never taken", [kind for kind, _, _ in of("always_comb begin b = d; if (a) b = c; end")])

    def test_what_elaboration_needs_is_left_alone(self):
        for body in ("localparam int N = 3 + 1;", "assign y = a[8*2+:4];", "assign y = a[7:4];", "assign y = {4{a}};",
                     "if (N == 1) begin : g end", "always_ff @(posedge clk_i) if (rst_i) a <= '0;"):
            self.assertEqual(of(body), [], body)

    def test_left_hand_sides_are_left_alone(self):
        self.assertEqual(of("assign y[i == 1] = a;"), [])

    def test_an_id_does_not_depend_on_lines_elsewhere(self):
        def ids(text):
            return {m["id"] for m in mutants.mutants("x.sv", text)}
        self.assertEqual(ids("assign y = a + b;\n"), ids("\n\n// more\nassign y = a + b;\n"))

    def test_ids_are_unique(self):
        found = mutants.mutants("x.sv", "assign y = a + b;\nassign y = a + b;\nassign z = a + b + b;\n")
        self.assertEqual(len({m["id"] for m in found}), len(found))

    def test_all_of_the_rtl_can_be_read(self):
        rtl = pathlib.Path(__file__).resolve().parents[2] / "hw" / "rtl"
        for path in rtl.glob("*/*.sv"):
            text = path.read_text()
            found = mutants.mutants(path.name, text)
            self.assertEqual(len({m["id"] for m in found}), len(found), path.name)
            for mutant in found:
                self.assertEqual(text[mutant["start"]:mutant["end"]], mutant["original"])


class Benches(unittest.TestCase):
    RTL = pathlib.Path(__file__).resolve().parents[2] / "hw" / "rtl"

    def test_what_is_inside_a_block_is_found_at_every_depth(self):
        found = {f.name for f in benches.inside("feed_front", list(self.RTL.glob("*/*.sv")))}
        self.assertLessEqual({"feed_front.sv", "mold_sequencer.sv", "sequence_place.sv", "ram_sdp.sv"}, found)
        self.assertNotIn("book_stage.sv", found)

    def test_benches_of_a_file_are_those_of_its_folder_or_else_all_that_have_it(self):
        everything = {"testbench/rtl/feed/feed_front_test": {"hw/rtl/mem/fifo.sv", "hw/rtl/feed/feed_front.sv"},
                      "testbench/rtl/mem/fifo_test": {"hw/rtl/mem/fifo.sv"},
                      "testbench/rtl/risk/decide_stage_test": {"hw/rtl/strategy/strategy_rules.sv"}}
        self.assertEqual(benches.benches_of("hw/rtl/mem/fifo.sv", everything), ["testbench/rtl/mem/fifo_test"])
        self.assertEqual(benches.benches_of("hw/rtl/strategy/strategy_rules.sv", everything), ["testbench/rtl/risk/decide_stage_test"])
        self.assertEqual(benches.benches_of("hw/rtl/top/twinpath_core.sv", everything), [])


class Report(unittest.TestCase):
    def test_explanations_can_be_read(self):
        for kind, why in report.explanations().values():
            self.assertIn(kind, report.CLASSES)
            self.assertTrue(why)


if __name__ == "__main__":
    unittest.main()
