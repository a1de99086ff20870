"""The configurations of both sides of a closed loop: three symbols, limits that are met, prices within the books' windows."""

VENUE, TRADER = "10.9.1.1", "10.9.1.2"
OUCH, GLIMPSE, REREQUEST, ORDERS, BETWEEN, FIX = 26400, 26401, 26402, 26404, 26405, 26406
LINES = ("239.255.26.1:26403", "239.255.26.2:26403")
RELAYED = (26411, 26412)
SYMBOLS = {"AAPL": 150, "MSFT": 60, "IBM": 90}
PARTICIPANTS = 8
MAX_POSITION, MAX_QUANTITY, MAX_OPEN = 1_500, 200, 20


def venue_config(orders="frames"):
    text = f"""
[venue]
journal = "venue-journal"
control = "venue.sock"
[ouch]
listen = "{VENUE}:{OUCH}"
silence_s = 3
stall_s = 3
return_within_s = 20
[glimpse]
listen = "{VENUE}:{GLIMPSE}"
[rerequest]
listen = "{VENUE}:{REREQUEST}"
[feed]
line_a = "127.0.0.1:{RELAYED[0]}"
line_b = "127.0.0.1:{RELAYED[1]}"
heartbeat_ms = 50
"""
    for n, (name, price) in enumerate(SYMBOLS.items(), 1):
        # Prices that stay within the window of the trader's books.
        text += (f'[[symbol]]\nname = "{name}"\nlocate = {n}\nreference = "{price}"\nband_low = "{price - 15}"\n'
                 f'band_high = "{price + 15}"\n')
    for n in range(1, PARTICIPANTS + 1):
        text += f'[[participant]]\nname = "P{n:03}"\nlogin = "P{n:03}"\npassword = "secret{n:03}"\ncancel_on_disconnect = false\n'
    text += '[[participant]]\nname = "TRADER"\npassword = "twin"\n'
    if in_fix(orders):
        text += (f'fix_comp_id = "TRADER"\nfix_version = "4.{orders[-1]}"\n[fix]\nlisten = "{VENUE}:{FIX}"\nfolder = "venue-fix"\n'
                 "return_within_s = 20\n")
    else:
        text += f'login = "TRADER"\nudp = "{VENUE}:{ORDERS}"\n'
    for login, participant in (("COPY", "TRADER"), ("OTHER", "P001")):
        text += f'[[drop_copy]]\nlogin = "{login}"\npassword = "read"\nparticipant = "{participant}"\n'
    return text


def in_fix(orders):
    return orders.startswith("fix")


def trader_config(path, orders, snapshots):
    frames = orders == "frames"
    # Without snapshots a gap that is lost stays lost, however little processor the venue gets to answer re-requests.
    if in_fix(orders):
        exchange = (f'address = "{VENUE}:{FIX}"\nprotocol = "{orders}"\ndrop_copy_address = "{VENUE}:{OUCH}"\n'
                    "heartbeat_ms = 1000")
    else:
        exchange = f'address = "{VENUE}:{BETWEEN}"\norders = "{orders}"\nheartbeat_ms = 300\nsilence_ms = 2000'
    text = f"""
[clock]
frequency_mhz = 322.265625
[feed]
line_a = "{LINES[0]}"
line_b = "{LINES[1]}"
first_sequence = {0 if snapshots else 1}
gap_timeout_us = {100_000 if snapshots else 10_000_000}
[session]
any_session = true
symbols_start_trading = false
[order]
destination_mac = "02:00:00:00:00:02"
source_mac = "02:00:00:00:00:01"
destination = "{VENUE}:{ORDERS}"
source = "{TRADER}:40000"
time_in_force = "0"
[risk]
max_gross = "2000000.00"
max_open_orders = {MAX_OPEN}
rate_per_second = 200
rate_burst = 10
duplicate_window_us = 1000
[defaults.rules.imbalance]
quantity = 100
cooldown_us = 20000
ratio = 1.5
max_spread = "1.00"
sides = "both"
[defaults.rules.momentum]
quantity = 50
cooldown_us = 20000
min_shares = 100
sides = "both"
[defaults.rules.cancel]
cooldown_us = 5000
distance = "0.02"
[defaults.limits]
permit = "both"
max_quantity = {MAX_QUANTITY}
max_notional = "50000.00"
max_position = {MAX_POSITION}
collar = "5.00"
[live]
from = "udp:{",".join(LINES)}@vb"
{f'to = "udp:{VENUE}:{ORDERS}@vd"' if frames else ''}
path = "{path}"
control = "trader.sock"
record = "record.pcap"
arm_lag_ms = 50
stop_timeout_ms = 30000
[journal]
folder = "trader-journal"
[exchange]
{exchange}
account = "TRADER"
password = "twin"
drop_copy = "COPY"
drop_copy_password = "read"
journal = "trader-exchange"
login_timeout_ms = 2000
reconnect_first_ms = 20
reconnect_last_ms = 500
start_timeout_s = 60
[recovery]
rerequest = "{VENUE}:{REREQUEST}"
"""
    if snapshots:
        # A trader in FIX has no login of SoupBinTCP but its drop copy's.
        login = 'account = "COPY"\npassword = "read"' if in_fix(orders) else 'account = "TRADER"\npassword = "twin"'
        text += f'glimpse = "{VENUE}:{GLIMPSE}"\n{login}\n'
    for n, (name, price) in enumerate(SYMBOLS.items(), 1):
        text += f'[[symbol]]\nname = "{name}"\nlocate = {n}\ntick = "0.01"\nwindow_center = "{price}"\n'
        text += f'limits.reference_price = "{price}"\n'
    return text
