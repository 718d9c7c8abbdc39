/** Tables in and out: the three users of allocations.js as CSV, Arrow and Parquet, wide and long. */
import { columnFromArray, float64, int64, tableFromColumns, tableFromIPC, tableToIPC } from "@uwdata/flechette";
import { OFFERS } from "./allocations.js";

const CSV = "text/csv";
const ARROW = "application/vnd.apache.arrow.stream";
const FILE = "application/vnd.apache.arrow.file";
const PARQUET = "application/vnd.apache.parquet";
const PATH = `/v1/allocations?request=${encodeURIComponent('{"budget":5}')}`;

const encode = (text) => new TextEncoder().encode(text);
const users = ["7", "8", "9"];
const wide = () =>
  [
    `user_id,${OFFERS.options.map((name) => `value_${name},cost_${name}`).join(",")}`,
    ...users.map((id, i) =>
      [id, ...OFFERS.options.flatMap((_, j) => [OFFERS.values[j][i], OFFERS.costs[j][i]])].join(","),
    ),
    "",
  ].join("\n");
/** Every second row first: a user's rows lie apart. */
const long = () => {
  const rows = users.flatMap((id, i) =>
    OFFERS.options.map((name, j) => `${id},${name},${OFFERS.values[j][i]},${OFFERS.costs[j][i]}`),
  );
  return [
    "user_id,offer,value,cost",
    ...rows.filter((_, i) => i % 2 === 0),
    ...rows.filter((_, i) => i % 2 === 1),
    "",
  ].join("\n");
};

export function arrow(format = "stream") {
  const columns = [["user_id", columnFromArray([7n, 8n, 9n], int64())]];
  OFFERS.options.forEach((name, j) => {
    columns.push([`value_${name}`, columnFromArray(OFFERS.values[j], float64())]);
    columns.push([`cost_${name}`, columnFromArray(OFFERS.costs[j], float64())]);
  });
  return tableToIPC(tableFromColumns(columns), { format });
}

export function readRows(bytes) {
  return tableFromIPC(bytes, { useBigInt: true })
    .toArray()
    .map((row) => ({ ...row, user_id: Number(row.user_id) }));
}

const DECIDED = "user_id,offer,value,cost\n7,5off,2,1\n8,10off,10,3\n9,,0,0\n";
const ROWS = [
  { user_id: 7, offer: "5off", value: 2, cost: 1 },
  { user_id: 8, offer: "10off", value: 10, cost: 3 },
  { user_id: 9, offer: null, value: 0, cost: 0 },
];
const sent = (name, type, bytesOf, accept, expect, more) => ({
  ...{ name, path: PATH, bytesOf, expect: { status: 200, headers: { "content-type": accept ?? type }, ...expect } },
  headers: { "content-type": type, ...(accept && { accept }) },
  ...more,
});
const refused = (name, type, bytesOf, status, kind, more, path = PATH, headers = {}) => ({
  ...{ name, path, bytesOf, headers: { "content-type": type, ...headers } },
  expect: {
    status,
    headers: { "content-type": "application/problem+json" },
    body: { type: `urn:shadowprice:problem:${kind}`, ...more },
  },
});

export const tables = [
  sent("table, CSV", CSV, () => encode(wide()), undefined, { text: DECIDED }),
  sent("table, long CSV", CSV, () => encode(long()), undefined, { text: DECIDED }),
  sent("table, Arrow", ARROW, () => arrow(), undefined, { rows: ROWS }, { read: readRows }),
  sent("table, Arrow file", FILE, () => arrow("file"), undefined, { rows: ROWS }, { read: readRows }),
  sent("table, CSV to Arrow", CSV, () => encode(wide()), FILE, { rows: ROWS }, { read: readRows }),
  sent("table, Arrow to CSV", ARROW, () => arrow(), CSV, { text: DECIDED }),
  sent("table, Arrow to Parquet", ARROW, () => arrow(), PARQUET, {}),
  // What was decided is a long table in which the last user has no offer: that is said from inside of the file.
  refused("table, Parquet", PARQUET, (bytes) => bytes["table, Arrow to Parquet"], 422, "invalid-value", {
    detail: 'body, row 3, column "offer": the offer is missing: every row needs its offer',
  }),
  sent("table, CSV to JSON", CSV, () => encode(wide()), "application/json", {
    body: { status: "met", choices: [1, 2, 0], value: 12 },
  }),
  refused("table, a wrong cell", CSV, () => encode(wide().replace("8,4,2", "8,4,x")), 422, "invalid-value", {
    detail:
      'body, row 2 (line 3), column "cost_5off": "x" is not a number: write a plain number, or leave both cells of the pair empty',
  }),
  refused("table, cut short", ARROW, () => arrow().slice(0, -8), 422, "invalid-value", {}),
  refused("table, no request", CSV, () => encode(wide()), 400, "invalid-request", {}, "/v1/allocations"),
  refused("table, for none of its kinds", CSV, () => encode(wide()), 406, "not-acceptable", {}, PATH, {
    accept: "image/png",
  }),
];
