/** Tables that are not concave, and the least concave ones above them (Andrew's monotone chain, 1979). */
import { tableOf } from "../curves/reach.js";
import type { Curve } from "../types.js";

type Table = Curve & { type: "table" };

/** A curve, insertions as their table. */
function plain(curve: Curve): Curve {
  return curve.type === "insertions" ? tableOf(curve) : curve;
}

/** Whether a curve is a table that is not concave: no other is given by points. */
export function isBent(given: Curve): boolean {
  const curve = plain(given);
  return curve.type === "table" && hull(curve).spend.length < pointsOf(curve).length - 1;
}

/** The curve itself; of a table, the least concave one that is nowhere below it. */
export function hullOf(given: Curve): Curve {
  const curve = plain(given);
  return curve.type === "table" ? hull(curve) : curve;
}

function pointsOf({ spend, response }: Table): [number, number][] {
  const points = spend.map((x, i): [number, number] => [x, response[i] as number]);
  return spend[0] === 0 ? points : [[0, 0], ...points];
}

function hull(table: Table): Table {
  const kept: [number, number][] = [];
  for (const [x, y] of pointsOf(table)) {
    for (;;) {
      const [b, a] = [kept.at(-1), kept.at(-2)];
      if (!a || !b || (b[1] - a[1]) * (x - b[0]) > (y - b[1]) * (b[0] - a[0])) break;
      kept.pop();
    }
    kept.push([x, y]);
  }
  const points = kept.length > 1 ? kept.slice(1) : kept;
  return { type: "table", spend: points.map(([x]) => x), response: points.map(([, y]) => y) };
}
