/** Tables as bodies: right ones, ones with bytes turned over, cut or put together, of a kind that they are not. */
import { columnFromArray, float32, float64, int64, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";

const CSV = "text/csv";
const ARROW = "application/vnd.apache.arrow.stream";
const FILE = "application/vnd.apache.arrow.file";
const PARQUET = "application/vnd.apache.parquet";
const REQUESTS = [
  '{"budget":3}',
  "{}",
  '{"budget":1,"exactlyOne":true}',
  '{"budget":9,"stock":{"a":1}}',
  '{"budget":"1"}',
  "{",
  "",
];

const wide = 'user_id,value_a,cost_a,value_b,cost_b\nann,1,1,3,2\n"b, o",4.5,1.50,,\nč,2,1,1,9\n';
const long = "user_id,offer,value,cost\nann,a,1,1\nbob,a,2,1\nann,b,3,2\n";

function arrow(format, ids, type, batch) {
  const options = { maxBatchRows: batch };
  const some = (of) =>
    columnFromArray(
      Array.from({ length: 9 }, (_, i) => of(i)),
      type,
      options,
    );
  const columns = [
    [
      "user_id",
      columnFromArray(
        Array.from({ length: 9 }, (_, i) => ids(i)),
        ids === String ? utf8() : int64(),
        options,
      ),
    ],
    ["value_a", some((i) => i / 2)],
    ["cost_a", some((i) => 1 + (i % 3))],
    ["value_b", some((i) => (i % 4 ? i / 3 : null))],
    ["cost_b", some((i) => (i % 4 ? 2 : null))],
  ];
  return tableToIPC(tableFromColumns(columns), { format });
}

const encode = (text) => new TextEncoder().encode(text);
const BODIES = [
  [encode(wide), CSV],
  [encode(long), CSV],
  [arrow("stream", BigInt, float32(), 4), ARROW],
  [arrow("stream", String, float64(), 100), ARROW],
  [arrow("file", BigInt, float64(), 4), FILE],
  [encode("PAR1 and nothing else PAR1"), PARQUET],
];

export function tableOf(random, key) {
  let [bytes, type] = random.of(BODIES);
  const headers = new Headers({ authorization: `Bearer ${key}` });
  if (random.chance(0.05)) [, type] = random.of(BODIES);
  headers.set("content-type", type);
  if (random.chance(0.3))
    headers.set("accept", random.of([CSV, ARROW, FILE, PARQUET, "application/json", "image/png"]));
  const kind = random.next();
  bytes = bytes.slice();
  if (kind < 0.5) for (let i = random.below(4); i >= 0; i--) bytes[random.below(bytes.length)] ^= random.below(256);
  else if (kind < 0.6) bytes = bytes.slice(0, random.below(bytes.length + 1));
  else if (kind < 0.65) bytes = Uint8Array.from([...bytes, ...random.of(BODIES)[0]]);
  const size = 1 + random.below(bytes.length + 1);
  const pieces = random.chance(0.3) ? streamOf(bytes, size) : bytes;
  const query = random.chance(0.95) ? `?request=${encodeURIComponent(random.of(REQUESTS))}` : "";
  return { method: "POST", url: `/v1/allocations${query}`, headers, body: pieces, duplex: "half" };
}

function streamOf(bytes, size) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}
