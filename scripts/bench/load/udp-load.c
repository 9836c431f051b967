/*
 * UDP announce load (BEP 15): one thread, 8 sockets, so many requests open at once. A closed loop, or with RATE in the environment
 * an open one.
 *
 *   udp-load ADDRESS PORT IN_FLIGHT SECONDS HASHES PEERS
 *
 * HASHES is a file with a hexadecimal info-hash a line. Every info-hash gets PEERS peers, each with its own port and peer id. Each
 * announce is sent once to fill the swarms; then the clock runs. An answer counts when it is an announce reply. What is
 * not answered within 200 ms of silence is an error, and is asked anew. Prints one JSON object.
 */
#define PROGRAM "udp-load"
#include "load.h"
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define SOCKETS 8
#define REQUEST_BYTES 98
#define SLOTS 65536

struct endpoint { int fd; int open; unsigned char id[8]; };

static struct endpoint endpoints[SOCKETS];
static unsigned char (*requests)[REQUEST_BYTES];
static double began_at[SLOTS];
static size_t request_count, sent_count;
static uint64_t answers, errors, answer_bytes;
static int measuring;
static double rate, due;
static char first_error[128];

static void note_error(const char *what) {
  errors++;
  if (!first_error[0]) snprintf(first_error, sizeof first_error, "%s", what);
}

static void put32(unsigned char *at, uint32_t value) {
  value = htonl(value);
  memcpy(at, &value, 4);
}

static uint32_t get32(const unsigned char *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return ntohl(value);
}

static void build_request(unsigned char *out, const char *hash, unsigned peer) {
  memset(out, 0, REQUEST_BYTES);
  put32(out + 8, 1);
  for (int i = 0; i < 20; i++) out[16 + i] = (unsigned char)byte_at(hash, i);
  char id[21];
  snprintf(id, sizeof id, "-LD0001-%012u", peer);
  memcpy(out + 36, id, 20);
  put32(out + 60, next_random() >> 8);       /* downloaded */
  put32(out + 68, (next_random() >> 8) + 1); /* left */
  put32(out + 88, next_random());            /* key */
  put32(out + 92, 50);                       /* peers wanted */
  out[96] = (unsigned char)((10000 + peer) >> 8);
  out[97] = (unsigned char)(10000 + peer);
}

static void build_requests(const char *hash_file, unsigned peers) {
  char (*hashes)[41];
  size_t hash_count = read_hashes(hash_file, &hashes);
  request_count = hash_count * peers;
  requests = calloc(request_count, REQUEST_BYTES);
  for (size_t i = 0; i < request_count; i++) build_request(requests[i], hashes[i % hash_count], (unsigned)(i / hash_count));
  free(hashes);
}

static void send_request(struct endpoint *e) {
  size_t n = sent_count++;
  unsigned char *request = requests[n < request_count ? n : next_random() % request_count];
  memcpy(request, e->id, 8);
  put32(request + 12, (uint32_t)n);
  began_at[n % SLOTS] = measuring && rate > 0 ? due : now();
  if (send(e->fd, request, REQUEST_BYTES, 0) < 0) note_error("send failed");
  e->open++;
}

static void connect_to(struct endpoint *e, const struct sockaddr_in *server) {
  e->fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (e->fd < 0 || connect(e->fd, (const struct sockaddr *)server, sizeof *server) < 0) fail("connect");
  struct timeval wait = { .tv_sec = 5 };
  setsockopt(e->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  static const unsigned char hello[16] = { 0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 1, 2, 3, 4 };
  unsigned char reply[64];
  if (send(e->fd, hello, sizeof hello, 0) < 0) fail("send");
  if (recv(e->fd, reply, sizeof reply, 0) < 16 || get32(reply) != 0) fail("no connection id");
  memcpy(e->id, reply + 8, 8);
}

static void on_readable(struct endpoint *e) {
  unsigned char reply[4096];
  ssize_t n;
  while ((n = recv(e->fd, reply, sizeof reply, MSG_DONTWAIT)) >= 0) {
    if (e->open > 0) e->open--;
    if (n < 20 || get32(reply) != 1 || (n - 20) % 6 != 0) note_error("no announce reply");
    else if (measuring) {
      answers++;
      answer_bytes += (uint64_t)n;
      note_latency((now() - began_at[get32(reply + 4) % SLOTS]) * 1e6);
    }
    if (!measuring || rate == 0) send_request(e);
  }
  if (errno != EAGAIN) note_error("receive failed");
}

int main(int argc, char **argv) {
  if (argc < 7) { fprintf(stderr, "usage: udp-load ADDRESS PORT IN_FLIGHT SECONDS HASHES PEERS\n"); return 2; }
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])) };
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  int each = (atoi(argv[3]) + SOCKETS - 1) / SOCKETS;
  double seconds = atof(argv[4]);
  rate = open_loop_rate();
  build_requests(argv[5], (unsigned)atoi(argv[6]));
  int epoll_fd = epoll_create1(0);
  for (int i = 0; i < SOCKETS; i++) {
    connect_to(&endpoints[i], &server);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &endpoints[i] };
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, endpoints[i].fd, &event);
    while (endpoints[i].open < each) send_request(&endpoints[i]);
  }
  double began = now(), measure_began = 0, measure_end = 0, cpu_began = 0;
  for (;;) {
    struct epoll_event events[SOCKETS];
    int n = epoll_wait(epoll_fd, events, SOCKETS, measuring && rate > 0 ? 0 : 200);
    for (int i = 0; i < n; i++) on_readable(events[i].data.ptr);
    if (n == 0 && !(measuring && rate > 0))
      for (int i = 0; i < SOCKETS; i++) {
        for (; endpoints[i].open > 0; endpoints[i].open--) note_error("not answered");
        while (endpoints[i].open < each) send_request(&endpoints[i]);
      }
    double t = now();
    for (; measuring && rate > 0 && due <= t; due += 1 / rate) {
      struct endpoint *e = &endpoints[sent_count % SOCKETS];
      send_request(e);
    }
    if (!measuring && (sent_count >= request_count + (size_t)each * SOCKETS || t - began > 30)) {
      measuring = 1;
      measure_began = due = t;
      measure_end = t + seconds;
      cpu_began = cpu_seconds();
      puts("measuring"); /* the caller reads the server's CPU time at this line */
      fflush(stdout);
    }
    if (measuring && t >= measure_end) break;
  }
  print_figures(answers, errors, now() - measure_began, cpu_seconds() - cpu_began, answer_bytes, first_error);
  return 0;
}
