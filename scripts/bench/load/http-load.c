/*
 * HTTP announce load: one thread, epoll, N connections, one request open on each. A closed loop, or with RATE in the environment
 * (keep only) an open one.
 *
 *   http-load ADDRESS PORT close|keep CONNECTIONS SECONDS HASHES PEERS announce|static [PATH]
 *
 * HASHES is a file with a hexadecimal info-hash a line. Every info-hash gets PEERS peers, each with its own port and peer id.
 * Each request is sent once to fill the swarms; then the clock runs. An answer counts when it has status 200 and (announce) is a
 * bencoded dictionary with "peers". Prints one JSON object.
 */
#define PROGRAM "http-load"
#include "load.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define MAX_CONNECTIONS 1024
#define ANSWER_BYTES 65536

struct request { uint32_t offset, length; };
struct connection { int fd; size_t request, got; int has_head; size_t head, body; int connected; double began; char *answer; };

static struct sockaddr_in server;
static struct connection connections[MAX_CONNECTIONS];
static struct request *requests;
static char *text;
static size_t request_count, sent_count, warm_up;
static uint64_t answers, errors, answer_bytes;
static int keep, check_bencode, epoll_fd, measuring, idle_count;
static struct connection *idle[MAX_CONNECTIONS];
static double rate, due;
static double measure_end;
static char first_error[256];

static size_t escape_hash(char *out, const char *hex) {
  size_t n = 0;
  for (int i = 0; i < 20; i++) {
    int byte = byte_at(hex, i);
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) out[n++] = (char)byte;
    else n += (size_t)sprintf(out + n, "%%%02x", byte);
  }
  out[n] = 0;
  return n;
}

static void build_requests(const char *hash_file, int peers, const char *path, const char *address, int port) {
  char (*hashes)[41];
  size_t hash_count = read_hashes(hash_file, &hashes);
  request_count = hash_count * (size_t)peers;
  requests = calloc(request_count, sizeof *requests);
  text = malloc(request_count * 640);
  size_t at = 0;
  for (size_t i = 0; i < request_count; i++) {
    char escaped[64];
    escape_hash(escaped, hashes[i % hash_count]);
    size_t peer = i / hash_count;
    requests[i].offset = (uint32_t)at;
    requests[i].length = (uint32_t)sprintf(text + at,
      "GET %s?info_hash=%s&peer_id=-LD0001-%012zu&port=%zu&uploaded=0&downloaded=%u&left=%u&compact=1&numwant=50&key=%08x HTTP/1.1\r\n"
      "Host: %s:%d\r\nUser-Agent: http-load/1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n%s\r\n",
      path, escaped, peer, 10000 + peer, next_random() >> 8, (next_random() >> 8) + 1, next_random(), address, port,
      keep ? "" : "Connection: close\r\n");
    at += requests[i].length;
  }
  free(hashes);
  /* The clock's part of the run asks in random order. */
  warm_up = request_count;
}

static void note_error(const char *what, const struct connection *c) {
  errors++;
  if (first_error[0]) return;
  size_t n = (size_t)snprintf(first_error, sizeof first_error, "%s", what);
  for (size_t i = 0; i < c->got && i < 60 && n + 2 < sizeof first_error; i++) {
    char b = c->answer[i];
    first_error[n++] = (b < 32 || b > 126 || b == '"' || b == '\\') ? '.' : b;
  }
  first_error[n] = 0;
}

static int is_good(const struct connection *c) {
  if (c->got < 12 || memcmp(c->answer + 9, "200", 3) != 0) return 0;
  if (!check_bencode) return 1;
  const char *body = c->answer + c->head;
  size_t length = c->got - c->head;
  return length > 2 && body[0] == 'd' && body[length - 1] == 'e' && memmem(body, length, "5:peers", 7) != NULL;
}

static void send_request(struct connection *c) {
  size_t n = sent_count++;
  c->request = n < warm_up ? n : next_random() % request_count;
  c->got = c->has_head = 0;
  c->began = now();
  const struct request *r = &requests[c->request];
  ssize_t written = write(c->fd, text + r->offset, r->length);
  if (written == (ssize_t)r->length) { c->connected = 1; return; }
  /* Not connected yet: the request waits for EPOLLOUT. */
  if (written < 0 && errno == EAGAIN) { c->connected = 0; sent_count--; return; }
  note_error("write: ", c);
}

static void open_connection(struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) fail("socket");
  if (connect(c->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) fail("connect");
  /* Over loopback the handshake is mostly done by now, so that the write succeeds at once: system calls of the load are its limit. */
  send_request(c);
  struct epoll_event event = { .events = c->connected ? EPOLLIN : EPOLLOUT, .data.ptr = c };
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) fail("epoll_ctl");
}

static void finish(struct connection *c, int closed) {
  if (c->got == 0 && keep && closed && c->connected) { errors++; if (!first_error[0]) strcpy(first_error, "closed a kept connection"); }
  else if (!is_good(c)) note_error("bad answer: ", c);
  else if (measuring) {
    answers++;
    answer_bytes += c->got - c->head;
    note_latency((now() - c->began) * 1e6);
  }
  if (keep && !closed && measuring && rate > 0) { idle[idle_count++] = c; return; }
  if (keep && !closed) { send_request(c); return; }
  close(c->fd);
  open_connection(c);
}

static void parse_head(struct connection *c) {
  char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);
  if (!end) return;
  c->has_head = 1;
  c->head = (size_t)(end - c->answer) + 4;
  c->body = SIZE_MAX;
  *end = 0;
  char *length = strcasestr(c->answer, "\r\ncontent-length:");
  if (length) c->body = strtoul(length + 17, NULL, 10);
  *end = '\r';
}

static void on_readable(struct connection *c) {
  for (;;) {
    ssize_t n = read(c->fd, c->answer + c->got, ANSWER_BYTES - c->got);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { finish(c, 1); return; }
    c->got += (size_t)n;
    if (!c->has_head) parse_head(c);
    int whole = c->has_head && c->body != SIZE_MAX && c->got >= c->head + c->body;
    if (whole && keep) { finish(c, 0); return; }
    if (c->got == ANSWER_BYTES) { note_error("answer too long: ", c); close(c->fd); open_connection(c); return; }
    /* connection a request: the server closes first, so that no TIME_WAIT stays on our side */
    if (!whole && keep) return;
  }
}

static void on_writable(struct connection *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) {
    errno = error;
    note_error("connect: ", c);
    close(c->fd);
    open_connection(c);
    return;
  }
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
  send_request(c);
}

int main(int argc, char **argv) {
  if (argc < 9) { fprintf(stderr, "usage: http-load ADDRESS PORT close|keep CONNECTIONS SECONDS HASHES PEERS announce|static [PATH]\n"); return 2; }
  int port = atoi(argv[2]), count = atoi(argv[4]);
  double seconds = atof(argv[5]);
  keep = strcmp(argv[3], "keep") == 0;
  rate = keep ? open_loop_rate() : 0;
  check_bencode = strcmp(argv[8], "announce") == 0;
  if (count < 1 || count > MAX_CONNECTIONS) { fprintf(stderr, "connections: 1 to %d\n", MAX_CONNECTIONS); return 2; }
  server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  build_requests(argv[6], atoi(argv[7]), argc > 9 ? argv[9] : "/announce", argv[1], port);
  epoll_fd = epoll_create1(0);
  for (int i = 0; i < count; i++) {
    connections[i].answer = malloc(ANSWER_BYTES + 1);
    open_connection(&connections[i]);
  }
  struct epoll_event events[MAX_CONNECTIONS];
  double began = now(), measure_began = 0, cpu_began = 0;
  for (;;) {
    int n = epoll_wait(epoll_fd, events, MAX_CONNECTIONS, measuring && rate > 0 ? 0 : 200);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (!c->connected) on_writable(c);
      else on_readable(c);
    }
    double t = now();
    for (; measuring && rate > 0 && idle_count > 0 && due <= t; due += 1 / rate) {
      struct connection *c = idle[--idle_count];
      send_request(c);
      c->began = due;
    }
    if (!measuring && (sent_count >= warm_up + (size_t)count || t - began > 30)) {
      measuring = 1;
      measure_began = due = t;
      measure_end = t + seconds;
      cpu_began = cpu_seconds();
      /* the caller reads the server's CPU time at this line */
      puts("measuring");
      fflush(stdout);
    }
    if (measuring && t >= measure_end) break;
  }
  double elapsed = now() - measure_began;
  print_figures(answers, errors, elapsed, cpu_seconds() - cpu_began, answer_bytes, first_error);
  return 0;
}
