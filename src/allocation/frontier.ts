export function frontier(): never {
  throw new Error("frontier is being built");
}
