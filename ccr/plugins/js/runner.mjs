// Runs the user's JavaScript for ccr: custom routers, transformers and plugins. ccr starts it, nobody else does.
//
// It is told on stdin where to connect; the frames on that connection are those of frame.py. Its stdout and stderr
// belong to the user's code and end up in ccr's log. When stdin ends, ccr has gone, and so does this.

import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { Worker } from "node:worker_threads";

const CALL = 1, RESULT = 2, ERROR = 3, HEAD = 4, DATA = 5, END = 6, CREDIT = 7, CANCEL = 8;
const WINDOW = 256 * 1024;
const PIECE = 64 * 1024;

const require = createRequire(import.meta.url);
const logger = logTo(console);
const event = new EventEmitter();

// ---------------------------------------------------------------------------------------------- the user's files

const loaded = new Map();

function once(kind, item, make) {
  const key = JSON.stringify([kind, item]);
  if (!loaded.has(key)) {
    const promise = make(item);
    // What failed may be tried again: a module that was missing can be installed meanwhile.
    promise.catch(() => loaded.delete(key));
    loaded.set(key, promise);
  }
  return loaded.get(key);
}

async function load(path) {
  if (path.endsWith(".mjs")) return import(pathToFileURL(path).href);
  try {
    return require(path);
  } catch (error) {
    if (path.endsWith(".cjs") || !isModuleSyntax(error)) throw error;
    return import(pathToFileURL(path).href);
  }
}

function isModuleSyntax(error) {
  if (error?.code === "ERR_REQUIRE_ESM" || error?.code === "ERR_REQUIRE_ASYNC_MODULE") return true;
  return error instanceof SyntaxError && /import statement|Unexpected token 'export'|import\.meta|await/.test(error.message);
}

// What a file exports: itself, its default export, or its only export, whichever suits.
function exported(module, suits) {
  const candidates = [module, module?.default, module?.default?.default];
  const values = module && typeof module === "object" ? Object.values(module) : [];
  if (values.length === 1) candidates.push(values[0]);
  return candidates.find(suits);
}

async function makeRouter({ path }) {
  const found = exported(await load(path), (value) => typeof value === "function");
  if (!found) throw new TypeError("it must export a function (req, config) that returns \"provider,model\" or null");
  return found;
}

async function makePlugin({ path }) {
  const holder = exported(await load(path), (value) => typeof value?.handle === "function");
  if (holder) return holder.handle.bind(holder);
  const found = exported(await load(path), (value) => typeof value === "function");
  if (!found) throw new TypeError("it must export a function handle(req, res) that changes req.body");
  return found;
}

// The last two belong to transformers that serve an address of their own in the original; alone they do nothing here.
const HOOKS = ["transformRequestIn", "transformResponseOut", "auth", "transformRequestOut", "transformResponseIn"];
const hasHook = (value) => HOOKS.some((name) => typeof value?.[name] === "function");

async function makeTransformer({ path, options }) {
  const module = await load(path);
  let instance = exported(module, (value) => typeof value === "object" && hasHook(value));
  if (!instance) {
    const Class = exported(module, (value) => typeof value === "function");
    if (!Class) throw new TypeError("it must export a class with transformRequestIn or transformResponseOut");
    instance = new Class(options);
  } else if (Object.keys(options).length && instance.constructor !== Object) {
    instance = new instance.constructor(options);
  }
  if (!hasHook(instance)) throw new TypeError("it has neither transformRequestIn nor transformResponseOut nor auth");
  instance.logger ??= logger;
  return instance;
}

const MAKERS = { router: makeRouter, plugin: makePlugin, transformer: makeTransformer };
const get = (kind, item) => once(kind, item, MAKERS[kind]);

async function describe({ kind, item }) {
  const found = await get(kind, item);
  if (kind !== "transformer") return {};
  const edits = [found.transformRequestIn, found.auth].filter((hook) => typeof hook === "function");
  const responds = typeof found.transformResponseOut === "function";
  const hooks = responds ? [...edits, found.transformResponseOut] : edits;
  return {
    name: [found.name, found.constructor?.TransformerName].find((name) => typeof name === "string") ?? "",
    edits: edits.length > 0,
    responds,
    // The client's request is sent along only to those who look at it, since it may be large.
    wants_client: hooks.some((hook) => /\breq\b/.test(String(hook))),
  };
}

function logTo(target) {
  const entry = (write) => (...words) => write(format(...words));
  const info = entry((text) => target.log(text));
  const warn = entry((text) => target.error(text));
  const found = { trace() {}, debug() {}, info, warn, error: warn, fatal: warn };
  return { ...found, child: () => found };
}

// ------------------------------------------------------------------------------------------------------ the calls

let settings = { config: {}, providers: {} };

function requestOf({ body, headers, tokenCount, sessionId } = {}) {
  const where = { method: "POST", url: "/v1/messages", query: {}, params: {} };
  return { ...where, body, headers: headers ?? {}, tokenCount, sessionId, log: logger, config: settings.config };
}

// Of the requests that began last: what a transformer keeps on `req` while it edits is there when the reply comes.
const requests = new Map();
const REQUESTS = 32; // each with the whole conversation

function sharedRequest(client) {
  const number = client?.number;
  if (number === undefined) return requestOf(client);
  if (!requests.has(number)) {
    requests.set(number, { ...requestOf(client), provider: client.provider });
    if (requests.size > REQUESTS) requests.delete(requests.keys().next().value);
  }
  return requests.get(number);
}

function replyOf() {
  const refuse = () => {
    throw new Error("a plugin can change the request, but not answer it");
  };
  return { send: refuse, json: refuse, write: refuse, end: refuse };
}

const OPERATIONS = {
  ping: async () => null,
  async route({ item, req }) {
    const route = await get("router", item);
    const request = requestOf(req);
    const before = JSON.stringify(request.body);
    // A router that plays with the configuration must not change it for others.
    const found = (await route(request, structuredClone(settings.config), { event })) ?? null;
    return { route: found, body: JSON.stringify(request.body) === before ? null : request.body };
  },
  async handle({ item, req }) {
    const handle = await get("plugin", item);
    const request = requestOf(req);
    await handle(request, replyOf());
    return request.body;
  },
  async edit({ item, request, provider, key, client }) {
    const instance = await get("transformer", item);
    const target = { name: provider, ...settings.providers[provider], apiKey: key };
    let state = { body: request, config: {} };
    for (const hook of ["transformRequestIn", "auth"]) {
      if (typeof instance[hook] !== "function") continue;
      state = merge(state, await instance[hook](state.body, target, { req: sharedRequest(client) }));
    }
    return { body: state.body, url: state.config.url && String(state.config.url), headers: flat(state.config.headers) };
  },
};

function merge(state, result) {
  if (result === undefined || result === null) return state; // It was changed in place.
  if (typeof result !== "object") throw new TypeError(`it returned ${typeof result} in the place of a request`);
  if (!result.body) return { ...state, body: result };
  const headers = { ...flat(state.config.headers), ...flat(result.config?.headers) };
  return { body: result.body, config: { ...state.config, ...result.config, headers } };
}

// Headers as a plain object in lower case; null stands for one that has to go.
function flat(headers) {
  const pairs = typeof headers?.forEach === "function" ? [...headers.entries()] : Object.entries(headers ?? {});
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value == null ? null : String(value)]));
}

// ---------------------------------------------------------------------------------------------------- the channels

class Channel {
  constructor(id, send) {
    this.id = id;
    this.send = send;
    this.room = WINDOW;
    this.queue = [];
    this.ended = false;
    this.cancelled = false;
    this.wake = () => {};
  }

  // Waits for the next thing that happens to this channel.
  change() {
    return new Promise((resolve) => { this.wake = resolve; });
  }

  take(kind, payload) {
    if (kind === DATA) this.queue.push(payload);
    else if (kind === END) this.ended = true;
    else if (kind === CREDIT) this.room += payload.readUInt32BE(0);
    else if (kind === CANCEL) this.cancel();
    this.wake();
    this.wakeInput?.();
  }

  cancel() {
    this.cancelled = true;
    this.reader?.cancel().catch(() => {});
  }

  // The provider's body as a stream that asks for more only when somebody reads.
  input() {
    return new ReadableStream({
      pull: async (controller) => {
        while (!this.queue.length && !this.ended && !this.cancelled) {
          await new Promise((resolve) => { this.wakeInput = resolve; });
        }
        if (this.cancelled) controller.error(new Error("the request was cancelled"));
        else if (this.queue.length) this.pass(controller, this.queue.shift());
        else controller.close();
      },
    }, { highWaterMark: 0 });
  }

  pass(controller, piece) {
    controller.enqueue(new Uint8Array(piece));
    const size = Buffer.alloc(4);
    size.writeUInt32BE(piece.length);
    this.send(CREDIT, this.id, size);
  }

  async output(body) {
    if (!body) return;
    this.reader = body.getReader();
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done || this.cancelled) return;
      const data = bytes(value);
      for (let start = 0; start < data.length; start += PIECE) await this.piece(data.subarray(start, start + PIECE));
    }
  }

  async piece(data) {
    while (this.room < data.length && !this.cancelled) await this.change();
    if (this.cancelled) return;
    this.room -= data.length;
    this.send(DATA, this.id, data);
  }
}

function bytes(value) {
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  throw new TypeError(`the body of its Response has pieces of type ${typeof value} instead of bytes`);
}

async function respond({ item, head, client }, channel) {
  const instance = await get("transformer", item);
  const response = new Response(channel.input(), head);
  const result = (await instance.transformResponseOut(response, { req: sharedRequest(client) })) ?? response;
  if (typeof result?.headers?.get !== "function") throw new TypeError("transformResponseOut must return a Response");
  const told = { status: result.status, headers: Object.fromEntries(result.headers.entries()) };
  channel.send(HEAD, channel.id, Buffer.from(JSON.stringify(told)));
  await channel.output(result.body);
  channel.send(END, channel.id);
}

function failure(error) {
  const isError = error instanceof Error || typeof error?.message === "string";
  return { message: isError ? String(error.message) : format(error), stack: isError ? String(error.stack) : "" };
}

// ---------------------------------------------------------------------------------------------------- the connection

function connect({ port, token, ...rest }) {
  settings = { ...settings, ...rest };
  const socket = net.connect({ host: "127.0.0.1", port });
  const channels = new Map();
  socket.setNoDelay(true);
  socket.write(`${token}\n`);

  function send(kind, id, payload = Buffer.alloc(0)) {
    const head = Buffer.alloc(9);
    head.writeUInt32BE(payload.length, 0);
    head.writeUInt32BE(id, 4);
    head.writeUInt8(kind, 8);
    socket.write(Buffer.concat([head, payload]));
  }

  async function run(id, payload) {
    const channel = new Channel(id, send);
    channels.set(id, channel);
    try {
      const call = JSON.parse(payload.toString());
      if (call.op === "respond") return await respond(call, channel);
      const result = await OPERATIONS[call.op](call);
      send(RESULT, id, Buffer.from(JSON.stringify(result ?? null)));
    } catch (error) {
      if (!channel.cancelled) send(ERROR, id, Buffer.from(JSON.stringify(failure(error))));
    } finally {
      channels.delete(id);
    }
  }

  let held = Buffer.alloc(0);
  let pieces = [];
  let wanted = 9;
  socket.on("data", (data) => {
    pieces.push(data);
    held = Buffer.alloc(0);
    if (pieces.reduce((sum, piece) => sum + piece.length, 0) < wanted) return;
    held = Buffer.concat(pieces);
    wanted = 9;
    while (held.length >= 9) {
      const end = 9 + held.readUInt32BE(0);
      if (held.length < end) {
        wanted = end;
        break;
      }
      const id = held.readUInt32BE(4), kind = held.readUInt8(8), payload = held.subarray(9, end);
      if (kind === CALL) run(id, payload);
      else channels.get(id)?.take(kind, payload);
      held = held.subarray(end);
    }
    pieces = [held];
  });
  socket.on("close", leave);
  socket.on("error", leave);
}

// ----------------------------------------------------------------------------------------------------------- start

const leave = () => process.kill(process.pid, "SIGKILL");

// A thread of its own notices the end of stdin even while the user's code loops for ever.
const WATCH = `
  const fs = require("node:fs");
  const some = Buffer.alloc(64);
  for (;;) {
    try {
      if (fs.readSync(0, some) === 0) break;
    } catch (error) {
      if (error.code !== "EAGAIN") break;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  process.kill(process.pid, "SIGKILL");
`;

function firstLine() {
  const some = Buffer.alloc(65536);
  let text = "";
  while (!text.includes("\n")) {
    try {
      const size = fs.readSync(0, some);
      if (size === 0) break;
      text += some.toString("latin1", 0, size);
    } catch (error) {
      waitIfBusy(error);
    }
  }
  return JSON.parse(Buffer.from(text, "latin1").toString());
}

function writeAll(fd, data) {
  while (data.length) {
    try {
      data = data.subarray(fs.writeSync(fd, data));
    } catch (error) {
      waitIfBusy(error);
    }
  }
}

// A pipe that node has made non-blocking says so instead of waiting.
function waitIfBusy(error) {
  if (error.code !== "EAGAIN") throw error;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

const warn = (error) => console.error(failure(error).stack || failure(error).message);
process.on("unhandledRejection", warn);
process.on("uncaughtException", warn);
process.exit = (code) => {
  throw new Error(`process.exit(${code ?? ""}) was called`);
};

const told = firstLine();
if (told.describe) {
  settings = { ...settings, ...told };
  const result = await describe(told.describe).catch((error) => ({ error: failure(error) }));
  writeAll(1, Buffer.from(`\n${told.marker}${JSON.stringify(result)}\n`));
  leave();
} else {
  new Worker(WATCH, { eval: true }).unref();
  connect(told);
}
