/* What the load generators share: clocks, chance, errors, info-hashes and latencies. Each defines PROGRAM first. */
#ifndef LOAD_H
#define LOAD_H
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static inline double cpu_seconds(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static inline void fail(const char *what) {
  fprintf(stderr, PROGRAM ": %s: %s\n", what, errno ? strerror(errno) : "against the protocol");
  exit(1);
}

/* xorshift32: the same numbers in every run */
static uint32_t random_state = 2463534242u;
static inline uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

/* Latencies in buckets that grow by a twelfth of an octave (6 %), from 1 us to 65 s. */
#define LATENCY_STEPS 12
#define LATENCY_BUCKETS (26 * LATENCY_STEPS)
static uint64_t latency[LATENCY_BUCKETS], latency_count;

static inline void note_latency(double us) {
  int bucket = us <= 1 ? 0 : (int)(log2(us) * LATENCY_STEPS);
  latency[bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1]++;
  latency_count++;
}

/* The upper end of the bucket below which this share of the latencies lies, in us. */
static inline double percentile(double share) {
  uint64_t wanted = (uint64_t)(share * (double)latency_count), sum = 0;
  for (int i = 0; i < LATENCY_BUCKETS; i++)
    if ((sum += latency[i]) > wanted) return exp2((double)(i + 1) / LATENCY_STEPS);
  return 0;
}

/* The 40 digits of each line of a file. Returns how many there are, at least one. */
static inline size_t read_hashes(const char *path, char (**hashes)[41]) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  char line[128];
  size_t count = 0;
  *hashes = NULL;
  while (fgets(line, sizeof line, file)) {
    if (strlen(line) < 40) continue;
    *hashes = realloc(*hashes, (count + 1) * 41);
    memcpy((*hashes)[count], line, 40);
    (*hashes)[count++][40] = 0;
  }
  fclose(file);
  if (!count) { errno = EINVAL; fail("no info-hashes"); }
  return count;
}

static inline int byte_at(const char *hex, int index) {
  char pair[3] = { hex[2 * index], hex[2 * index + 1], 0 };
  return (int)strtol(pair, NULL, 16);
}

/*
 * The rate of an open loop from the environment (RATE, requests a second); 0 for a closed one. In an open loop a request has a time
 * at which it is due, and its latency counts from there: a server that stalls cannot hold up the questions about its stall.
 */
static inline double open_loop_rate(void) {
  const char *text = getenv("RATE");
  return text ? atof(text) : 0;
}

static inline void print_figures(uint64_t answers, uint64_t errors, double seconds, double cpu, uint64_t bytes, const char *first_error) {
  printf("{\"answers\":%llu,\"errors\":%llu,\"seconds\":%.4f,\"loadCpuSeconds\":%.4f,\"answerBytes\":%llu,"
    "\"p50Us\":%.0f,\"p99Us\":%.0f,\"p999Us\":%.0f,\"firstError\":\"%s\"}\n",
    (unsigned long long)answers, (unsigned long long)errors, seconds, cpu, (unsigned long long)bytes,
    percentile(0.5), percentile(0.99), percentile(0.999), first_error);
}
#endif
