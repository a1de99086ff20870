#include "host/venue/matching/ladder.h"

#include <new>

namespace twinpath::matching {

std::uint32_t LevelPool::take_leaf(std::uint64_t prefix, std::uint32_t parent, std::uint32_t tag) {
  std::uint32_t at = free_leaf_;
  if (at != kNone) {
    free_leaf_ = leaves_[at].next_free;
  } else {
    if (leaves_made_ == leaves_.capacity() || leaves_made_ == levels_.capacity() / 64) throw std::bad_alloc();
    at = leaves_made_++;
  }
  Leaf& leaf = leaves_[at];
  leaf.used = 0;
  leaf.prefix = prefix;
  leaf.parent = parent;
  leaf.tag = tag;
  return at;
}

std::uint32_t LevelPool::take_node(std::uint64_t prefix, std::uint32_t parent) {
  std::uint32_t at = free_node_;
  if (at != kNone) {
    free_node_ = nodes_[at].next_free;
  } else {
    if (nodes_made_ == nodes_.capacity()) throw std::bad_alloc();
    at = nodes_made_++;
  }
  Node& node = nodes_[at];
  node.used = 0;
  node.prefix = prefix;
  node.parent = parent;
  return at;
}

void LevelPool::plant(Ladder& l, std::uint64_t prefix) {
  l.root = take_leaf(prefix, kNone, l.tag);
  l.root_prefix = prefix;
  l.height = 0;
}

// A storey more: a node above the root.
void LevelPool::grow(Ladder& l) {
  const std::uint32_t top = take_node(l.root_prefix >> 6, kNone);
  const auto place = static_cast<unsigned>(l.root_prefix & 63);
  nodes_[top].used = std::uint64_t{1} << place;
  nodes_[top].children[place] = l.root;
  (l.height == 0 ? leaves_[l.root].parent : nodes_[l.root].parent) = top;
  l.root = top;
  l.root_prefix >>= 6;
  ++l.height;
}

void LevelPool::add_child(Ladder& l, std::uint32_t at, unsigned place, std::uint32_t storey, std::uint64_t prefix) {
  const std::uint64_t own = prefix >> 6 * (storey - 1);
  const std::uint32_t child = storey == 1 ? take_leaf(own, at, l.tag) : take_node(own, at);
  nodes_[at].children[place] = child;
  nodes_[at].used |= std::uint64_t{1} << place;
}

void LevelPool::remove_leaf(Ladder& l, std::uint32_t leaf) noexcept {
  const bool was_best = l.best >> 6 == leaf;
  std::uint64_t prefix = leaves_[leaf].prefix;
  std::uint32_t at = leaves_[leaf].parent;
  leaves_[leaf].next_free = free_leaf_;
  free_leaf_ = leaf;
  // Up to the first node that has another child.
  std::uint32_t storey = 1;
  for (;; ++storey) {
    if (at == kNone) {
      l = Ladder{.tag = l.tag};
      return;
    }
    Node& node = nodes_[at];
    node.used &= ~(std::uint64_t{1} << (prefix & 63));
    if (node.used != 0) break;
    prefix = node.prefix;
    const std::uint32_t parent = node.parent;
    node.next_free = free_node_;
    free_node_ = at;
    at = parent;
  }
  if (!was_best) return;
  // All that lay before the best is gone, so the lowest bit of each bitmap is the way to the next.
  for (; storey != 0; --storey) at = nodes_[at].children[std::countr_zero(nodes_[at].used)];
  set_best(l, at);
}

LevelRef LevelPool::first_from(const Ladder& l, std::uint64_t from) const noexcept {
  if (l.root == kNone) return kNone;
  if (from <= l.best_key) return l.best;
  const std::uint64_t prefix = from >> 6;
  const std::uint64_t root = prefix >> 6 * l.height;
  if (root != l.root_prefix) return kNone;  // above the best, so above all
  // Down the way of `from` as far as it goes; then along the first way to the right of it.
  std::uint32_t at = l.root;
  std::uint32_t storey = l.height;
  for (; storey != 0; --storey) {
    const auto place = static_cast<unsigned>(prefix >> 6 * (storey - 1)) & 63;
    if ((nodes_[at].used >> place & 1) == 0) break;
    at = nodes_[at].children[place];
  }
  unsigned behind = 0;  // places of the node to leave out
  if (storey == 0) {
    const std::uint64_t right = leaves_[at].used & ~std::uint64_t{0} << (from & 63);
    if (right != 0) return at << 6 | static_cast<unsigned>(std::countr_zero(right));
    at = leaves_[at].parent;
    storey = 1;
    behind = 1;
  }
  for (;; ++storey) {
    if (at == kNone) return kNone;
    const auto place = static_cast<unsigned>(prefix >> 6 * (storey - 1)) & 63;
    const std::uint64_t right = place + behind > 63 ? 0 : nodes_[at].used & ~std::uint64_t{0} << (place + behind);
    if (right != 0) {
      at = nodes_[at].children[std::countr_zero(right)];
      break;
    }
    at = nodes_[at].parent;
    behind = 1;
  }
  for (--storey; storey != 0; --storey) at = nodes_[at].children[std::countr_zero(nodes_[at].used)];
  return at << 6 | static_cast<unsigned>(std::countr_zero(leaves_[at].used));
}

}  // namespace twinpath::matching
