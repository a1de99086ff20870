"""What a venue's stream of the trader's account tells, read by code that shares none with either side."""

import struct

from loop_config import MAX_OPEN, MAX_POSITION, MAX_QUANTITY


class Failure(Exception):
    """Both sides disagree, or a promise was broken."""


def named(number, cl_ord_id):
    """The trader's number of an order, which its ClOrdID ends with; over OUCH it is the venue's, too."""
    try:
        return int(cl_ord_id.rstrip()[-8:], 16)
    except ValueError:
        return number


class Account:
    """What the venue's stream of the trader's account tells, and whether it keeps the promises."""

    def __init__(self):
        self.orders, self.rejected, self.matches = {}, set(), {}
        self.live = {}  # of the orders, those that are open
        self.shares, self.cash, self.worst = {}, {}, 0
        self.stamp = 0
        self.messages, self.busts, self.beyond = 0, [], {}  # beyond: by symbol, how far trades taken back left it there

    def message(self, m):
        self.messages += 1
        kind = m[:1]
        stamp = struct.unpack_from(">Q", m, 1)[0]
        if stamp < self.stamp:
            raise Failure(f"message {self.messages} of the account is stamped {self.stamp - stamp} ns before the one before it")
        self.stamp = stamp
        if kind in b"JC":
            number = struct.unpack_from(">I", m, 9)[0]
        if kind == b"A":
            number, side, quantity, symbol, price = struct.unpack_from(">IcI8sQ", m, 9)
            if number in self.orders:
                raise Failure(f"order {number} was taken twice")
            if quantity > MAX_QUANTITY:
                raise Failure(f"order {number} is of {quantity} shares, more than {MAX_QUANTITY}")
            order = {"sign": 1 if side == b"B" else -1, "symbol": symbol.decode().strip(), "open": quantity, "done": 0,
                     "asked": (side, quantity, symbol, price), "named": named(number, m[48:62])}
            self.orders[number] = self.live[number] = order
            self.check(order["symbol"])
        elif kind == b"J":
            if number in self.orders:
                raise Failure(f"order {number} was taken and rejected")
            self.rejected.add(named(number, m[15:29]))
        elif kind == b"E":
            number, quantity, price, _, match = struct.unpack_from(">IIQcQ", m, 9)
            order = self.orders[number]
            if (number, match) in self.matches or quantity > order["open"]:
                raise Failure(f"order {number} was filled twice")
            self.matches[number, match] = (quantity, price)
            order["done"] += quantity
            self.take(number, quantity)
            symbol = order["symbol"]
            self.shares[symbol] = self.shares.get(symbol, 0) + order["sign"] * quantity
            self.cash[symbol] = self.cash.get(symbol, 0) - order["sign"] * quantity * price
            self.check(symbol)
        elif kind == b"C":
            self.take(number, struct.unpack_from(">I", m, 13)[0])

        elif kind == b"B":
            number, match = struct.unpack_from(">IQ", m, 9)
            order, (quantity, price) = self.orders[number], self.matches.pop((number, match))
            order["done"] -= quantity
            symbol = order["symbol"]
            self.shares[symbol] -= order["sign"] * quantity
            self.cash[symbol] += order["sign"] * quantity * price
            self.busts.append((self.messages, symbol, quantity))
            self.check(symbol)

    def take(self, number, quantity):
        order = self.orders[number]
        order["open"] -= quantity
        if order["open"] < 0:
            raise Failure(f"order {number} lost more than it had")
        if order["open"] == 0:
            self.live.pop(number)

    def check(self, symbol):
        """The position may never come to more than the limit, whatever of the open orders is filled. A trade taken back may
        carry it beyond, also by orders that were on their way, and no order any further."""
        buy = sum(o["open"] for o in self.live.values() if o["symbol"] == symbol and o["sign"] > 0)
        sell = sum(o["open"] for o in self.live.values() if o["symbol"] == symbol and o["sign"] < 0)
        at = self.shares.get(symbol, 0)
        worst = max(at + buy, sell - at)
        told = sum(quantity for message, s, quantity in self.busts[-20:] if s == symbol and self.messages - message < 40)
        if worst > MAX_POSITION + max(told, self.beyond.get(symbol, 0)):
            raise Failure(f"{symbol}: {at} shares and {buy} to buy, {sell} to sell: more than {MAX_POSITION}")
        self.beyond[symbol] = max(0, worst - MAX_POSITION)
        if worst <= MAX_POSITION:
            self.worst = max(self.worst, worst)
        if len(self.live) > MAX_OPEN:
            raise Failure(f"{len(self.live)} orders open, more than {MAX_OPEN}")
