/** Policies by version, and decisions at them. At a price of 1.5, 5off costs 1.5 and 10off 4.5 of value. */
const PATH = "/v1/policies/spring";
const POLICY = {
  options: [
    { name: "5off", cost: 1 },
    { name: "10off", cost: 3 },
  ],
  price: 1.5,
};
/** A charge beside the price of money, and costs that each decision says. */
const CHARGED = {
  options: [
    { name: "5off", cost: 1 },
    { name: "10off", charge: 2 },
  ],
  price: 1,
};

const put = (name, body, headers, expect) => ({ name, method: "PUT", path: PATH, headers, body, expect });
const problem = (status, kind) => ({ status, body: { type: `urn:shadowprice:problem:${kind}` } });
const decided = (name, users, decisions, policy = { version: 2, price: 1.5 }) => ({
  ...{ name, path: `${PATH}/decisions`, key: "decide", body: { users } },
  expect: { status: 200, body: { policy: "spring", ...policy, decisions } },
});

export const policies = [
  { name: "policy, none", method: "GET", path: PATH, expect: problem(404, "not-found") },
  put("policy, published", POLICY, {}, { status: 201, headers: { etag: '"1"' }, body: { name: "spring", version: 1 } }),
  put("policy, published twice", POLICY, {}, problem(428, "precondition-required")),
  put("policy, first alone", POLICY, { "if-none-match": "*" }, problem(412, "precondition-failed")),
  put("policy, replaced", POLICY, { "if-match": '"1"' }, { status: 200, headers: { etag: '"2"' } }),
  put("policy, by one who saw the first", POLICY, { "if-match": '"1"' }, problem(412, "precondition-failed")),
  put("policy, by no version", POLICY, { "if-match": "1" }, problem(400, "invalid-request")),
  {
    ...{ name: "policy, read", method: "GET", path: PATH },
    expect: { status: 200, headers: { etag: '"2"' }, body: { name: "spring", version: 2, policy: POLICY } },
  },
  decided(
    "decision",
    [{ id: "u1", values: [3, 10] }],
    [
      {
        ...{ id: "u1", offer: "10off", score: 5.5 },
        options: [
          { name: "5off", value: 3, cost: 1, score: 1.5 },
          { name: "10off", value: 10, cost: 3, score: 5.5 },
        ],
      },
    ],
  ),
  decided(
    "decisions",
    [{ values: [1, 2] }, { id: 7, values: { "10off": null, "5off": 2 } }, { values: [0.1, 4.7] }],
    [
      { offer: null, score: 0 },
      { id: 7, offer: "5off", score: 0.5 },
      { offer: "10off", score: 4.7 - 4.5 },
    ],
  ),
  {
    ...{ name: "decision without a value", path: `${PATH}/decisions`, body: { users: [{ values: { "5off": 1 } }] } },
    expect: { status: 422, body: { pointer: "/users/0/values" } },
  },
  {
    ...{ name: "decision at no policy", path: "/v1/policies/autumn/decisions", body: { users: [{ values: [1] }] } },
    expect: problem(404, "not-found"),
  },
  put("policy, charged", CHARGED, { "if-match": "*" }, { status: 200, headers: { etag: '"3"' } }),
  // 5 − 2 − 2 = 1 against 2 − 1 = 1: the first of equals.
  decided(
    "decision, own costs",
    [{ values: [2, 5], costs: { "10off": 2 } }],
    [{ offer: "5off", score: 1, options: [{ score: 1 }, { value: 5, cost: 2, score: 1 }] }],
    { version: 3, price: 1 },
  ),
  {
    name: "policy, withdrawn by no version",
    method: "DELETE",
    path: PATH,
    expect: problem(428, "precondition-required"),
  },
  {
    ...{ name: "policy, withdrawn", method: "DELETE", path: PATH, headers: { "if-match": '"3"' } },
    expect: { status: 204 },
  },
  { name: "policy, gone", method: "GET", path: PATH, expect: problem(404, "not-found") },
  // Numbers go on, so that nobody takes the new policy for the old one.
  put("policy, again", POLICY, {}, { status: 201, headers: { etag: '"4"' } }),
];
