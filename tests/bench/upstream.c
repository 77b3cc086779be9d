// An upstream for measurements: answers every POST with a stream of chat-completion chunks, a thread for each connection.
// The last "/"-separated word of the request's model says what comes: "200x5" is 200 chunks, 5 ms apart.
//   upstream PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 4 << 20, PIECE = 400 };

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
static const char DELTA[] =
    "{\"id\":\"chatcmpl-8f2a\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"m\","
    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word%d\"},\"logprobs\":null,\"finish_reason\":null}]}";
static const char STOP[] = "{\"id\":\"chatcmpl-8f2a\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
static const char USAGE[] = "{\"choices\":[],\"usage\":{\"prompt_tokens\":40000,\"completion_tokens\":200}}";

static int put(char *to, const char *data) {
  return sprintf(to, "%zx\r\ndata: %s\n\n\r\n", strlen(data) + 8, data);
}

static int sent(int fd, const char *data, size_t size) {
  while (size) {
    ssize_t some = send(fd, data, size, MSG_NOSIGNAL);
    if (some <= 0) return 0;
    data += some, size -= some;
  }
  return 1;
}

// Read one request into the buffer; return where its body begins, 0 at the end of the connection.
static char *request(int fd, char *buffer) {
  size_t size = 0, wanted = 0;
  char *body = 0;
  while (!body || size < wanted) {
    ssize_t some = recv(fd, buffer + size, SIZE - 1 - size, 0);
    if (some <= 0) return 0;
    buffer[size += some] = 0;
    if (!body && (body = strstr(buffer, "\r\n\r\n"))) {
      char *length = strcasestr(buffer, "\r\ncontent-length:");
      body += 4, wanted = body - buffer + (length && length < body ? strtoul(length + 17, 0, 10) : 0);
    }
  }
  return body;
}

static void *serve(void *given) {
  int fd = (int)(long)given, on = 1;
  char *buffer = malloc(SIZE), *body, text[PIECE];
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  while ((body = request(fd, buffer))) {
    int chunks = 10, pause = 0;
    char *model = strstr(body, "\"model\"");
    if (model && (model = strchr(model, '/'))) sscanf(model, "/%dx%d", &chunks, &pause);
    char *out = malloc((size_t)(chunks + 8) * PIECE), *end = out + sprintf(out, "%s", HEAD);
    for (int number = 0; number < chunks; number++) {
      sprintf(text, DELTA, number % 10);
      end += put(end, text);
      if (pause || number == 0) {
        if (!sent(fd, out, end - out)) break;
        end = out;
        struct timespec time = {pause / 1000, pause % 1000 * 1000000L};
        nanosleep(&time, 0);
      }
    }
    end += put(end, STOP), end += put(end, USAGE), end += put(end, "[DONE]"), end += sprintf(end, "0\r\n\r\n");
    int alive = sent(fd, out, end - out);
    free(out);
    if (!alive) break;
  }
  free(buffer), close(fd);
  return 0;
}

int main(int count, char **words) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(words[1]) : 0),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  pthread_attr_t small;
  pthread_attr_init(&small), pthread_attr_setstacksize(&small, 1 << 17);
  pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (void *)&here, sizeof here) || listen(listener, 1024)) return perror("bind"), 1;
  for (;;) {
    long fd = accept(listener, 0, 0);
    pthread_t thread;
    if (fd >= 0 && pthread_create(&thread, &small, serve, (void *)fd)) close(fd);
  }
}
