/** Models, their scores, and decisions at a policy that has one. One tree: who came in the last 14 days, and who did not. */
const PATH = "/v1/models/uplift";
const MODEL = {
  ...{ format: "shadowprice-forest", version: 1, source: "by hand" },
  ...{ features: ["recency"], outputs: ["5off", "10off"], compares: "f64", sums: "f64", test: "<=" },
  trees: [
    {
      ...{ feature: [0, -1, -1], threshold: [14, 0, 0], left: [1, -1, -1], right: [2, -1, -1] },
      missing_left: [false, false, false],
      value: [
        [0, 0],
        [0.5, 2],
        [0.25, 0.125],
      ],
    },
  ],
};
const POLICY = {
  model: { name: "uplift" },
  options: [
    { name: "5off", value: { output: "5off", times: 40 }, cost: 1 },
    { name: "10off", value: { output: "10off", times: "margin" }, cost: 3 },
  ],
  price: 1.5,
};
const key = (name) => ({ "idempotency-key": `conformance-${name}` });

export const models = [
  {
    ...{ name: "model, published", method: "PUT", path: PATH, headers: key("model"), body: MODEL },
    expect: {
      ...{ status: 201, headers: { etag: '"1"' } },
      body: { name: "uplift", version: 1, features: ["recency"], outputs: ["5off", "10off"], trees: 1, leaves: 2 },
    },
  },
  {
    ...{ name: "model, sent again", method: "PUT", path: PATH, headers: key("model"), body: MODEL },
    expect: { status: 201, headers: { etag: '"1"', "idempotent-replayed": "true" }, body: { version: 1 } },
  },
  {
    ...{ name: "model, its key on another", method: "PUT", path: PATH, headers: key("model") },
    body: { ...MODEL, source: "by another" },
    expect: { status: 422, body: { type: "urn:shadowprice:problem:invalid-value" } },
  },
  {
    ...{ name: "model, as its bytes", method: "GET", path: PATH },
    headers: { accept: "application/vnd.shadowprice.model" },
    expect: { status: 200, headers: { etag: '"1"' } },
  },
  {
    ...{
      name: "model, damaged",
      method: "PUT",
      path: "/v1/models/damaged",
      text: '{ "format": "shadowprice-forest" }',
    },
    expect: { status: 422, body: { type: "urn:shadowprice:problem:invalid-value" } },
  },
  {
    ...{
      name: "scores",
      path: `${PATH}/scores`,
      body: { rows: [{ recency: 14 }, { recency: 14.5 }, { recency: null }] },
    },
    expect: {
      status: 200,
      body: {
        model: "uplift",
        version: 1,
        rows: 3,
        outputs: { "5off": [0.5, 0.25, 0.25], "10off": [2, 0.125, 0.125] },
      },
    },
  },
  {
    ...{
      name: "policy with a model",
      method: "PUT",
      path: "/v1/policies/scored",
      headers: key("policy"),
      body: POLICY,
    },
    expect: { status: 201, headers: { etag: '"1"' } },
  },
  {
    ...{ name: "decisions by features", path: "/v1/policies/scored/decisions", key: "decide" },
    body: {
      users: [
        { id: "a", features: { recency: 3, margin: 20 } },
        { id: "b", features: { recency: 30, margin: 20 } },
      ],
    },
    expect: {
      status: 200,
      body: {
        ...{ policy: "scored", version: 1 },
        // 40 · 0.5 − 1.5 against 20 · 2 − 4.5; 40 · 0.25 − 1.5 against 20 · 0.125 − 4.5.
        decisions: [
          {
            id: "a",
            offer: "10off",
            score: 35.5,
            options: [
              { value: 20, score: 18.5 },
              { value: 40, score: 35.5 },
            ],
          },
          {
            id: "b",
            offer: "5off",
            score: 8.5,
            options: [
              { value: 10, score: 8.5 },
              { value: 2.5, score: -2 },
            ],
          },
        ],
      },
    },
  },
];
