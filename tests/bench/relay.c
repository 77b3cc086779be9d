// The least that a proxy can cost: passes bytes between each client and a connection of its own to the upstream.
//   relay PORT UPSTREAM_PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 1 << 16, FDS = 1 << 16 };

static int other[FDS];

static struct sockaddr_in at(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void watch(int poll, int fd) {
  int on = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

static void pass(int fd) {
  static char buffer[SIZE];
  if (other[fd] < 0) return;
  ssize_t size = recv(fd, buffer, SIZE, 0), done = 0;
  while (size > 0 && done < size) {
    ssize_t some = send(other[fd], buffer + done, size - done, MSG_NOSIGNAL);
    if (some <= 0) size = 0;
    done += some;
  }
  if (size <= 0) close(other[fd]), close(fd), other[other[fd]] = other[fd] = -1;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), on = 1;
  struct sockaddr_in here = at(atoi(words[1])), there = at(atoi(words[2]));
  struct epoll_event events[64], event = {.events = EPOLLIN, .data.fd = listener};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (void *)&here, sizeof here) || listen(listener, 1024)) return perror("bind"), 1;
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(poll, events, 64, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd != listener) {
        pass(events[i].data.fd);
        continue;
      }
      int client = accept(listener, 0, 0), upstream = socket(AF_INET, SOCK_STREAM, 0);
      if (client < 0 || connect(upstream, (void *)&there, sizeof there)) {
        close(client), close(upstream);
        continue;
      }
      other[client] = upstream, other[upstream] = client;
      watch(poll, client), watch(poll, upstream);
    }
  }
}
