/*
 * Closed-loop UDP announce load (BEP 15): one thread, 8 sockets, so many requests open at once.
 *
 *   udp-load ADDRESS PORT IN_FLIGHT SECONDS HASHES PEERS
 *
 * HASHES is a file with a hexadecimal info-hash a line. Every info-hash gets PEERS peers, each with its own port and peer id. Each
 * announce is sent once to fill the swarms; then the clock runs. An answer counts when it is an announce reply. What is
 * not answered within 200 ms of silence is an error, and is asked anew. Prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS 8
#define REQUEST_BYTES 98
#define BUCKETS 32
#define SLOTS 65536

struct endpoint { int fd; int open; unsigned char id[8]; };

static struct endpoint endpoints[SOCKETS];
static unsigned char (*requests)[REQUEST_BYTES];
static double began_at[SLOTS];
static size_t request_count, sent_count;
static uint64_t answers, errors, answer_bytes, latency[BUCKETS];
static int measuring;
static char first_error[128];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void fail(const char *what) {
  fprintf(stderr, "udp-load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void note_error(const char *what) {
  errors++;
  if (!first_error[0]) snprintf(first_error, sizeof first_error, "%s", what);
}

static uint32_t random_state = 2463534242u;
static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
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

static void build_request(unsigned char *out, const unsigned char *hash, unsigned peer) {
  memset(out, 0, REQUEST_BYTES);
  put32(out + 8, 1);
  memcpy(out + 16, hash, 20);
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
  FILE *file = fopen(hash_file, "r");
  if (!file) fail(hash_file);
  unsigned char (*hashes)[20] = NULL;
  char line[128];
  size_t hash_count = 0;
  while (fgets(line, sizeof line, file)) {
    if (strlen(line) < 40) continue;
    hashes = realloc(hashes, (hash_count + 1) * 20);
    for (int i = 0; i < 20; i++) {
      char pair[3] = { line[2 * i], line[2 * i + 1], 0 };
      hashes[hash_count][i] = (unsigned char)strtol(pair, NULL, 16);
    }
    hash_count++;
  }
  fclose(file);
  if (!hash_count) { errno = EINVAL; fail("no info-hashes"); }
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
  began_at[n % SLOTS] = now();
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
      double us = (now() - began_at[get32(reply + 4) % SLOTS]) * 1e6;
      int bucket = 0;
      while (bucket < BUCKETS - 1 && us >= (double)(2ull << bucket)) bucket++;
      latency[bucket]++;
    }
    send_request(e);
  }
  if (errno != EAGAIN) note_error("receive failed");
}

static double percentile(double share) {
  uint64_t wanted = (uint64_t)(share * (double)answers), sum = 0;
  for (int i = 0; i < BUCKETS; i++) if ((sum += latency[i]) > wanted) return (double)(2ull << i);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 7) { fprintf(stderr, "usage: udp-load ADDRESS PORT IN_FLIGHT SECONDS HASHES PEERS\n"); return 2; }
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])) };
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  int each = (atoi(argv[3]) + SOCKETS - 1) / SOCKETS;
  double seconds = atof(argv[4]);
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
    int n = epoll_wait(epoll_fd, events, SOCKETS, 200);
    for (int i = 0; i < n; i++) on_readable(events[i].data.ptr);
    if (n == 0)
      for (int i = 0; i < SOCKETS; i++) {
        for (; endpoints[i].open > 0; endpoints[i].open--) note_error("not answered");
        while (endpoints[i].open < each) send_request(&endpoints[i]);
      }
    double t = now();
    if (!measuring && (sent_count >= request_count + (size_t)each * SOCKETS || t - began > 30)) {
      measuring = 1;
      measure_began = t;
      measure_end = t + seconds;
      cpu_began = cpu_seconds();
      puts("measuring"); /* the caller reads the server's CPU time at this line */
      fflush(stdout);
    }
    if (measuring && t >= measure_end) break;
  }
  printf("{\"answers\":%llu,\"errors\":%llu,\"seconds\":%.4f,\"loadCpuSeconds\":%.4f,\"answerBytes\":%llu,\"p50Us\":%.0f,\"p99Us\":%.0f,\"firstError\":\"%s\"}\n",
    (unsigned long long)answers, (unsigned long long)errors, now() - measure_began, cpu_seconds() - cpu_began,
    (unsigned long long)answer_bytes, percentile(0.5), percentile(0.99), first_error);
  return 0;
}
