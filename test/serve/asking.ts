/** Requests to an application, without a network. */
import { createApp } from "../../src/serve/index.js";

export const quiet = { log: () => {} };
export const app = createApp(quiet);

/** Three users, two offers, in the form of the API. */
export const offers = {
  options: ["5off", "10off"],
  values: [
    [2, 4, 1],
    [3, 10, 1],
  ],
  costs: [
    [1, 2, 4],
    [3, 3, 9],
  ],
};

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any form
  body: any;
  headers: Headers;
}

export async function post(path: string, body: unknown, { of = app, headers = {} } = {}): Promise<Answer> {
  const response = await of.request(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return read(response);
}

export async function get(path: string, { of = app, headers = {} } = {}): Promise<Answer> {
  return read(await of.request(path, { headers }));
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}
