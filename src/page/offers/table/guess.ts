/** Which columns of a file hold what, as far as their names say. */
import type { ColumnPreview } from "../../files/open.js";
import type { Mapping } from "../types.js";

const ID = /^(user|customer|client|member|person|account)?[_ ]?(id|key)$|^(user|customer)$/i;
const VALUE = /^(value|uplift|gain|profit|revenue|effect|benefit)$/i;
const COST = /^(cost|price|spend|expense)$/i;
const OFFER = /^(offer|treatment|action|coupon|discount|option)$/i;
const VALUE_OF = /^(?:value|uplift|gain|profit|revenue|effect|benefit)[_. -](.+)$/i;
const COST_OF = /^(?:cost|price|spend|expense)[_. -](.+)$/i;

/** A guess to begin with; columns that no name gives away are empty. */
export function guess(columns: readonly ColumnPreview[]): Mapping {
  const find = (pattern: RegExp) => columns.find(({ name }) => pattern.test(name.trim()))?.name ?? "";
  const id = find(ID) || (columns[0]?.name ?? "");
  const offers = wideOffers(columns);
  if (offers.length === 0 && find(OFFER) !== "") {
    return { kind: "long", id, offer: find(OFFER), value: find(VALUE), cost: find(COST) };
  }
  return {
    kind: "wide",
    id,
    offers: offers.length > 0 ? offers : [{ name: "", value: find(VALUE), cost: find(COST) }],
  };
}

function wideOffers(columns: readonly ColumnPreview[]) {
  const costs = new Map(columns.flatMap(({ name }) => pair(COST_OF, name)));
  return columns
    .flatMap(({ name }) => pair(VALUE_OF, name))
    .map(([name, value]) => ({ name, value, cost: costs.get(name) ?? "" }));
}

function pair(pattern: RegExp, column: string): [name: string, column: string][] {
  const name = pattern.exec(column)?.[1];
  return name === undefined ? [] : [[name, column]];
}

/** What a mapping lacks, in words; undefined where it is whole. */
export function lacking(mapping: Mapping, columns: readonly ColumnPreview[]): string | undefined {
  const wrong = (name: string) => columns.find((one) => one.name === name && !one.isNumber);
  const notNumber = (name: string) => {
    const cell = wrong(name)?.cells.find((text) => text.trim() !== "" && !Number.isFinite(Number(text)));
    return wrong(name) && `Column "${name}" holds ${cell ? `"${cell}"` : "no numbers"}: choose one that holds numbers.`;
  };
  if (mapping.id === "") return "Choose the column that holds the users.";
  if (mapping.kind === "long") {
    const missing = (["offer", "value", "cost"] as const).find((key) => mapping[key] === "");
    if (missing) return `Choose the column that holds the ${missing}.`;
    return notNumber(mapping.value) ?? notNumber(mapping.cost);
  }
  const names = new Set<string>();
  for (const { name, value, cost } of mapping.offers) {
    if (name.trim() === "") return "Give every offer a name.";
    if (names.has(name)) return `Two offers are named "${name}".`;
    names.add(name);
    if (value === "" || cost === "") return `Choose the ${value === "" ? "value" : "cost"} column of offer "${name}".`;
    const problem = notNumber(value) ?? notNumber(cost);
    if (problem) return problem;
  }
  return undefined;
}
