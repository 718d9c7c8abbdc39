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

function lane() {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let [sent, since, text, missing] = [0, 0, "", -1];
    const send = () => {
      sent++;
      since = performance.now();
      socket.write(request);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (data) => {
      if (missing < 0) {
        text += data.toString("latin1");
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const length = /^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1];
        if (length === undefined || !text.startsWith("HTTP/1.1 200")) {
          reject(new Error(`${path}: ${text.slice(0, 1000)}`));
          return;
        }
        missing = Number(length) - (text.length - end - 4);
        text = "";
      } else missing -= data.length;
      if (missing > 0) return;
      missing = -1;
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
