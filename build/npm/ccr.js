#!/usr/bin/env node
// Starts the executable that this machine's own package holds, as if it had been called itself: same arguments, same
// terminal or pipes, same end. Nothing is downloaded here: npm and its like have installed that package, or none.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { isatty } = require("node:tty");
const { name, optionalDependencies } = require("./package.json");

const SYSTEMS = { darwin: "macos", win32: "windows" };
const PROGRAM = process.platform === "win32" ? "ccr.exe" : "ccr";

// Exit codes of shells.
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
const SIGNAL = 128;

// What the terminal sends to all its programs, us and the executable, must not reach the executable twice.
const FROM_TERMINAL = ["SIGINT", "SIGQUIT"];
const FORWARDED = ["SIGTERM", "SIGHUP", ...FROM_TERMINAL];

function main() {
  const program = find();
  if (!program) {
    console.error(missing());
    process.exit(NOT_FOUND);
  }
  const hasTerminal = [0, 1, 2].some((stream) => isatty(stream));
  let child;
  // Before the executable starts: until then a signal would end us alone.
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      if (!(hasTerminal && FROM_TERMINAL.includes(signal))) child.kill(signal);
    });
  }
  child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => {
    console.error(`ccr: can't start ${program}: ${error.message}`);
    process.exit(NOT_EXECUTABLE);
  });
  child.on("exit", leave);
}

// End as the executable did: with its exit code, or by the signal that ended it.
function leave(code, signal) {
  if (!signal) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The signal may be one that Node takes no notice of.
  setTimeout(() => process.exit(SIGNAL + constants.signals[signal]), 200);
}

// Return the path of the executable; nothing if no package that fits is installed.
function find() {
  return candidates().flatMap(resolve)[0];
}

function resolve(candidate) {
  try {
    return [require.resolve(`${candidate}/${PROGRAM}`)];
  } catch {
    return [];
  }
}

// Return the names of the packages that may fit, the best first. Not every package manager tells the C libraries of
// Linux apart: some install both packages.
function candidates() {
  const system = SYSTEMS[process.platform] ?? process.platform;
  // Windows on ARM runs x64 programs.
  const machines = system === "windows" ? [process.arch, "x64"] : [process.arch];
  const libraries = system === "linux" ? (isMusl() ? ["-musl", ""] : ["", "-musl"]) : [""];
  const names = machines.flatMap((machine) => libraries.map((library) => `${name}-${system}-${machine}${library}`));
  return [...new Set(names)].filter((candidate) => candidate in optionalDependencies);
}

function isMusl() {
  return !process.report.getReport().header.glibcVersionRuntime;
}

function missing() {
  const fitting = candidates();
  if (!fitting.length) {
    const there = Object.keys(optionalDependencies).map((one) => one.slice(name.length + 1));
    return `ccr: there is no executable for ${process.platform} ${process.arch}, only for: ${there.join(", ")}`;
  }
  return (
    `ccr: the package ${fitting[0]} with the executable is not installed. Optional packages may have been left out ` +
    "(--omit=optional, --no-optional), or node_modules comes from another machine: install again without that."
  );
}

main();
