/** `/v1/models/:name`: published models, by version, and scores of rows. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { importModel, Model } from "../../index.js";
import type { Env, Shared } from "../context.js";
import { once } from "../middleware/idempotency.js";
import { within } from "../middleware/limits.js";
import { askCore, Problem } from "../problem.js";
import type { ReadyModel } from "../published/models.js";
import { scoresOf } from "../published/scores.js";
import { publish, tag, withdraw } from "../published/versions.js";
import { Importing, PublishedModel, ScoresAnswer, ScoresBody, Version } from "../schemas/model.js";
import { Conditions, Named } from "../schemas/policy.js";
import { AWAY, body, ETAG, guard, json, KEYED, needing, PROBLEMS, printed, problem, UNDER_WAY } from "./answers.js";

const path = "/v1/models/{name}";
/** The bytes of a model of ours. */
const BYTES = "application/vnd.shadowprice.model";
const binary = z.any().openapi({ type: "string", format: "binary" });
const VERSIONED = {
  412: problem("Another version is there: read it, then write again."),
  428: problem("It is there already: say with If-Match which version is meant."),
  503: AWAY,
};
const NAMED = {
  400: problem("The name, the query or a header is not right."),
  404: problem("There is no model of this name, or not this version."),
};
const FILE = { ...PROBLEMS, 415: problem("The file is sent compressed.") };

const put = createRoute({
  method: "put",
  path,
  summary: "Publish a model",
  description:
    "The body is the file as it is, of XGBoost (JSON, UBJSON), LightGBM (text, JSON), CatBoost (JSON), ONNX, the portable JSON or ours; " +
    "it is told by its first bytes, whatever the content type says.",
  ...needing("publish"),
  request: {
    params: Named,
    headers: Conditions,
    query: Importing,
    body: { required: true, content: { "application/octet-stream": { schema: binary }, [BYTES]: { schema: binary } } },
  },
  responses: {
    200: { ...json(PublishedModel, "a new version in place of the one in If-Match"), headers: ETAG },
    201: { ...json(PublishedModel, "the first version"), headers: ETAG },
    ...FILE,
    ...VERSIONED,
    409: UNDER_WAY,
  },
});

const read = createRoute({
  method: "get",
  path,
  summary: "What a model asks for and gives, or with Accept its bytes",
  ...needing("decide"),
  request: { params: Named, query: Version },
  responses: {
    200: {
      description: `the last version, or the one asked for; with Accept: ${BYTES} its bytes`,
      content: { "application/json": { schema: PublishedModel }, [BYTES]: { schema: binary } },
      headers: ETAG,
    },
    ...KEYED,
    ...NAMED,
    503: AWAY,
  },
});

const remove = createRoute({
  method: "delete",
  path,
  summary: "Withdraw a model with all its versions",
  ...needing("publish"),
  request: { params: Named, headers: Conditions.pick({ "if-match": true }) },
  responses: { 204: { description: "withdrawn" }, ...KEYED, ...NAMED, ...VERSIONED },
});

const scores = createRoute({
  method: "post",
  path: "/v1/models/{name}/scores",
  summary: "Score rows",
  ...needing("decide"),
  request: { params: Named, ...body(ScoresBody, { rows: [{ recency: 3, history: 329 }] }) },
  responses: { 200: json(ScoresAnswer, "outputs in the order of the rows"), ...PROBLEMS, 404: NAMED[404], 503: AWAY },
});

export function modelRoutes(app: OpenAPIHono<Env>, { limits, needs, models, latest, store }: Shared): void {
  guard(app, needs, put, read, remove, scores);
  app.on("PUT", put.getRoutingPath(), once(store));

  app.openapi(put, async (context) => {
    const { name } = context.req.valid("param");
    const { raw, outputs, features } = context.req.valid("query");
    const options = {
      ...(raw === undefined ? {} : { raw: raw === "true" }),
      ...(outputs === undefined ? {} : { outputs: outputs.split(",") }),
      ...(features === undefined ? {} : { features: features.split(",") }),
    };
    const file = new Uint8Array(await context.req.arrayBuffer());
    if (file.length === 0)
      throw new Problem("invalid-request", "the body must be the file of a model", { pointer: "" });
    const model = askCore({}, "", () => importModel(file, options));
    const { version, isNew } = await publish(context, store, "model", name, model.bytes());
    latest.forget("model", name);
    context.header("etag", tag(version));
    return context.json(about(name, version, model), isNew ? 201 : 200);
  });

  app.openapi(read, async (context) => {
    const { name } = context.req.valid("param");
    const { version } = context.req.valid("query");
    const stored = await store.read("model", name, version === undefined ? undefined : Number(version));
    if (!stored) throw none(name, version);
    context.header("etag", tag(stored.version));
    if (context.req.header("accept")?.includes(BYTES)) {
      return context.body(stored.bytes, 200, { "content-type": BYTES }) as never;
    }
    return context.json(about(name, stored.version, Model.read(stored.bytes)), 200);
  });

  app.openapi(remove, async (context) => {
    const { name } = context.req.valid("param");
    await withdraw(context, store, "model", name);
    latest.forget("model", name);
    return context.body(null, 204);
  });

  app.openapi(scores, async (context) => {
    const { name } = context.req.valid("param");
    const { rows, columns, version } = context.req.valid("json");
    if ((rows === undefined) === (columns === undefined)) {
      throw new Problem("invalid-request", "send rows or columns, one of them", { pointer: "" });
    }
    within(limits, "users", rows?.length ?? 0, "/rows");
    const model: ReadyModel = await models.find(name, version);
    const found = await scoresOf(model, rows ?? (columns as Record<string, (number | null)[]>), limits);
    return printed(context, { model: name, version: model.version, ...found });
  });
}

function about(name: string, version: number, model: Model): z.infer<typeof PublishedModel> {
  const { features, outputs, trees, leaves, link, compares } = model;
  return {
    ...{ name, version, features: [...features], outputs: [...outputs], trees, leaves, link, compares },
    bytes: model.size,
  };
}

function none(name: string, version: string | undefined): Problem {
  return new Problem("not-found", `there is no model "${name}"${version ? ` of version ${version}` : ""}`);
}
