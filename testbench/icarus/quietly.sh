#!/bin/sh
# quietly.sh LOG COMMAND...: the command's words go to the log, and to the terminal only when it fails.
# (Icarus remarks on every constant select in an always_comb.)
log=$1
shift
"$@" >"$log" 2>&1 || { cat "$log"; exit 1; }
