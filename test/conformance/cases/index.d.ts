interface Case {
  name: string;
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are any JSON
  body?: any;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are any JSON
  expect: { status: number; body?: any };
}
export const cases: readonly Case[];
