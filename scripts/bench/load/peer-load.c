/*
 * A leecher that measures a seeder: N connections in one thread, REQUESTS requests of 16 KiB open on each, the data thrown away.
 *
 *   peer-load ADDRESS PORT INFOHASH TOTAL_BYTES PIECE_LENGTH CONNECTIONS SECONDS REQUESTS ORDER [FILE]
 *
 * BEP 3 with the fast extension (BEP 6). Each connection takes pieces block by block: with ORDER "sequential" one after the other, each
 * from a place of its own; with "random" as rarest first comes out, any piece after any other.
 * Payload is discarded in the kernel (MSG_TRUNC), so that this side is not the limit. With FILE the payload is read and compared
 * with it instead. SECONDS count from the moment when every connection has received its first block. Prints one JSON object.
 */
#define PROGRAM "peer-load"
#include "load.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define BLOCK 16384
#define MAX_CONNECTIONS 256
#define MAX_REQUESTS 512
#define SCRATCH (1 << 18)

struct connection {
  int fd, connected, shaken, unchoked, has_data, open_requests;
  uint64_t step, seed;
  uint8_t head[68];
  size_t head_got, head_want;
  uint32_t body_left, piece, begin;
  int body_is_piece;
  uint8_t out[MAX_REQUESTS * 17 + 128];
  size_t out_length;
};

static struct connection *connections;
static uint8_t info_hash[20], scratch[SCRATCH];
static const uint8_t *file;
static uint64_t total, piece_length, piece_count, blocks_a_piece, received, blocks, rejected, wrong;
static int connection_count, window, epoll_fd, measuring, is_random;

static void put32(uint8_t *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static uint32_t get32(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

static void flush_out(struct connection *c) {
  while (c->out_length > 0) {
    ssize_t n = write(c->fd, c->out, c->out_length);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("write");
    memmove(c->out, c->out + n, c->out_length - (size_t)n);
    c->out_length -= (size_t)n;
  }
}

/* splitmix64: the n-th piece of a connection, the same in every run. */
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
static uint64_t piece_at(const struct connection *c, uint64_t n) {
  if (is_random) return mix(c->seed << 32 | n) % piece_count;
  return (n + c->seed * piece_count / (uint64_t)connection_count) % piece_count;
}

static void add_request(struct connection *c) {
  for (;;) {
    uint64_t piece = piece_at(c, c->step / blocks_a_piece);
    uint64_t begin = (c->step % blocks_a_piece) * BLOCK;
    c->step++;
    uint64_t offset = piece * piece_length + begin;
    if (offset >= total) continue;
    uint64_t length = total - offset < BLOCK ? total - offset : BLOCK;
    if (piece_length - begin < length) length = piece_length - begin;
    uint8_t *m = c->out + c->out_length;
    put32(m, 13);
    m[4] = 6;
    put32(m + 5, (uint32_t)piece);
    put32(m + 9, (uint32_t)begin);
    put32(m + 13, (uint32_t)length);
    c->out_length += 17;
    c->open_requests++;
    return;
  }
}

static void refill(struct connection *c) {
  /* In bursts of a quarter of the window, as clients do, so that a request is not a system call of its own. */
  if (!c->unchoked || (c->open_requests > window - window / 4 && c->has_data)) return;
  while (c->open_requests < window && c->out_length + 17 <= sizeof c->out) add_request(c);
  flush_out(c);
}

static void begin_connection(struct connection *c, int index, const struct sockaddr_in *server) {
  c->seed = (uint64_t)index;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("socket");
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in local = { .sin_family = AF_INET };
  /* A peer an address, as in life: some seeders admit one connection an address. */
  if (ntohl(server->sin_addr.s_addr) >> 24 == 127) {
    local.sin_addr.s_addr = htonl(0x7f000102u + (uint32_t)index);
    if (bind(c->fd, (struct sockaddr *)&local, sizeof local) < 0) fail("bind");
  }
  if (connect(c->fd, (const struct sockaddr *)server, sizeof *server) < 0 && errno != EINPROGRESS) fail("connect");
  c->head_want = 68;
  uint8_t *h = c->out;
  memcpy(h, "\x13" "BitTorrent protocol", 20);
  memset(h + 20, 0, 8);
  h[27] = 0x04;
  memcpy(h + 28, info_hash, 20);
  char id[21];
  snprintf(id, sizeof id, "-LD0001-%012d", index);
  memcpy(h + 48, id, 20);
  /* interested, and have none (BEP 6) */
  memcpy(h + 68, "\0\0\0\1\x0f\0\0\0\1\x02", 10);
  c->out_length = 78;
  struct epoll_event event = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) fail("epoll_ctl");
}

/* Called with a whole head: 68 bytes of handshake, 5 of a message, or 13 of a piece or reject message. */
static void on_head(struct connection *c) {
  c->head_got = 0;
  if (!c->shaken) {
    if (memcmp(c->head + 28, info_hash, 20) != 0) { errno = 0; fail("handshake"); }
    c->shaken = 1;
    c->head_want = 4;
    return;
  }
  uint32_t length = get32(c->head);
  if (length == 0) { c->head_want = 4; return; }
  if (c->head_want == 4) { c->head_want = 5; c->head_got = 4; return; }
  uint8_t id = c->head[4];
  if (id == 7 && c->head_want == 5) { c->head_want = 13; c->head_got = 5; return; }
  c->head_want = 4;
  if (id == 7) {
    c->body_left = length - 9;
    c->body_is_piece = 1;
    c->piece = get32(c->head + 5);
    c->begin = get32(c->head + 9);
    return;
  }
  if (id == 0) { c->unchoked = 0; c->open_requests = 0; }
  if (id == 1) c->unchoked = 1;
  if (id == 16) { rejected++; if (c->open_requests > 0) c->open_requests--; }
  c->body_left = length - 1;
  c->body_is_piece = 0;
}

static void compare(struct connection *c, const uint8_t *bytes, size_t n) {
  uint64_t offset = (uint64_t)c->piece * piece_length + c->begin;
  if (offset + n > total || memcmp(file + offset, bytes, n) != 0) wrong++;
  c->begin += (uint32_t)n;
}

static void end_of_body(struct connection *c) {
  if (!c->body_is_piece) return;
  c->has_data = 1;
  c->open_requests--;
  if (measuring) blocks++;
}

/* Takes part of a body out of the socket; 0 when there is nothing more to take now. */
static int take_body(struct connection *c) {
  size_t want = c->body_left < SCRATCH ? c->body_left : SCRATCH;
  ssize_t n = recv(c->fd, scratch, want, c->body_is_piece && !file ? MSG_TRUNC : 0);
  if (n < 0 && errno == EAGAIN) return 0;
  if (n <= 0) fail("the seeder closed a connection");
  if (c->body_is_piece && file) compare(c, scratch, (size_t)n);
  if (c->body_is_piece && measuring) received += (uint64_t)n;
  c->body_left -= (uint32_t)n;
  if (c->body_left == 0) end_of_body(c);
  return 1;
}

static void on_readable(struct connection *c) {
  for (int turns = 0; turns < 256; turns++) {
    if (c->body_left > 0) {
      if (!take_body(c)) break;
      continue;
    }
    ssize_t n = recv(c->fd, c->head + c->head_got, c->head_want - c->head_got, 0);
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) fail("the seeder closed a connection");
    c->head_got += (size_t)n;
    if (c->head_got == c->head_want) {
      on_head(c);
      if (c->body_left == 0) c->body_is_piece = 0;
    }
  }
  refill(c);
}

static void map_file(const char *path) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) fail(path);
  file = mmap(NULL, total, PROT_READ, MAP_SHARED, fd, 0);
  if (file == MAP_FAILED) fail("mmap");
}

int main(int argc, char **argv) {
  if (argc < 10) { fprintf(stderr, "usage: peer-load ADDRESS PORT INFOHASH TOTAL_BYTES PIECE_LENGTH CONNECTIONS SECONDS REQUESTS ORDER [FILE]\n"); return 2; }
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])) };
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  for (int i = 0; i < 20; i++) sscanf(argv[3] + 2 * i, "%2hhx", &info_hash[i]);
  total = strtoull(argv[4], NULL, 10);
  piece_length = strtoull(argv[5], NULL, 10);
  piece_count = (total + piece_length - 1) / piece_length;
  blocks_a_piece = (piece_length + BLOCK - 1) / BLOCK;
  connection_count = atoi(argv[6]);
  double seconds = atof(argv[7]);
  window = atoi(argv[8]);
  is_random = strcmp(argv[9], "random") == 0;
  if (connection_count < 1 || connection_count > MAX_CONNECTIONS || window < 1 || window > MAX_REQUESTS) return 2;
  if (argc > 10) map_file(argv[10]);
  connections = calloc((size_t)connection_count, sizeof *connections);
  epoll_fd = epoll_create1(0);
  for (int i = 0; i < connection_count; i++) begin_connection(&connections[i], i, &server);
  struct epoll_event events[MAX_CONNECTIONS];
  double start = now(), began = 0, cpu_began = 0;
  for (;;) {
    int n = epoll_wait(epoll_fd, events, MAX_CONNECTIONS, 200);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if ((events[i].events & EPOLLOUT) && !c->connected) {
        c->connected = 1;
        flush_out(c);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
      }
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(c);
      if (c->out_length > 0 && c->connected) flush_out(c);
    }
    double t = now();
    if (!measuring) {
      int ready = 0;
      for (int i = 0; i < connection_count; i++) ready += connections[i].has_data;
      if (ready == connection_count) {
        measuring = 1;
        began = t;
        cpu_began = cpu_seconds();
        puts("measuring");
        fflush(stdout);
      } else if (t - start > 20) { errno = 0; fail("not every connection was served within 20 s"); }
    } else if (t - began >= seconds) break;
  }
  printf("{\"bytes\":%llu,\"blocks\":%llu,\"rejected\":%llu,\"wrong\":%llu,\"seconds\":%.4f,\"loadCpuSeconds\":%.4f}\n",
    (unsigned long long)received, (unsigned long long)blocks, (unsigned long long)rejected, (unsigned long long)wrong, now() - began,
    cpu_seconds() - cpu_began);
  return 0;
}
