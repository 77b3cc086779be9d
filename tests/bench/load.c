// A client for measurements: CLIENTS connections send the same Messages request REPEATS times each.
// The 8 bytes "@session" in the request become another number for each client, so that no two are the same session.
// Prints errors, requests a second, and the milliseconds until the first delta (median, 99th of 100) and until the end.
//   load PORT FILE CLIENTS REPEATS
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 8 << 20, MARK = 8 };

static int port, repeats;
static char *body;
static size_t length;
static double *first, *last;
static int errors;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct timeval patience = {60, 0};
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return connect(fd, (void *)&there, sizeof there) ? (close(fd), -1) : fd;
}

// Send one request and read its answer to the end; tell whether it was a whole stream.
static int ask(int fd, const char *request, size_t size, char *buffer, int place) {
  double began = now();
  size_t got = 0;
  while (size) {
    ssize_t some = send(fd, request, size, MSG_NOSIGNAL);
    if (some <= 0) return 0;
    request += some, size -= some;
  }
  while (got < 5 || memcmp(buffer + got - 5, "0\r\n\r\n", 5)) {
    ssize_t some = recv(fd, buffer + got, SIZE - 1 - got, 0);
    if (some <= 0) return 0;
    size_t from = got > 8 ? got - 8 : 0;
    buffer[got += some] = 0;
    if (!first[place] && strstr(buffer + from, "delta")) first[place] = now() - began;
  }
  last[place] = now() - began;
  return !strncmp(buffer + 9, "200", 3) && first[place];
}

static void *run(void *given) {
  long id = (long)given;
  char *request = malloc(length + 512), *buffer = malloc(SIZE), *mark, number[MARK + 1];
  size_t head = sprintf(request, "POST /v1/messages?beta=true HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nx-api-key: x\r\n"
      "content-type: application/json\r\nanthropic-version: 2023-06-01\r\nuser-agent: claude-cli/2.1.0 (external, cli)\r\n"
      "content-length: %zu\r\n\r\n", port, length);
  memcpy(request + head, body, length);
  sprintf(number, "%08lx", id + ((long)getpid() << 12));
  if ((mark = memmem(request + head, length, "@session", MARK))) memcpy(mark, number + strlen(number) - MARK, MARK);
  int fd = -1;
  for (int turn = 0; turn < repeats; turn++) {
    if (fd < 0) fd = dial();
    if (fd >= 0 && ask(fd, request, head + length, buffer, id * repeats + turn)) continue;
    __sync_fetch_and_add(&errors, 1);
    if (fd >= 0) close(fd), fd = -1;
  }
  free(request), free(buffer);
  return 0;
}

static int order(const void *one, const void *other) {
  double gap = *(double *)one - *(double *)other;
  return (gap > 0) - (gap < 0);
}

int main(int count, char **words) {
  if (count < 5) return 2;
  int clients = atoi(words[3]), total;
  port = atoi(words[1]), repeats = atoi(words[4]), total = clients * repeats;
  FILE *file = fopen(words[2], "rb");
  if (!file) return perror(words[2]), 1;
  body = malloc(SIZE), length = fread(body, 1, SIZE, file);
  first = calloc(total, sizeof *first), last = calloc(total, sizeof *last);
  pthread_t threads[clients];
  pthread_attr_t small;
  pthread_attr_init(&small), pthread_attr_setstacksize(&small, 1 << 17);
  double began = now();
  for (long id = 0; id < clients; id++) pthread_create(threads + id, &small, run, (void *)id);
  for (int id = 0; id < clients; id++) pthread_join(threads[id], 0);
  double took = now() - began;
  qsort(first, total, sizeof *first, order), qsort(last, total, sizeof *last, order);
  printf("%d %.1f %.2f %.2f %.2f\n", errors, total * 1e3 / took, first[total / 2], first[total * 99 / 100], last[total / 2]);
  return errors > 0;
}
