/**
 * A client on sockets that stay open, one request after the other on each: a client with more comfort takes as much of a small machine as
 * the server does.
 *   node load.mjs '{"port", "path", "headers", "body": FILE, "connections", "seconds" or "requests"}'
 * prints { requests, rate, p50, p99, milliseconds } as JSON; `requests` are a connection's. With an IPC channel it tells of every answer.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const { port, path, headers, body, connections = 1, seconds, requests } = JSON.parse(process.argv[2]);
const bytes = readFileSync(body);
const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers, "content-length": bytes.length });
const head = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
const request = Buffer.concat([Buffer.from(head), bytes]);
const times = [];
const started = performance.now();

function isOver(sent) {
  return requests === undefined ? performance.now() - started > 1000 * seconds : sent >= requests;
}

/** Reads an answer piece by piece; says whether it is whole. Its body has a length, or comes in chunks. */
function answer() {
  let [text, missing] = ["", -1];
  let chunks;
  return (data) => {
    if (chunks) return chunks(data);
    if (missing >= 0) {
      missing -= data.length;
      return missing <= 0;
    }
    // What ends the last answer's chunks may come with this one.
    text = (text + data.toString("latin1")).trimStart();
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const head = text.slice(0, end);
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`${path}: ${text.slice(0, 1000)}`);
    const body = Buffer.from(text.slice(end + 4), "latin1");
    if (/^transfer-encoding: *chunked/im.test(head)) {
      chunks = inChunks();
      return chunks(body);
    }
    missing = Number(/^content-length: *(\d+)/im.exec(head)?.[1]) - body.length;
    return missing <= 0;
  };
}

/** Hexadecimal length, bytes, and so on until a chunk of none. */
function inChunks() {
  let [left, size] = [0, ""];
  return (data) => {
    let at = 0;
    while (at < data.length) {
      const here = Math.min(left, data.length - at);
      at += here;
      left -= here;
      if (left > 0) return false;
      const end = data.indexOf(10, at);
      size += data.toString("latin1", at, end < 0 ? data.length : end);
      if (end < 0) return false;
      at = end + 1;
      // The line behind a chunk's bytes is empty.
      if (size.trim() !== "") {
        left = Number.parseInt(size, 16);
        if (left === 0) return true;
      }
      size = "";
    }
    return false;
  };
}

function lane() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let [sent, since] = [0, 0];
    let rest = answer();
    const send = () => {
      sent++;
      since = performance.now();
      socket.write(request);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (data) => {
      try {
        if (!rest(data)) return;
      } catch (error) {
        reject(error);
        return;
      }
      rest = answer();
      times.push(performance.now() - since);
      process.send?.({ requests: times.length });
      if (!isOver(sent)) send();
      else {
        socket.end();
        resolve();
      }
    });
  });
}

await Promise.all(Array.from({ length: connections }, lane));
const elapsed = (performance.now() - started) / 1000;
times.sort((a, b) => a - b);
const at = (part) => times[Math.min(times.length - 1, Math.floor(part * times.length))];
console.log(
  JSON.stringify({
    requests: times.length,
    rate: times.length / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    milliseconds: at(0.5),
  }),
);
process.disconnect?.();
