/** The log: one line a request. */

/** One request, as a line of the log. */
export interface LogEntry {
  /** RFC 3339, UTC. */
  time: string;
  level: "info" | "error";
  requestId: string;
  method: string;
  /** The route's pattern, not the path: names of policies stay out of the metrics. */
  route: string;
  status: number;
  milliseconds: number;
  /** Name of the API key, where there is one. */
  key?: string;
  /** Of what nobody expected: the stack, for the log alone. */
  error?: string;
}

/** JSON on the console: what gathers logs reads it line by line. */
export function printed(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}
