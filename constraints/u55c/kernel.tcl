# Where the kernel lies on Alveo U55C; ../kernel.tcl goes on from here. Not run in Vivado or on a card.

# The SLR of the transceivers.
set network_slr {SLR2}
# Two SLRs for the books.
set book_slrs {SLR1 SLR2}
