/** Answers of tools: structured, and as text; and errors that tell a model how to correct its call. */
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { expected, Problem } from "../serve/problem.js";

/** An answer with its text. Infinite numbers, which JSON does not have, become null before the schema looks. */
export function answer(structured: object, lines: readonly string[]): CallToolResult {
  return {
    structuredContent: JSON.parse(JSON.stringify(structured)),
    content: [{ type: "text", text: lines.join("\n") }],
  };
}

/** What to do about a problem. */
const WAYS: Partial<Record<Problem["kind"], string>> = {
  "invalid-request": "Correct this field and call the tool again; describe_problem shows the form with an example.",
  "invalid-value": "Correct this value and call the tool again; describe_problem shows the form with an example.",
  "too-large": "Send less: fewer users, channels, periods or points.",
  busy: "Call the tool again in a few seconds.",
};

/**
 * Runs a tool. What the caller can mend is an answer of the tool, with the place and the way out; anything else is thrown on.
 * @param fail takes what nobody expected: its text is for the log alone.
 */
export async function correctable(
  fail: (error: unknown) => void,
  tool: () => CallToolResult | Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await tool();
  } catch (error) {
    const problem = error instanceof Error ? expected(error) : new Problem("internal", "see the server's log");
    if (problem.kind === "internal" || problem.kind === "unavailable") fail(error);
    const { kind, message, more } = problem;
    const place = more.pointer ? ` (at ${more.pointer})` : "";
    const limit = more.limit ? ` The limit "${more.limit.name}" here is ${more.limit.most}.` : "";
    const text = [`${message}${place}.${limit}`, WAYS[kind]].filter(Boolean).join(" ");
    return { isError: true, content: [{ type: "text", text }] };
  }
}
