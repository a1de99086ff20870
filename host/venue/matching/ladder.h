// The price levels of one side of a book, best first, without a limit on prices.
//
// A price is turned into a key, so that the best price of either side has the lowest key. Sixty-four neighbouring keys
// share a leaf: 64 levels side by side and a bitmap of those in use. Above the leaves stand nodes of sixty-four
// children with a bitmap each, as many storeys as the live prices need: none while they fit a leaf, two for a quarter
// of a million ticks, ten for all there are. The best level is remembered; when it empties, the next one is a count of
// zeros in the leaf's bitmap, or in the first bitmap above that has another bit. Levels do not move, so an order names
// its level by a number that stays good as long as the level has orders.
//
// Nodes of all ladders come from one pool, so 8,000 books cost what their live prices cost.
#pragma once
#include <bit>
#include <cstdint>

#include "host/venue/matching/order_index.h"
#include "host/venue/matching/reserved_array.h"

namespace twinpath::matching {

// First in, first out: the orders of a price, linked by their slots.
struct Level {
  std::uint32_t head;
  std::uint32_t tail;
  std::uint64_t quantity;  // shown
};

// A level's number: leaf * 64 + place in the leaf.
using LevelRef = std::uint32_t;

// What orders of a ladder are for.
enum class LadderKind : std::uint8_t { book = 0, stop = 1, auction = 2 };

struct Ladder {
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};  // above every key

  std::uint64_t best_key = kEmpty;
  std::uint64_t root_prefix = 0;
  LevelRef best = kNone;
  std::uint32_t root = kNone;
  std::uint32_t height = 0;  // storeys above the leaves
  std::uint32_t tag = 0;     // which ladder: LevelPool's leaves carry it

  bool empty() const noexcept { return best_key == kEmpty; }
};
static_assert(sizeof(Ladder) == 32);

class LevelPool {
 public:
  LevelPool() : leaves_(kMostLeaves), levels_(64 * kMostLeaves), nodes_(kMostNodes) {}

  Level& operator[](LevelRef ref) noexcept { return levels_[ref]; }
  const Level& operator[](LevelRef ref) const noexcept { return levels_[ref]; }
  std::uint64_t key(LevelRef ref) const noexcept { return leaves_[ref >> 6].prefix << 6 | (ref & 63); }
  std::uint32_t tag(LevelRef ref) const noexcept { return leaves_[ref >> 6].tag; }

  // The level of `key`, made with no order in it when there is none. The caller gives it one, or removes it again.
  LevelRef at(Ladder& l, std::uint64_t key) {
    const std::uint64_t prefix = key >> 6;
    if (l.root == kNone) [[unlikely]]
      plant(l, prefix);
    while (prefix >> 6 * l.height != l.root_prefix) [[unlikely]]
      grow(l);
    std::uint32_t at = l.root;
    for (std::uint32_t storey = l.height; storey != 0; --storey) {
      const unsigned place = static_cast<unsigned>(prefix >> 6 * (storey - 1)) & 63;
      Node& node = nodes_[at];
      if ((node.used >> place & 1) == 0) [[unlikely]]
        add_child(l, at, place, storey, prefix);
      at = node.children[place];
    }
    Leaf& leaf = leaves_[at];
    const unsigned place = key & 63;
    const LevelRef ref = at << 6 | place;
    if ((leaf.used >> place & 1) == 0) {
      leaf.used |= std::uint64_t{1} << place;
      levels_[ref] = {kNone, kNone, 0};
      if (key < l.best_key) {
        l.best_key = key;
        l.best = ref;
      }
    }
    return ref;
  }

  // The level has lost its last order.
  void remove(Ladder& l, LevelRef ref) noexcept {
    Leaf& leaf = leaves_[ref >> 6];
    leaf.used &= ~(std::uint64_t{1} << (ref & 63));
    if (leaf.used == 0)
      remove_leaf(l, ref >> 6);
    else if (ref == l.best)
      set_best(l, ref >> 6);
  }

  // The level of `key`, or kNone.
  LevelRef find(const Ladder& l, std::uint64_t key) const noexcept {
    const LevelRef ref = first_from(l, key);
    return ref != kNone && this->key(ref) == key ? ref : kNone;
  }
  // The first level whose key is `from` or more, or kNone.
  LevelRef first_from(const Ladder& l, std::uint64_t from) const noexcept;
  // The level behind one of the ladder, or kNone.
  LevelRef next(const Ladder& l, LevelRef ref) const noexcept {
    const std::uint64_t k = key(ref);
    return k == ~std::uint64_t{0} ? kNone : first_from(l, k + 1);
  }

  // What is wrong with the ladder's nodes, or nullptr. Calls visit(ref) for each level, best first.
  template <class Visit>
  const char* check(const Ladder& l, Visit&& visit) const {
    if (l.root == kNone) return l.empty() && l.best == kNone ? nullptr : "a ladder without a root has a best level";
    LevelRef first = kNone;
    std::uint64_t seen = 0;
    const char* wrong = check_node(l, l.root, l.height, l.root_prefix, kNone, [&](LevelRef ref) {
      if (seen++ == 0) first = ref;
      visit(ref);
    });
    if (wrong != nullptr) return wrong;
    if (first != l.best || key(first) != l.best_key) return "the best level is not the first";
    return nullptr;
  }

 private:
  struct Leaf {
    std::uint64_t used;    // a bit a level
    std::uint64_t prefix;  // keys are prefix * 64 and the 63 behind it
    std::uint32_t parent;
    std::uint32_t tag;
    std::uint32_t next_free;
    std::uint32_t reserved;
  };
  static_assert(sizeof(Leaf) == 32);
  struct Node {
    std::uint64_t used;  // a bit a child
    std::uint64_t prefix;
    std::uint32_t parent;
    std::uint32_t next_free;
    std::uint32_t reserved[10];
    std::uint32_t children[64];
  };
  static_assert(sizeof(Node) == 5 * 64);

  static constexpr std::size_t kMostLeaves = std::size_t{1} << 26;  // so that a LevelRef names each level
  static constexpr std::size_t kMostNodes = std::size_t{1} << 27;

  std::uint32_t take_leaf(std::uint64_t prefix, std::uint32_t parent, std::uint32_t tag);
  std::uint32_t take_node(std::uint64_t prefix, std::uint32_t parent);
  void plant(Ladder& l, std::uint64_t prefix);
  void grow(Ladder& l);
  void add_child(Ladder& l, std::uint32_t at, unsigned place, std::uint32_t storey, std::uint64_t prefix);
  void remove_leaf(Ladder& l, std::uint32_t leaf) noexcept;
  void set_best(Ladder& l, std::uint32_t leaf) const noexcept {
    const Leaf& f = leaves_[leaf];
    const auto place = static_cast<unsigned>(std::countr_zero(f.used));
    l.best = leaf << 6 | place;
    l.best_key = f.prefix << 6 | place;
  }

  template <class Visit>
  const char* check_node(const Ladder& l, std::uint32_t at, std::uint32_t storey, std::uint64_t prefix,
                         std::uint32_t parent, Visit&& visit) const {
    if (storey == 0) {
      const Leaf& leaf = leaves_[at];
      if (leaf.used == 0 || leaf.prefix != prefix || leaf.tag != l.tag || leaf.parent != parent) return "a bad leaf";
      for (std::uint64_t left = leaf.used; left != 0; left &= left - 1)
        visit(at << 6 | static_cast<unsigned>(std::countr_zero(left)));
      return nullptr;
    }
    const Node& node = nodes_[at];
    if (node.used == 0 || node.prefix != prefix || node.parent != parent) return "a bad node";
    for (std::uint64_t left = node.used; left != 0; left &= left - 1) {
      const auto place = static_cast<unsigned>(std::countr_zero(left));
      if (const char* wrong = check_node(l, node.children[place], storey - 1, prefix << 6 | place, at, visit))
        return wrong;
    }
    return nullptr;
  }

  ReservedArray<Leaf> leaves_;
  ReservedArray<Level> levels_;  // 64 of each leaf
  ReservedArray<Node> nodes_;
  std::uint32_t leaves_made_ = 0, free_leaf_ = kNone;
  std::uint32_t nodes_made_ = 0, free_node_ = kNone;
};

}  // namespace twinpath::matching
