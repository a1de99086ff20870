// The OpenCL C twin of bytecode_scan (host/batch/README.md has the rules): a work item a contract, twice, first to count
// findings, then to write them where the counts say.

enum { PLAIN, HALTS, FAILS, JUMP, JUMPI, LABEL, POP, PUSH, DUP, SWAP, CALL };
#define FOLLOWED 4
#define DEEPEST 1023u
#define NO_TARGET 0xFFFFFFFFu

typedef struct {
  uint offset, value, contract, kinds;  // kinds: kind in bits 7:0, opcode in 15:8
} Finding;

// How many words an opcode takes and puts: nibbles by opcode, 15 in TAKES where it is undefined.
__constant uint TAKES[32] = {
    0x22222220u, 0xFFFF2233u,  // 0x: STOP to SIGNEXTEND
    0x22122222u, 0xF1222212u,  // 1x: LT to CLZ
    0xFFFFFFF2u, 0xFFFFFFFFu,  // 2x: KECCAK256
    0x30100010u, 0x13041030u,  // 3x: ADDRESS to EXTCODEHASH
    0x00000001u, 0xFFFFF010u,  // 4x: BLOCKHASH to BLOBBASEFEE
    0x21212211u, 0x03210000u,  // 5x: POP to PUSH0; JUMP 1, JUMPI 2
    0u, 0u, 0u, 0u,            // 6x, 7x: PUSH
    0u, 0u, 0u, 0u,            // 8x, 9x: DUP, SWAP
    0xFFF65432u, 0xFFFFFFFFu,  // Ax: LOG
    0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu,
    0xFF462773u, 0x1F2FF6FFu   // Fx: CREATE to SELFDESTRUCT; INVALID is as undefined
};
// Bit o & 31 of word o >> 5: the opcode puts a word.
__constant uint PUTS[8] = {0x7FFF0FFEu, 0xAD7F0001u, 0x971207FFu, 0xFFFFFFFFu, 0x0000FFFFu, 0u, 0u, 0x04370000u};

uint takes(uint opcode) { return TAKES[opcode >> 3] >> (opcode & 7) * 4 & 15; }
uint puts_word(uint opcode) { return PUTS[opcode >> 5] >> (opcode & 31) & 1; }

uint class_of(uint opcode) {
  if (takes(opcode) == 15 || opcode == 0xfd) return FAILS;
  if (opcode >= 0x5f && opcode <= 0x7f) return PUSH;
  if (opcode >= 0x80 && opcode <= 0x8f) return DUP;
  if (opcode >= 0x90 && opcode <= 0x9f) return SWAP;
  switch (opcode) {
    case 0x00:
    case 0xf3:
    case 0xff:
      return HALTS;
    case 0x50:
      return POP;
    case 0x56:
      return JUMP;
    case 0x57:
      return JUMPI;
    case 0x5b:
      return LABEL;
    case 0xf1:
    case 0xf2:
    case 0xf4:
    case 0xfa:
      return CALL;
  }
  return PLAIN;
}

typedef struct {
  __global Finding* out;  // null: only counted
  uint n, contract;
  uint followed;
  uint offset[FOLLOWED], depth[FOLLOWED], opcode[FOLLOWED];
} Sweep;

void find(Sweep* s, uint offset, uint value, uint kind, uint opcode) {
  if (s->out) {
    const Finding f = {offset, value, s->contract, kind | opcode << 8};
    s->out[s->n] = f;
  }
  ++s->n;
}

// What the instruction at `at` does to the results of calls that are on the stack.
void follow(Sweep* s, uint at, uint opcode, uint cls) {
  const uint down = cls == FAILS ? 0 : takes(opcode), up = puts_word(opcode);
  uint kept = 0;
  for (uint i = 0; i < s->followed; ++i) {
    uint depth = s->depth[i];
    bool stays;
    if (cls == SWAP) {
      const uint other = opcode - 0x8f;
      depth = depth == 0 ? other : depth == other ? 0 : depth;
      stays = true;
    } else if (cls == DUP) {
      stays = depth != opcode - 0x80;
      ++depth;
    } else {
      const bool deeper = depth >= down;
      stays = deeper && cls != FAILS && cls != HALTS && cls != JUMP && cls != JUMPI && cls != LABEL;
      if (cls == POP ? !deeper : deeper && cls == HALTS) find(s, s->offset[i], at, 5, s->opcode[i]);
      if (deeper && (cls == JUMP || cls == JUMPI || cls == LABEL)) find(s, s->offset[i], at, 6, s->opcode[i]);
      depth = depth - down + up;
    }
    if (!stays || depth > DEEPEST) continue;
    s->offset[kept] = s->offset[i];
    s->opcode[kept] = s->opcode[i];
    s->depth[kept++] = depth;
  }
  s->followed = kept;
}

// Findings of one contract; `map` is null, or where its jump map goes.
uint sweep(__global const uchar* code, uint size, uint contract, __global Finding* out, __global ushort* map) {
  Sweep s;
  s.out = out;
  s.n = 0;
  s.contract = contract;
  s.followed = 0;
  bool pushed = false;
  uint value = 0;
  ushort word = 0;
  uint word_of = 0;
  ulong at = 0;
  while (at < size) {
    const uint opcode = code[at], cls = class_of(opcode), here = (uint)at;
    follow(&s, here, opcode, cls);
    switch (opcode) {
      case 0x32:
        find(&s, here, 0, 1, opcode);
        break;
      case 0x42:
        find(&s, here, 0, 2, opcode);
        break;
      case 0xf2:
      case 0xf4:
        find(&s, here, 0, 3, opcode);
        break;
      case 0xff:
        find(&s, here, 0, 4, opcode);
        break;
      case 0x56:
      case 0x57:
        find(&s, here, pushed ? value : NO_TARGET, pushed ? 8 : 9, opcode);
        break;
    }
    if (map && cls == LABEL) {
      if (word_of != here / 16) {
        map[word_of] = word;
        word = 0;
        word_of = here / 16;
      }
      word |= (ushort)(1u << here % 16);
    }
    if (cls == CALL) {
      if (s.followed == FOLLOWED) {
        find(&s, here, 0, 7, opcode);
      } else {
        s.offset[s.followed] = here;
        s.opcode[s.followed] = opcode;
        s.depth[s.followed++] = 0;
      }
    }
    pushed = cls == PUSH;
    ++at;
    if (pushed) {
      const uint bytes = opcode - 0x5f;
      value = 0;
      bool fits = true;
      for (uint i = 0; i < bytes && at + i < size; ++i) {
        fits = fits && value >> 24 == 0;
        value = value << 8 | code[at + i];
      }
      if (!fits) value = NO_TARGET;
      at += bytes;
      if (at > size) {
        follow(&s, size, 0, HALTS);
        find(&s, here, (uint)(at - size), 10, opcode);
        if (map) map[word_of] = word;
        return s.n;
      }
    }
  }
  follow(&s, size, 0, HALTS);
  if (map && size != 0) map[word_of] = word;
  return s.n;
}

__kernel void scan_count(__global const uchar* code, __global const uint* beats, __global const uint* lengths,
                         uint contracts, __global uint* counts) {
  const uint c = get_global_id(0);
  if (c >= contracts) return;
  counts[c] = sweep(code + (ulong)beats[c] * 16, lengths[c], c, 0, 0);
}

// `map` is 0 before.
__kernel void scan_write(__global const uchar* code, __global const uint* beats, __global const uint* lengths,
                         uint contracts, __global const uint* starts, __global Finding* findings,
                         __global ushort* map) {
  const uint c = get_global_id(0);
  if (c >= contracts) return;
  sweep(code + (ulong)beats[c] * 16, lengths[c], c, findings + starts[c], map + beats[c]);
}
