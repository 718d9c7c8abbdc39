/** Bodies that no schema library reads. */
import { Problem } from "../problem.js";

/** @throws {Problem} for a body that is not called JSON, or is none. */
export async function readJson(request: {
  header(name: string): string | undefined;
  json(): Promise<unknown>;
}): Promise<unknown> {
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(request.header("content-type") ?? "")) {
    throw new Problem("unsupported-media-type", "send content-type: application/json");
  }
  try {
    return await request.json();
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem("invalid-request", "the body is no JSON", { pointer: "" });
    throw error;
  }
}
