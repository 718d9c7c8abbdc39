/** `POST /v1/allocations` with a table as its body: Arrow, Parquet or CSV in, decisions out. */
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, Next } from "hono";
import type { TaskArguments } from "../../pool/tasks.js";
import { answerOf, mediaType, outputOf, Received, resultHeader, TABLES, tooLong } from "../bodies/tables.js";
import type { Env, Shared } from "../context.js";
import { askSolver, Problem, pointerTo } from "../problem.js";
import { AllocationRequest } from "../schemas/allocation.js";
import { SEARCH, solve } from "../solving/solver.js";
import { printed } from "./answers.js";

const PATH = "/v1/allocations";
/** Bodies that may be held at a time, in the largest ones. */
const BODIES = 4;

/** A table, for the document. */
const binary = { schema: z.any().openapi({ type: "string", format: "binary" }) };
export const TABLE_CONTENT = Object.fromEntries(Object.keys(TABLES).map((type) => [type, binary]));

export const REQUEST_QUERY = z.object({
  request: z.string().optional().openapi({
    description: "Of a table alone: the request as JSON, as `request` of a JSON body.",
    example: '{"budget":5}',
  }),
});

export const RESULT_HEADER = z.object({
  "Shadowprice-Result": z.string().optional().openapi({
    description: "With a table: the result as JSON, without choices; without limits and counts when it is long.",
  }),
});

/** Whether the body is a table, which `receive` holds to its limit. */
export function isTable({ req }: Context): boolean {
  return req.path === PATH && TABLES[mediaType(req.header("content-type"))] !== undefined;
}

/** Before the route of JSON bodies: takes what is a table. */
export function tableRoute(app: OpenAPIHono<Env>, shared: Shared): void {
  let held = 0;
  app.post(PATH, async (context: Context<Env>, next: Next) => {
    const input = isTable(context) ? TABLES[mediaType(context.req.header("content-type"))] : undefined;
    const asked = context.req.query("request");
    if (!input) {
      if (asked !== undefined) throw new Problem("invalid-request", "a JSON body has its request inside");
      return next();
    }
    const { limits, metrics, solver } = shared;
    const { type, output } = outputOf(context.req.header("accept"), input);
    const request = requestOf(asked);
    const declared = Number(context.req.header("content-length") ?? limits.tableBytes);
    if (declared > limits.tableBytes) throw tooLong(limits.tableBytes);
    if (solver.state.isFull || (held > 0 && held + declared > BODIES * limits.tableBytes)) {
      throw new Problem("busy", "all workers are busy: ask again later", {}, { "retry-after": "1" });
    }
    held += declared;
    const received = new Received(context.req.raw, limits, input === "parquet" || input === "arrow file");
    const ended = once((error?: unknown) => {
      held -= declared;
      if (error) metrics.add("shadowprice_answers_broken_total", "Answers that were broken off.", {}, 1);
    });
    try {
      await received.begun();
      const body = { format: input, output, request, users: limits.users, options: limits.options };
      const args: TaskArguments<"allocateBody"> = [body, { timeLimit: SEARCH * limits.seconds }];
      const solving = solve(shared, context, "allocateBody", args, received);
      const { result, choices, users, pieces } = await askSolver(request, "", solving.catch(bodyProblem));
      metrics.add("shadowprice_users_decided_total", "Users decided by solves.", {}, users);
      if (Number.isFinite(result.gap)) metrics.set("shadowprice_gap", "Gap of the last solve.", {}, result.gap);
      if (!pieces) {
        ended();
        return printed(context, { ...result, choices: choices ? [...choices] : [] });
      }
      const headers = { "content-type": type, "shadowprice-result": resultHeader(result) };
      return await answerOf(context, pieces, headers, ended);
    } catch (error) {
      ended();
      await received.stop();
      throw error;
    }
  });
}

/** The first call counts. */
function once<T>(call: (value?: T) => void): (value?: T) => void {
  let isDone = false;
  return (value) => {
    if (!isDone) call(value);
    isDone = true;
  };
}

function requestOf(text: string | undefined): AllocationRequestBody {
  if (text === undefined) {
    throw new Problem("invalid-request", 'query request is missing, which a table needs: ?request={"budget":100}');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem("invalid-request", "query request is no JSON");
  }
  const { success, data, error } = AllocationRequest.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new Problem("invalid-request", `query request${pointerTo(...(issue?.path ?? []))}: ${issue?.message}`);
}

type AllocationRequestBody = z.infer<typeof AllocationRequest>;

/** What is wrong in a table names its row and column; by name, as a worker is of another bundle. */
function bodyProblem(error: unknown): never {
  const { name, message } = error as Error;
  if (name === "InputFileError") throw new Problem("invalid-value", message, { pointer: "" });
  if (name === "BodyLimitError") {
    const { limit, most } = error as unknown as { limit: string; most: number };
    throw new Problem("too-large", message, { limit: { name: limit, most } });
  }
  throw error;
}
