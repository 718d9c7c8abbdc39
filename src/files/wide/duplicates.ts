/** No user twice: equal keys are found in bounded memory, and their ids are read again before anyone is blamed. */
import type { Offers } from "../../allocation/offers.js";
import { InputFileError, quoted } from "../errors.js";
import { ID } from "../layout.js";
import { repeatedKeys } from "../repeats.js";
import type { Cells, Source } from "../types.js";
import type { Watch } from "../watch.js";

/** @throws {InputFileError} naming both rows of the first user found twice. */
export async function requireUnique(source: Source, id: number, offers: Offers, watch: Watch): Promise<void> {
  watch.step("check", 0, offers.users);
  const pairs = repeatedKeys(new Uint32Array(offers.engine.memory.buffer, offers.keys, 2 * offers.users));
  watch.step("check", offers.users, offers.users);
  if (pairs.length === 0) return;
  const ids = await idsOfRows(source, id, new Set(pairs.flat()));
  for (const [earlier, later] of pairs) {
    const text = ids.get(later);
    // Different ids with one key: chance, and harmless. It only decides a tie.
    if (text === undefined || text.id !== ids.get(earlier)?.id) continue;
    throw new InputFileError(
      source.path,
      `the user ${quoted(text.id)} stands in row ${earlier + 1} already: keep one row a user`,
      { ...text.place, column: ID },
    );
  }
}

interface RowId {
  id: string;
  place: { row?: number; line?: number };
}

async function idsOfRows(source: Source, id: number, rows: Set<number>): Promise<Map<number, RowId>> {
  const found = new Map<number, RowId>();
  let done = 0;
  for await (const batch of source.batches([id])) {
    for (let i = 0; i < batch.rows; i++) {
      if (rows.has(done + i)) found.set(done + i, { id: (batch.columns[0] as Cells).text(i), place: batch.place(i) });
    }
    done += batch.rows;
    if (found.size === rows.size) break;
  }
  return found;
}
