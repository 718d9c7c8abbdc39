/** Families of curves whose parameters may be lists, one entry a draw. */
export const DRAWN_FAMILIES: readonly string[] = [
  ...["hill", "logit", "logistic", "tanh", "michaelis-menten", "power", "root", "log", "exponential", "linear"],
];

export function canBeDrawn(type: string): boolean {
  return DRAWN_FAMILIES.includes(type);
}
