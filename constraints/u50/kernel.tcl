# Where the kernel lies on Alveo U50; ../kernel.tcl goes on from here. Not run in Vivado or on a card.

# The SLR of the transceivers.
set network_slr {SLR1}
# Two SLRs for the books.
set book_slrs {SLR0 SLR1}
