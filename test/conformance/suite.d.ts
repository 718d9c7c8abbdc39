interface Asked {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
}
interface Answered {
  status: number;
  headers: Record<string, string | undefined>;
  body: Uint8Array;
}
export type Answers = Record<string, string>;
export const KEYS: { all: string; decide: string };
export const SHADOWPRICE_KEYS: string;
export function answersOf(
  ask: (asked: Asked) => Promise<Answered>,
  options?: { isKeyed?: boolean; hasMcp?: boolean },
): Promise<Answers>;
export function compare(answers: Answers, first: Answers): void;
