# Runs constraint files and build scripts with stand-ins for Vivado's commands, and prints what they were called with.
#
#   tclsh record.tcl FILE [MORE]
#
# MORE is a Tcl file that adds to what is known (`known`), to what FILE finds when it runs (`prepare`), to what is asked of a
# call's arguments beyond their form (`examine`, an error when it is not met), or to what returns a handle (`returning`).
#
# One line a call: the command, then its arguments, as a Tcl list. Query commands return `kind{arguments}`, so that what
# a set is made of stays to be seen. A command that is not here, or an option that a command does not have, is an error.

# command -> {options that take a value} {flags} {least and most plain arguments}
array set known {
  create_clock         {{-name -period -waveform} {-add} 0 1}
  create_generated_clock {{-name -source -divide_by -multiply_by} {-add} 1 1}
  set_input_delay      {{-clock} {-max -min -add_delay} 2 2}
  set_output_delay     {{-clock} {-max -min -add_delay} 2 2}
  set_clock_groups     {{-group -name} {-asynchronous -logically_exclusive -physically_exclusive} 0 0}
  set_clock_uncertainty {{-from -to} {-setup -hold} 1 2}
  set_max_delay        {{-from -to -through} {-datapath_only} 1 1}
  set_min_delay        {{-from -to -through} {} 1 1}
  set_bus_skew         {{-from -to} {} 1 1}
  set_false_path       {{-from -to -through} {-setup -hold} 0 0}
  set_multicycle_path  {{-from -to -through} {-setup -hold -start -end} 1 1}
  set_property         {{-dict} {} 1 3}
  create_pblock        {{} {-quiet} 1 1}
  resize_pblock        {{-add -remove} {} 1 1}
  add_cells_to_pblock  {{} {-quiet -top} 1 2}
  get_ports            {{-filter -of_objects} {-quiet -nocase} 0 1}
  get_cells            {{-filter -of_objects} {-quiet -hierarchical} 0 1}
  get_pins             {{-filter -of_objects} {-quiet -hierarchical -leaf} 0 1}
  get_nets             {{-filter -of_objects} {-quiet -hierarchical} 0 1}
  get_clocks           {{-filter -of_objects} {-quiet -include_generated_clocks} 0 1}
  get_pblocks          {{-filter} {-quiet} 0 1}
}

proc call {command args} {
  lassign $::known($command) valued flags least most
  set plain 0
  for {set i 0} {$i < [llength $args]} {incr i} {
    set word [lindex $args $i]
    if {$word in $valued} {
      if {[incr i] >= [llength $args]} { error "$command: $word needs a value" }
    } elseif {$word in $flags} {
    } elseif {[string match -* $word] && ![string is double $word]} {
      error "$command has no option $word"
    } else {
      incr plain
    }
  }
  if {$plain < $least || $plain > $most} { error "$command takes $least to $most arguments, not $plain" }
  examine $command $args
  puts [list $command {*}$args]
  if {[string match get_* $command]} { return "[string range $command 4 end]{$args}" }
  if {$command in $::returning} { return "$command{$args}" }
}

set returning {}
proc prepare {inside} {}
proc examine {command words} {}
set file [lindex $argv 0]
if {[llength $argv] > 1} { source [lindex $argv 1] }
set inside [interp create -safe]
foreach command [array names known] {
  if {[string match *::* $command]} { $inside eval [list namespace eval [namespace qualifiers $command] {}] }
  $inside alias $command call $command
}
prepare $inside
set handle [open $file]
set text [read $handle]
close $handle
if {![info complete $text]} {
  puts stderr "$file: a brace or quote is not closed"
  exit 1
}
if {[catch {$inside eval $text} problem]} {
  puts stderr "$file: $problem"
  exit 1
}
